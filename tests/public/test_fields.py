import pytest
from django import forms
from django.core.exceptions import ValidationError

from registry.public.fields import Email, Lines, PublicForm, Text


class Sample(PublicForm):
    name = Text(label="Name", web=False)
    email = Email(label="E-mail", required=False)
    note = Lines(label="Note", required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A")], widget=forms.RadioSelect, required=False)

    NAME = "sample"
    GROUPS = (("Who", ("email", "name", "gone")), ("What", ("note", "kind")))
    COMPLETE = {"name": "name"}


@pytest.mark.parametrize("value", ["Ærø & Søn “Nord”", "د. علی\u200cرضا", "😀 x < y"])
def test_what_real_people_write_is_kept(value):
    assert Text().clean(f" {value} ") == value


@pytest.mark.parametrize("value", ["a\nb", "a\r\nBcc: b", "a\0b", "a\u202eb", "a\u2028b", "\ud800"])
def test_a_line_has_no_controls(value):
    with pytest.raises(ValidationError, match="This field contains a line break"):
        Text().clean(value)


def test_what_nobody_sees_fills_in_no_field():
    with pytest.raises(ValidationError, match=r"^\['Please fill in this field\.'\]$"):
        Text().clean("\u200b\u2060")
    assert Text(required=False).clean("\u200b") == "\u200b"


def test_lines_keep_their_breaks_as_one_character():
    assert Lines().clean("a\r\nb\n\nc") == "a\nb\n\nc"
    with pytest.raises(ValidationError, match="This field contains a character that cannot be shown"):
        Lines().clean("a\tb")


@pytest.mark.parametrize("value", ["https://evil.example", "WWW.evil.example"])
def test_a_name_holds_no_web_address(value):
    assert Text().clean(value) == value
    with pytest.raises(ValidationError, match="Please leave out web addresses here"):
        Text(web=False).clean(value)


@pytest.mark.parametrize("value", ["kati@näidis.ee", "o'neil@example.co.uk"])
def test_an_address_that_mail_can_reach_is_taken(value):
    assert Email().clean(value) == value


@pytest.mark.parametrize(
    "value", ["kati", "a@b", "a@example.com, b@example.com", f"a@{'ő' * 70}.hu", "a b@example.com"]
)
def test_another_one_is_refused(value):
    with pytest.raises(ValidationError, match="Please enter a complete e-mail address"):
        Email().clean(value)


def test_mistakes_stand_in_the_order_of_the_page_and_the_bait_is_no_answer():
    wrong = Sample({"email": "x", "website": "y"})
    right = Sample({"name": "Kati", "website": "y"})

    assert [(field.name, text[:14]) for field, text in wrong.mistakes()] == [
        ("email", "Please enter a"),
        ("name", "Please fill in"),
    ]
    assert right.is_valid()
    assert right.answers() == {"name": "Kati", "email": "", "note": "", "kind": ""}
    assert [(title, [field.name for field in fields]) for title, fields in right.groups()] == [
        ("Who", ["email", "name"]),
        ("What", ["note", "kind"]),
    ]


def test_what_a_browser_may_fill_in_is_said_where_it_means_something():
    found = Sample(None)

    assert str(found["name"]) == (
        '<input type="text" name="name" autocomplete="name" aria-required="true" id="sample-name">'
    )
    assert 'autocomplete="off"' in str(found["email"])
    assert "autocomplete" not in str(found["kind"])
    assert 'tabindex="-1"' in str(found.bait())
