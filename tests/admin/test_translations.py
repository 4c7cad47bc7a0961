import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import Language, PolicySection, Question
from tests.admin.pages import at, page, staff


@pytest.fixture
def editor(db):
    return staff("editor", "anna")


@pytest.fixture
def section(db):
    section = PolicySection.objects.get(key="definition")
    section.body_lv = section.heading_hu = ""
    section.save()
    return section


def column(client, section):
    """What the list says of a section's translations."""
    (row,) = (
        row
        for row in page(client, at("changelist", model=PolicySection)).all("tr")
        if any(link["href"].startswith(at("change", section)) for link in row.all("a"))
    )
    (cell,) = (cell for cell in row.all("td") if "field-translations" in (cell.get("class") or ""))
    return [span.text for span in cell.all("span")]


def narrowed(client, **query):
    return [row.key for row in client.get(at("changelist", model=PolicySection), query).context["cl"].result_list]


def test_a_list_tells_missing_and_outdated_apart(editor, section):
    assert column(editor, section) == ["missing: Hungarian and Latvian"]

    section.heading_en = "Another name"
    section.save()

    assert column(editor, section) == [
        "missing: Hungarian and Latvian",
        "outdated: Danish, Estonian, Latvian and Portuguese (Brazil)",
    ]
    assert column(editor, PolicySection.objects.get(key="introduction")) == ["complete"]


def test_a_list_is_narrowed_to_what_is_missing_or_outdated_in_a_language(editor, section):
    section.heading_en = "Another name"
    section.save()

    assert {code: narrowed(editor, lacking=code) for code in ("da", "hu", "lv")} == {
        "da": [],
        "hu": ["definition"],
        "lv": ["definition"],
    }
    assert {code: narrowed(editor, outdated=code) for code in ("da", "hu", "lv")} == {
        "da": ["definition"],
        "hu": [],
        "lv": ["definition"],
    }


def test_what_the_source_lacks_is_missing_in_no_language_and_what_is_not_public_is_not_told(editor):
    Language.objects.create(code="de", worked_on=True)
    bare = PolicySection.objects.create(key="bare", heading_en="Bare", body_da="Kun dansk")

    assert column(editor, bare) == ["missing: Danish, Estonian, Hungarian, Latvian and Portuguese (Brazil)"]
    bare.heading_da = bare.heading_et = bare.heading_hu = bare.heading_lv = bare.heading_pt_br = "Bare"
    bare.save()
    assert column(editor, bare) == ["complete"]
    assert "bare" in narrowed(editor, lacking="de")


def test_a_list_costs_the_same_queries_for_few_rows_and_for_many(editor):
    counts = []
    for rows in (1, 20):
        for number in range(rows):
            found, _new = Question.objects.get_or_create(key=f"q-{number}", question_en="Why?", answer_da="Så.")
            found.question_da = "Hvorfor?"
            found.save()
        editor.get(at("changelist", model=Question))
        for query in ({}, {"outdated": "da"}):
            with CaptureQueriesContext(connection) as queries:
                editor.get(at("changelist", model=Question), query)
            counts.append(len(queries))

    assert counts[:2] == counts[2:]
