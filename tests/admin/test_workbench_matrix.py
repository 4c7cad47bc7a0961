from collections import Counter

import pytest
from django.contrib.auth.models import User
from django.utils.translation import override

from registry.actions.surveying import Count
from registry.admin.workbench_matrix import Cell, matrix
from registry.models import DpaTemplate, Language, PolicySection, TranslationPin, Translator
from tests.benchmarks.bench_matrix import fill
from tests.reading import read

ADDRESS = "/admin/registry/translationpin/"


def shown(client):
    response = client.get(ADDRESS)
    assert response.status_code == 200
    return read(response.content.decode())


def row(page, key):
    return page.one("tr", data_part=key)


def test_a_source_edit_makes_every_language_outdated_in_its_part_and_in_the_total(signed_in):
    section = PolicySection.objects.get(key="definition")
    section.body_en += " More."
    section.heading_hu = ""
    section.save()

    page = shown(signed_in("editor"))

    cells = row(page, "sections/definition").all("td", data_language=None)
    assert [(cell["data-language"], cell["data-state"], cell.text) for cell in cells] == [
        ("da", "outdated", "50% 1 outdated"),
        ("et", "outdated", "50% 1 outdated"),
        ("hu", "missing outdated", "0% 1 missing and 1 outdated"),
        ("lv", "outdated", "50% 1 outdated"),
        ("pt-br", "outdated", "50% 1 outdated"),
    ]
    assert row(page, "sections/definition").one("td", class_="all").text == "40% 1 missing and 5 outdated"
    assert {cell["data-state"] for cell in row(page, "questions").all("td", data_language=None)} == {""}
    assert [cell.text for cell in row(page, "").all("td", data_language=None)][:3] == [
        "98% 1 outdated",
        "98% 1 outdated",
        "96% 1 missing and 1 outdated",
    ]


def test_each_cell_leads_to_its_part_of_its_language_and_a_whole_one_to_all_of_it(signed_in):
    PolicySection.objects.filter(key="definition").update(body_en="Moved on.")
    client = signed_in("editor")

    page = shown(client)

    def address(key, code):
        return row(page, key).one("td", data_language=code).one("a")["href"]

    assert address("sections/definition", "lv") == f"{ADDRESS}lv/?group=sections%2Fdefinition"
    assert address("questions", "lv") == f"{ADDRESS}lv/?group=questions&show=all"
    assert address("", "lv") == f"{ADDRESS}lv/"
    assert client.get(address("sections/definition", "lv")).context["listing"].page.object_list[0].key == (
        "sections/definition/body"
    )


def test_the_shares_of_machine_translation_and_of_approval_are_told_below(signed_in):
    TranslationPin.objects.filter(language="da").update(status="approved")
    TranslationPin.objects.filter(language="hu").update(status="machine")

    foot = shown(signed_in("auditor")).one("tfoot")

    assert {cell["data-approved"]: cell.text for cell in foot.all("td", data_approved=None)} == {
        "da": "100%",
        "et": "0%",
        "hu": "0%",
        "lv": "0%",
        "pt-br": "0%",
    }
    assert foot.one("td", data_machine="hu").text == "100%"


def test_a_language_that_staff_work_on_has_its_column_though_it_is_not_public(signed_in):
    Language.objects.create(code="de", worked_on=True)
    Language.objects.create(code="fr")

    page = shown(signed_in("editor"))

    assert [head.text for head in page.all("th", data_language=None)] == [
        "Danish",
        "Estonian",
        "German",
        "Hungarian",
        "Latvian",
        "Portuguese (Brazil)",
    ]
    assert row(page, "").one("td", data_language="de").text == "0% 59 missing"


def test_sections_are_named_in_the_language_of_staff_where_it_has_a_heading(db):
    with override("lv"):
        named = matrix(["lv"], "en").rows[0].name
    with override("hu"):
        unnamed = matrix(["lv"], "en").rows[0].name

    section = PolicySection.objects.first()
    assert (named, unnamed) == (section.heading_lv, section.heading_en)


def test_an_empty_registry_says_so(signed_in, empty_registry):
    Language.objects.create(code="lv", public=True)

    assert "The policy says nothing yet." in shown(signed_in("superuser")).text


@pytest.mark.parametrize("role", ["editor", "translator"])
def test_twenty_seven_languages_over_three_hundred_passages_take_at_most_ten_queries(
    signed_in, django_assert_max_num_queries, role
):
    left = fill(300)
    # Its passages come beside the 300 of the policy, in the sample's languages alone.
    DpaTemplate.objects.update(listed=False)
    client = signed_in(role)
    if role == "translator":
        translator = Translator.objects.create(user=User.objects.get(username=role))
        translator.languages.set(Language.objects.exclude(code="en"))

    with django_assert_max_num_queries(10):
        response = client.get(ADDRESS)

    told = response.context["matrix"]
    assert len(told.languages) == 27
    assert told.total.together.count.states == Counter(current=27 * 300 - 1, outdated=1)
    assert [(cell.language, cell.told) for cell in told.total.cells if cell.told] == [(left.language, "1 outdated")]


def test_a_cell_tells_what_is_left_in_words():
    assert Cell(Count(Counter(current=1)), "lv").told == ""
    assert Cell(Count(Counter(missing=2)), "lv").told == "2 missing"
    assert Cell(Count(Counter(missing=2, outdated=1, current=9)), "lv").states == "missing outdated"
