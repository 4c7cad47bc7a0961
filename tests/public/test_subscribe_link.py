import time
from unittest import mock

import pytest
from django.db import OperationalError
from django.test import Client

from registry.actions import notifying
from registry.models import Language, Subscriber, SubscriberIdentity
from registry.public import site
from tests.reading import read
from tests.subscribers import EMAIL, ask, link, subscribe

STEPS = ("confirm", "preferences", "unsubscribe", "erase")
CHOICES = {"language": "et", "scope": "announcements"}


def of(step):
    """A subscriber whose link of this step does something, and the link."""
    subscriber = ask() if step == "confirm" else subscribe()
    return subscriber, link(subscriber, "unsubscribe" if step == "erase" else step, "en", step)


def main(response):
    return read(response.content.decode()).one("main")


def state(subscriber):
    return Subscriber.objects.get(pk=subscriber.pk).state


# --- what holds for each of them --------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS)
def test_a_get_only_asks(client, db, step):
    subscriber, address = of(step)
    before = (state(subscriber), SubscriberIdentity.objects.count(), Subscriber.history.count())

    for _time in range(2):
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200

    assert (state(subscriber), SubscriberIdentity.objects.count(), Subscriber.history.count()) == before


@pytest.mark.parametrize("step", STEPS)
def test_no_cookie_is_needed_and_none_is_set(db, step):
    client = Client(enforce_csrf_checks=True)
    subscriber, address = of(step)

    assert client.get(address).cookies.output() == ""
    response = client.post(address, CHOICES)

    assert (response.status_code, response.cookies.output()) in {(303, ""), (200, "")}
    assert (state(subscriber), Subscriber.objects.get().scope) == {
        "confirm": ("confirmed", "all"),
        "preferences": ("confirmed", "announcements"),
        "unsubscribe": ("unsubscribed", "all"),
        "erase": ("unsubscribed", "all"),
    }[step]


@pytest.mark.parametrize("step", STEPS)
def test_the_page_is_in_no_cache_and_in_no_search_engine(client, db, step):
    response = client.get(of(step)[1])

    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]
    assert b'<meta name="robots" content="noindex">' in response.content


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("token", ["x", "SUB-7K2M-X4QD.abc", "SUB-7K2M-X4QD", "%00", "%F0%9F%98%80", "a" * 3000])
def test_a_forged_link_says_what_to_do_and_offers_a_new_one(client, db, step, token):
    for method in (client.get, client.post):
        response = method(f"/en/subscribe/{step}/{token}/")
        assert response.status_code == (400 if token == "%00" else 404)
        if token != "%00":
            page = main(response)
            assert page.one("h1").text == "This link does not work"
            assert page.all("a")[0]["href"] == "/en/subscribe/"


@pytest.mark.parametrize("step", ["confirm", "preferences"])
def test_a_link_opens_nothing_but_its_own_page(client, db, step):
    subscriber = subscribe()

    assert client.get(link(subscriber, "unsubscribe", "en", step)).status_code == 404


def test_a_link_that_confirms_expires_and_offers_a_new_one(client, db):
    subscriber, address = of("confirm")

    with mock.patch("django.core.signing.time.time", return_value=time.time() + 7 * 86400 + 60):
        response = client.post(address)

    assert (response.status_code, state(subscriber)) == (410, "pending")
    page = main(response)
    assert page.one("h1").text == "This link has expired"
    assert "is good for 7 days." in page.text
    assert page.all("a")[0]["href"] == "/en/subscribe/"


def test_a_link_that_confirmed_before_somebody_left_confirms_no_more_and_a_new_one_does(client, db):
    subscriber = subscribe()
    with mock.patch("django.core.signing.time.time", return_value=time.time() - 60):
        old = link(subscriber, "confirm", "en")
    notifying.unsubscribe(subscriber)

    assert (client.post(old).status_code, state(subscriber)) == (410, "unsubscribed")
    ask()
    assert (client.post(old).status_code, state(subscriber)) == (410, "unsubscribed")
    assert (client.post(link(subscriber, "confirm", "en")).status_code, state(subscriber)) == (303, "confirmed")


@pytest.mark.parametrize("step", STEPS)
def test_a_link_outlives_the_language_of_its_mail(client, db, step):
    _subscriber, address = of(step)
    Language.objects.filter(code="lv").delete()

    response = client.get(address.replace("/en/", "/lv/"))

    assert (response.status_code, response["Content-Language"]) == (200, "en")
    assert client.post(address.replace("/en/", "/de/"), {**CHOICES, "language": "en"}).status_code in {200, 303}
    assert client.get(address.replace("/en/", "/xx/")).status_code == 404


@pytest.mark.parametrize("step", STEPS)
def test_without_a_database_it_says_when_to_come_back(client, db, monkeypatch, step):
    subscriber, address = of(step)
    monkeypatch.setattr(site, "database_down", lambda: True)
    assert (client.post(address).status_code, client.get(address).status_code) == (503, 503)
    monkeypatch.undo()

    def dead(*_arguments):
        raise OperationalError("gone")

    monkeypatch.setattr(notifying, "of_link", dead)
    assert client.post(address)["Retry-After"] == "30"
    assert state(subscriber) == ("pending" if step == "confirm" else "confirmed")


# --- confirm ----------------------------------------------------------------------------------------------------------


