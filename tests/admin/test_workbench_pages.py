import pytest
from django.http import QueryDict

from registry.admin.workbench_pages import Choice, Listing, part_name
from registry.models import PolicySection

LV = "/admin/registry/translationpin/lv/"


@pytest.fixture
def outdated(db):
    section = PolicySection.objects.get(key="definition")
    section.heading_en, section.body_en = "Another", "Another."
    section.save()


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ("", LV),
        ("show=todo&group=&p=", LV),
        ("show=all&group=questions&p=2", f"{LV}?group=questions&show=all&p=2"),
        ("show=nothing", LV),
        ("at=sections/a/body", f"{LV}?at=sections%2Fa%2Fbody#sections/a/body"),
    ],
)
def test_an_address_asks_for_what_it_was_made_of(query, address):
    assert Choice.of(QueryDict(query), "lv").address == address


def test_the_next_passage_is_the_next_one_asked_for_also_when_the_one_before_was_not(outdated):
    listing = Listing(Choice("lv"))

    assert listing.after("sections/definition/heading") == "sections/definition/body"
    assert listing.after("sections/introduction/body") == "sections/definition/heading"
    assert listing.after("sections/definition/body") == ""
    assert listing.after("no/such/passage") == "sections/definition/heading"


def test_a_passage_that_the_filter_leaves_out_is_shown_among_all(outdated):
    listing = Listing(Choice("lv", "approved", part="questions", at="sections/definition/body"))

    assert listing.choice == Choice("lv", "all", at="sections/definition/body")
    assert "sections/definition/body" in [row.key for row in listing.page]


def test_the_parts_tell_how_many_of_their_passages_the_filter_shows(outdated):
    parts = {part["key"]: (part["name"], part["count"], part["chosen"]) for part in Listing(Choice("lv")).parts}

    assert parts["sections/definition"] == ("Another", 2, False)
    assert parts["locations"] == ("Processing locations", 0, False)
    assert parts["profile"] == ("Privacy notice", 0, False)
    assert parts["templates"] == ("DPA templates", 0, False)
    assert list(parts)[-2:] == ["profile", "templates"]


def test_a_single_page_is_not_turned(outdated):
    assert Listing(Choice("lv")).turns == []
    assert [(turn["number"], turn["chosen"]) for turn in Listing(Choice("lv", "all", number="2")).turns] == [
        (1, False),
        (2, True),
    ]


def test_a_part_has_the_name_of_its_section_or_of_its_kind():
    assert [str(part_name(*one)) for one in (("sections/a", "About"), ("regions",), ("profile",))] == [
        "About",
        "Regions",
        "Privacy notice",
    ]
