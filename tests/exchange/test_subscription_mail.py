import re

import pytest

from registry.exchange.content import decode
from registry.exchange.subscription_mail import confirmation, preferences
from registry.models import Release
from tests.reading import read
from tests.subscribers import EMAIL, ask, subscribe

LINK = "https://trust.example/en/subscribe/x/SUB-AAAA.b&c/"


@pytest.fixture
def content(db):
    return decode(Release.objects.get(number=3).content)


def made(content, kind, language="en", days=7):
    subscriber = ask(language=language, scope="regions", regions=["eu", "us"])
    if kind == "preferences":
        subscriber = subscribe(scope="regions", regions=["eu", "us"])
        subscriber = ask()
        delivery = subscriber.deliveries.get(kind=kind)
        return preferences(subscriber.identity, content, language, LINK, delivery)
    return confirmation(subscriber.identity, content, language, LINK, days, subscriber.deliveries.get())


def html(message):
    ((body, kind),) = message.alternatives
    assert kind == "text/html"
    return body


def test_the_mail_that_asks_says_what_for_how_long_and_what_happens_otherwise(content):
    message = made(content, "confirmation")

    assert message.subject == "Please confirm: notice of changes, LiveAgent"
    assert message.body.splitlines() == [
        "Somebody, probably you, asked us to tell this address when the subprocessors of LiveAgent change. Please "
        "confirm that you want this:",
        LINK,
        "",
        "What we would tell you about: changes that concern some regions",
        "Regions: European Union and United States",
        "Language of the mails: English",
        "",
        "The link is good for 7 days. If nobody confirms, we send nothing more and erase this address after that.",
        "",
        "If it was not you, you need not do anything.",
        "",
        message.body.splitlines()[-3],
        "",
        "Quality Unit, s. r. o.",
    ]
    assert re.fullmatch(r"Reference: SUB-\w{4}-\w{4}", message.body.splitlines()[-3])


def test_the_mail_to_who_is_subscribed_says_that_nothing_has_changed(content):
    message = made(content, "preferences")

    assert message.subject == "You are subscribed already: notice of changes, LiveAgent"
    assert "and nothing has changed." in message.body
    assert f"Change your choices, or unsubscribe, here:\n{LINK}\n" in message.body
    assert "What we tell you about: changes that concern some regions" in message.body


@pytest.mark.parametrize("kind", ["confirmation", "preferences"])
def test_text_and_html_say_the_same_and_hold_one_link(content, kind):
    message = made(content, kind)
    page = read(html(message))

    assert [anchor["href"] for anchor in page.all("a")] == [LINK]
    for line in message.body.splitlines():
        for part in line.split(": "):
            if part != LINK and not part.startswith("Change your choices"):
                assert part in page.text


@pytest.mark.parametrize("kind", ["confirmation", "preferences"])
def test_the_mail_goes_to_the_address_in_its_language_and_asks_for_no_automatic_answer(content, kind):
    message = made(content, kind)

    assert message.to == [EMAIL]
    assert (message.message()["Auto-Submitted"], message.message()["Content-Language"]) == ("auto-generated", "en")


def test_no_mail_repeats_the_address_in_its_text(content):
    message = made(content, "confirmation")

    assert EMAIL.lower() not in (message.body + html(message) + message.subject).lower()


def test_the_mail_is_written_in_the_language_of_the_form(content):
    message = made(content, "confirmation", language="hu")

    assert "Európai Unió és Egyesült Államok" in message.body
    assert 'lang="hu"' in html(message)
