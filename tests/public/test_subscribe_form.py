import pytest

from registry.exchange.content import decode
from registry.models import Release, Subscriber
from registry.public.subscribe_form import PreferencesForm, SubscribeForm


@pytest.fixture
def content(db):
    return decode(Release.objects.get(number=3).content)


def form(content, **posted):
    return SubscribeForm({"email": "kati@example.com", "scope": "all", **posted}, content=content, language="en")


@pytest.mark.parametrize("email", ["Kati.Tamm+trust@example.com", "kati@näidis.ee", "o'neil@example.co.uk"])
def test_what_real_people_write_is_taken_as_it_is(content, email):
    found = form(content, email=email)

    assert found.is_valid(), found.errors
    assert found.answers() == {"email": email, "scope": "all", "regions": []}


@pytest.mark.parametrize(
    "email",
    [
        "kati",
        "kati@näidis",
        "a@example.com, b@example.com",
        f"{'k' * 60}@{'õ' * 45}.{'õ' * 45}.{'õ' * 45}.{'õ' * 45}.ee",
    ],
)
def test_an_address_that_mail_cannot_reach_is_refused(content, email):
    found = form(content, email=email)

    assert found.errors == {"email": ["Please enter a complete e-mail address, such as name@example.com."]}


def test_boxes_of_another_choice_do_not_count(content):
    found = form(content, scope="announcements", regions=["eu"])
    assert found.is_valid()
    assert found.answers()["regions"] == []


@pytest.mark.parametrize(
    ("posted", "errors"),
    [
        ({"scope": "regions"}, {"regions": ["Please choose at least one region."]}),
        ({"scope": "regions", "regions": ["moon"]}, {"regions": ["Please choose regions of the list."]}),
        ({"scope": "moon"}, {"scope": ["Please choose what we should tell you about."]}),
        ({"scope": ""}, {"scope": ["Please choose what we should tell you about."]}),
    ],
)
def test_a_choice_that_is_none_is_refused(content, posted, errors):
    assert form(content, **posted).errors == errors


def test_without_regions_there_is_nothing_to_choose_by_region(content):
    found = SubscribeForm(None, content={**content, "regions": []}, language="en")

    assert [value for value, _label in found.fields["scope"].choices] == ["all", "announcements"]
    assert "regions" not in found.fields
    assert form({**content, "regions": []}, scope="regions").errors == {
        "scope": ["Please choose what we should tell you about."]
    }


def test_preferences_begin_with_what_is_chosen(content):
    subscriber = Subscriber(language="hu", scope="regions", regions="apac eu")
    found = PreferencesForm(
        None, subscriber=subscriber, content=content, language="en", languages=("en", "hu", "et", "pt-br")
    )

    assert found.initial == {"language": "hu", "scope": "regions", "regions": ["apac", "eu"]}
    assert found.fields["language"].choices == [
        ("et", "Eesti"),
        ("en", "English"),
        ("hu", "Magyar"),
        ("pt-br", "Português (Brasil)"),
    ]
