import pytest

from registry.exchange.objectable import Objectable
from registry.public.objection_form import ObjectionForm
from tests.objections import OBJECTOR

ONE = Objectable("subprocessors/one", "One GmbH", ["New subprocessor: One GmbH"])
TWO = Objectable("subprocessors/two", "<Two> Ltd", ["New place: A & B", "Place no longer listed: C"])


def form(offered=(ONE, TWO), **changed):
    return ObjectionForm({**OBJECTOR, **changed}, offered=offered)


def test_each_change_is_offered_and_all_of_them_first():
    assert [(value, str(label)) for value, label in form().fields["change"].choices] == [
        ("", "All changes of this release"),
        ("subprocessors/one", "New subprocessor: One GmbH"),
        (
            "subprocessors/two",
            '&lt;Two&gt; Ltd<span class="choice-line">New place: A &amp; B</span>'
            '<span class="choice-line">Place no longer listed: C</span>',
        ),
    ]


@pytest.mark.parametrize("change", ["", "subprocessors/one", "subprocessors/two"])
def test_one_of_them_or_all_are_objected_to(change):
    found = form(change=change)

    assert found.is_valid(), found.errors
    assert found.answers() == {**OBJECTOR, "change": change}


def test_without_a_choice_the_form_has_no_group_for_it():
    found = form(offered=())

    assert found.is_valid()
    assert found.answers() == OBJECTOR
    assert [len(fields) for _title, fields in found.groups()] == [3, 1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("change", "subprocessors/three"),
        ("company", "Win: https://evil.example/"),
        ("name", "www.evil.example"),
        ("company", "x" * 201),
        ("email", "a@b@c"),
        ("grounds", "x" * 4001),
        ("grounds", "a\x0bb"),
        ("grounds", " "),
    ],
)
def test_a_mistake_is_told_beside_its_field(name, value):
    assert [field.name for field, _mistake in form(**{name: value}).mistakes()] == [name]


def test_grounds_are_kept_as_they_were_written():
    found = form(grounds="1. Öö & <b>\r\n\r\n2. https://example.com")

    assert found.is_valid(), found.errors
    assert found.answers()["grounds"] == "1. Öö & <b>\n\n2. https://example.com"
