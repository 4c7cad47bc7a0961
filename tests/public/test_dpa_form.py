import pytest

from registry.exchange.content import decode
from registry.models import Release
from registry.public.dpa_form import DpaForm, country_choices
from tests.requests import PERSON


@pytest.fixture
def content(db):
    return decode(Release.objects.get(number=3).content)


@pytest.mark.parametrize(("language", "last"), [("da", "Åland"), ("en", "Zimbabwe"), ("et", "Ühendriikide hajasaared")])
def test_countries_stand_in_the_order_of_the_language(language, last):
    names = [name for _code, name in country_choices(language)]

    assert (len(names), names[-1]) == (249, last)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("company", "Ærø & Søn A/S “Nord”"),
        ("name", "د. علی\u200cرضا"),
        ("address", "Line one\nLine two"),
        ("account", "https://minta.example.com/login"),
        ("email", "ödön@example.com".replace("ö", "o")),
        ("email", "odon@őszi.hu"),
        ("note", "😀 x < y\n\nwww.example.com"),
    ],
)
def test_what_real_people_write_is_taken_as_it_is(content, name, value):
    form = DpaForm({**PERSON, "country": "HU", "region": "eu", name: value}, content=content, language="hu")

    assert form.is_valid(), form.errors
    assert form.answers()[name] == value
    assert set(form.answers()) == {*PERSON, "country", "region"}


def test_mistakes_stand_in_the_order_of_the_page(content):
    form = DpaForm({"email": "x"}, content=content, language="en")

    assert [field.name for field, _mistake in form.mistakes()] == [
        "company",
        "address",
        "country",
        "account",
        "region",
        "name",
        "role",
        "email",
    ]
