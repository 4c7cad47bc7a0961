import pytest
from django.utils.translation import override

from registry.exchange.content import decode
from registry.exchange.subscription import chosen, region_choices
from registry.models import Release, Subscriber


@pytest.fixture
def content(db):
    return decode(Release.objects.get(number=3).content)


@pytest.mark.parametrize(
    ("scope", "regions", "said"),
    [
        ("all", "", ("every change, editorial corrections included", "")),
        ("announcements", "", ("changes announced in advance, and urgent ones", "")),
        ("regions", "apac us", ("changes that concern some regions", "Asia-Pacific and United States")),
        ("regions", "moon", ("changes that concern some regions", "moon")),
    ],
)
def test_what_was_chosen_is_said_in_words(content, scope, regions, said):
    subscriber = Subscriber(language="et", scope=scope, regions=regions)

    with override("en"):
        assert chosen(subscriber, content, "en") == (*said, "Estonian")


def test_every_scope_can_be_chosen_and_said(content):
    for scope in Subscriber.Scope:
        assert chosen(Subscriber(language="en", scope=scope), content, "en").of


def test_regions_are_named_in_the_language_of_the_page(content):
    assert region_choices(content, "hu") == [
        ("eu", "Európai Unió"),
        ("us", "Egyesült Államok"),
        ("apac", "Ázsia és a csendes-óceáni térség"),
    ]