def test_confirming_says_what_one_is_told_and_links_the_preferences(client, db):
    subscriber = ask(language="en", scope="regions", regions=["us", "eu"])
    address = link(subscriber, "confirm", "en")
    asked = main(client.get(address))
    assert asked.one("h1").text == "Please confirm your subscription"

    response = client.post(address)

    assert (response.status_code, response["Location"]) == (303, address)
    page = main(client.get(address))
    assert page.one("h1").text == "You are subscribed"
    assert [(row.one("dt").text, row.one("dd").text) for row in page.one("dl").all("div")] == [
        ("Address", EMAIL),
        ("We tell you about", "changes that concern some regions"),
        ("Regions", "European Union and United States"),
        ("Language of the mails", "English"),
    ]
    assert link(subscriber, "preferences", "en") in [anchor["href"] for anchor in page.all("a")]
    assert page.all("form") == []


# --- preferences ------------------------------------------------------------------------------------------------------


def test_choices_are_saved_and_shown_in_the_language_that_was_chosen(client, db):
    subscriber = subscribe()
    address = link(subscriber, "preferences", "en")

    response = client.post(address, {"language": "hu", "scope": "regions", "regions": ["apac", "us"]})

    assert (response.status_code, response["Location"]) == (303, address.replace("/en/", "/hu/") + "?saved")
    subscriber.refresh_from_db()
    assert (subscriber.language, subscriber.scope, subscriber.region_keys) == ("hu", "regions", ["apac", "us"])
    page = main(client.get(response["Location"]))
    checked = [field["value"] for field in page.all("input") if "checked" in field.attributes]
    assert checked == ["regions", "us", "apac"]
    assert page.one("div", role="status")


@pytest.mark.parametrize(
    ("posted", "field"),
    [
        ({"language": "de", "scope": "all"}, "language"),
        ({"language": "en", "scope": "regions"}, "regions"),
        ({"language": "en"}, "scope"),
        ({}, "language"),
    ],
)
def test_a_choice_that_is_none_changes_nothing(client, db, posted, field):
    subscriber = subscribe()

    response = client.post(link(subscriber, "preferences", "en"), posted)

    assert response.status_code == 422
    assert main(response).all(id_=f"preferences-{field}_error")
    subscriber.refresh_from_db()
    assert (subscriber.language, subscriber.scope) == ("et", "all")


def test_a_region_that_the_release_in_force_no_longer_names_is_left_out(client, db):
    subscriber = subscribe(scope="regions", regions=["eu", "moon"])
    address = link(subscriber, "preferences", "en")

    page = main(client.get(address))
    checked = [field["value"] for field in page.all("input", name_="regions") if "checked" in field.attributes]
    assert checked == ["eu"]
    client.post(address, {"language": "en", "scope": "regions", "regions": ["eu"]})
    subscriber.refresh_from_db()
    assert subscriber.regions == "eu"


def test_the_page_leads_out(client, db):
    subscriber = subscribe()
    page = main(client.get(link(subscriber, "preferences", "en")))

    assert [form["action"] for form in page.all("form")] == [
        link(subscriber, "preferences", "en"),
        link(subscriber, "unsubscribe", "en"),
    ]
    assert [anchor["href"] for anchor in page.all("a")] == [link(subscriber, "unsubscribe", "en", "erase")]


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (notifying.unsubscribe, "You are unsubscribed. We will not send you any more notices."),
        (notifying.suppress, "Our mail to your address came back, so we have stopped writing to it."),
    ],
)
def test_who_is_told_no_more_reads_why_and_how_to_subscribe_again(client, db, end, said):
    subscriber = subscribe()
    end(subscriber)

    response = client.get(link(subscriber, "preferences", "en"))

    page = main(response)
    assert (response.status_code, said in page.text, page.all("form")) == (200, True, [])
    assert [anchor["href"] for anchor in page.all("a")] == [
        "/en/subscribe/",
        link(subscriber, "unsubscribe", "en", "erase"),
    ]
    assert client.post(link(subscriber, "preferences", "en"), CHOICES).status_code == 200
    assert Subscriber.objects.get().scope == "all"


# --- unsubscribe ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
def test_a_mail_program_unsubscribes_with_one_bare_post(db, kind):
    subscriber = subscribe()
    body = "List-Unsubscribe=One-Click"
    if "multipart" in kind:
        body = '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'

    response = Client(enforce_csrf_checks=True).post(link(subscriber, "unsubscribe"), body, content_type=kind)

    assert (response.status_code, "Location" in response.headers, state(subscriber)) == (200, False, "unsubscribed")
    again = Client(enforce_csrf_checks=True).post(link(subscriber, "unsubscribe"), body, content_type=kind)
    assert (again.status_code, Subscriber.history.filter(state="unsubscribed").count()) == (200, 1)


def test_a_person_is_asked_and_then_told(client, db):
    subscriber = subscribe()
    address = link(subscriber, "unsubscribe", "en")

    asked = main(client.get(address))
    assert (asked.one("h1").text, asked.one("form")["action"]) == ("Do you want to unsubscribe?", address)
    done = main(client.post(address))
    assert done.one("h1").text == "You are no longer subscribed"
    assert EMAIL not in done.text


# --- erase ------------------------------------------------------------------------------------------------------------


def test_the_address_is_erased_at_once_and_its_links_end(client, db):
    subscriber, address = of("erase")

    page = main(client.post(address))

    assert page.one("h1").text == "Your address has been erased"
    assert subscriber.reference in page.text
    assert SubscriberIdentity.objects.count() == 0
    assert [client.get(address).status_code, client.post(address).status_code] == [404, 404]
