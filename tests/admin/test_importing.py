import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.exchange.table import read
from registry.models import (
    Language,
    PolicySection,
    ProcessingLocation,
    Question,
    Region,
    Safeguard,
    SafeguardSet,
    Subprocessor,
    TranslationPin,
)
from registry.translation import Pins, prose
from tests.admin.pages import NOUNS, at, one_of, staff


@pytest.fixture
def editor(db):
    return staff("editor", "anna")


def send(client, model, rows, name="file.csv"):
    if isinstance(rows, list):
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        rows = text.getvalue().encode()
    return client.post(at("import", model=model), {"file": SimpleUploadedFile(name, rows)})


def confirm(client, model, preview):
    return client.post(at("import", model=model), {"carried": preview.context["carried"]}, follow=True)


def told(response):
    return [
        (line.number, line.key, line.action, [label for label, _words in line.changes], line.errors)
        for line in response.context["lines"]
    ]


@pytest.mark.parametrize("model", NOUNS, ids=lambda model: model.__name__)
@pytest.mark.parametrize("shape", ["csv", "xlsx"])
def test_what_was_exported_changes_nothing_when_it_is_imported(editor, model, shape):
    one_of(model)
    exported = editor.get(at("export", model=model), {"as": shape})
    assert exported.status_code == 200

    response = send(editor, model, exported.content, f"file.{shape}")

    assert told(response) == []
    assert response.context["same"] == model.objects.count()
    assert response.context["wrong"] == 0
    assert response.context["carried"] == ""


def test_the_export_has_what_the_list_shows(editor):
    rows = read(editor.get(at("export", model=Subprocessor), {"kind": "service", "q": "twilio"}).content)

    assert [row["key"] for row in rows] == ["twilio"]


def test_a_file_has_the_languages_that_forms_show(editor):
    Language.objects.filter(code="lv").update(public=False)

    columns = list(read(editor.get(at("export", model=Question)).content)[0])

    assert [c for c in columns if c.startswith("answer_")] == [
        "answer_en",
        "answer_da",
        "answer_et",
        "answer_hu",
        "answer_pt_br",
    ]


def test_a_preview_changes_nothing_and_a_confirmation_does_with_history(editor):
    germany = ProcessingLocation.objects.get(key="aws-eu-germany")
    rows = [
        {"key": "aws-eu-germany", "territory": "AT", "region": "us", "safeguard_sets": "facility-2019"},
        {
            "key": "aws-eu-ireland",
            "territory": "IE",
            "region": "eu",
            "safeguard_sets": "facility-2019, facility-measures",
        },
    ]
    records = germany.history.count()

    preview = send(editor, ProcessingLocation, rows)
    assert told(preview) == [(2, "aws-eu-germany", "changed", ["Territory", "Region", "Safeguards"], [])]
    assert preview.context["lines"][0].changes[0][1] == [("removed", "Germany"), ("added", "Austria")]
    assert preview.context["same"] == 1
    assert (ProcessingLocation.objects.get(pk=germany.pk).territory, germany.history.count()) == ("DE", records)

    response = confirm(editor, ProcessingLocation, preview)

    assert [str(message) for message in response.context["messages"]] == ["1 entry imported."]
    germany.refresh_from_db()
    assert (germany.territory, germany.region.key) == ("AT", "us")
    assert [found.key for found in germany.safeguard_sets.all()] == ["facility-2019"]
    assert str(germany.history.first().history_user) == "anna"
    assert germany.history.count() > records


def test_new_entries_are_added_and_later_lines_may_link_to_them(editor):
    rows = [
        {"key": "parent", "legal_name": "Parent AG", "kind": "service", "parent": "", "country": "CH", "listed": "yes"},
        {
            "key": "child",
            "legal_name": "Child AG",
            "kind": "service",
            "parent": "parent",
            "country": "CH",
            "listed": "no",
        },
    ]

    preview = send(editor, Subprocessor, rows)
    assert [line[:3] for line in told(preview)] == [(2, "parent", "added"), (3, "child", "added")]
    confirm(editor, Subprocessor, preview)

    child = Subprocessor.objects.get(key="child")
    assert (child.parent.key, child.listed, child.country) == ("parent", False, "CH")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The submitted file is empty."),
        (b"\x89PNG\r\n\x1a\n\xff", "The file is neither XLSX nor CSV in UTF-8. Save it as one of them."),
        (b"name_en\nA", "The column “key” is missing: it says which entry a line is about."),
        (b"key,secret\neu,1", "No such columns: secret."),
        (b"key,name_en\n", "The file has no entries."),
        (b"key\n" + b"x\n" * 100_000, "The file has too many rows. Split it into files of 2000 rows."),
    ],
    ids=["empty", "binary", "no key", "unknown column", "no rows", "1e5 rows"],
)
def test_a_bad_file_is_refused_on_the_page(editor, data, sentence):
    response = send(editor, Region, data)

    assert response.status_code == 200
    assert response.context["form"].errors["file"] == [sentence]


def test_no_file_at_all_is_told(editor):
    assert editor.post(at("import", model=Region), {}).context["form"].errors["file"] == ["This field is required."]


def test_a_preview_that_is_no_longer_true_is_shown_again(editor):
    preview = send(editor, Region, [{"key": "eu", "name_en": "Europe"}])
    region = Region.objects.get(key="eu")
    region.name_en = "Changed meanwhile"
    region.save()

    response = confirm(editor, Region, preview)

    assert response.context["moved"] is True
    assert Region.objects.get(key="eu").name_en == "Changed meanwhile"
    assert confirm(editor, Region, response).redirect_chain
    assert Region.objects.get(key="eu").name_en == "Europe"


@pytest.mark.parametrize("carried", ["x", "a:b:c", "\x00", "é" * 50])
def test_a_confirmation_that_nobody_signed_is_refused(editor, carried):
    response = editor.post(at("import", model=Region), {"carried": carried})

    assert response.status_code in {200, 400}
    assert Region.objects.count() == 3


def test_a_confirmation_is_its_own_readers_and_its_own_nouns(editor):
    preview = send(editor, Region, [{"key": "eu", "name_en": "Europe"}])

    assert (
        staff("editor", "bela").post(at("import", model=Region), {"carried": preview.context["carried"]}).status_code
        == 403
    )
    assert confirm(editor, Question, preview).status_code == 403


def test_facts_of_each_noun_come_in(editor):
    files = {
        Safeguard: {"key": "iso-27018", "kind": "certification", "name": "ISO 27018", "claim": "certified",
                    "valid_until": "2027-01-31"},
        SafeguardSet: {"key": "both", "match": "all", "safeguards": "iso-27001, soc-2"},
        PolicySection: {"key": "appeal", "heading_en": "Appeals", "body_hu": "Írjon nekünk: {contact}"},
        Question: {"key": "who", "question_en": "Who?", "answer_en": "{provider}"},
        Region: {"key": "uk", "name_en": "United Kingdom", "countries": "GB"},
    }  # fmt: skip
    for model, row in files.items():
        assert confirm(editor, model, send(editor, model, [row])).redirect_chain, model

    assert Safeguard.objects.get(key="iso-27018").valid_until.isoformat() == "2027-01-31"
    assert sorted(s.key for s in SafeguardSet.objects.get(key="both").safeguards.all()) == ["iso-27001", "soc-2"]
    assert PolicySection.objects.get(key="appeal").body_hu == "Írjon nekünk: {contact}"
    assert Region.objects.get(key="uk").countries == ["GB"]


def test_an_export_costs_the_same_queries_for_few_rows_and_for_many(editor):
    counts = []
    for rows in (1, 100):
        keep = ",".join(str(pk) for pk in ProcessingLocation.objects.values_list("pk", flat=True)[:rows])
        with CaptureQueriesContext(connection) as queries:
            editor.get(at("export", model=ProcessingLocation), {"pk__in": keep})
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_an_export_by_what_is_no_filter_is_not_found(editor):
    assert editor.get(at("export", model=Region), {"nonsense": "1"}).status_code == 404


def states(section):
    texts = prose(section, "heading")
    found = Pins.of(PolicySection, [section.pk])
    return {code: found.state(section, "heading", code, texts, "en").value for code in ("da", "hu", "lv")}


def test_a_line_that_changes_a_source_alone_leaves_its_translations_outdated_and_the_preview_counts_them(editor):
    section = PolicySection.objects.get(key="definition")
    section.heading_lv = ""
    section.save()
    rows = [{"key": "definition", "heading_en": "Another name", "heading_da": "Et andet navn"}]

    preview = send(editor, PolicySection, rows)

    # Estonian, Hungarian and Portuguese; Danish is changed with its source, and Latvian is missing.
    assert preview.context["left_behind"] == 3
    assert [line.left_behind for line in preview.context["lines"]] == [3]
    assert "3 translations become outdated: their source texts change, and they do not." in preview.content.decode()
    section.refresh_from_db()
    assert states(section) == {"da": "current", "hu": "current", "lv": "missing"}
    confirm(editor, PolicySection, preview)
    section.refresh_from_db()
    assert states(section) == {"da": "current", "hu": "outdated", "lv": "missing"}
    pin = TranslationPin.objects.get(noun="policysection", object_id=section.pk, field="heading", language="da")
    assert (pin.source_text, str(pin.by)) == ("Another name", "anna")

    preview = send(editor, PolicySection, [{"key": "definition", "heading_en": "A third name"}])
    assert preview.context["left_behind"] == 1


def test_a_file_has_no_column_for_ticks(editor):
    response = send(editor, PolicySection, [{"key": "definition", "meaning_kept": "heading"}])

    assert "No such columns: meaning_kept." in response.content.decode()
