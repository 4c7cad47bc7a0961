import re
import time
from html import unescape
from unittest import mock

import pytest
from django.core import mail
from django.db import OperationalError
from django.test import Client
from django.utils.http import urlencode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisCase

from registry.actions import mailing, notifying
from registry.models import Attempt, Delivery, Language, Subscriber, SubscriberIdentity
from registry.public import limits, site
from registry.public.form import SHORTEST, new_token
from tests.reading import read
from tests.subscribers import EMAIL, subscribe


def token(age=60):
    with mock.patch("django.core.signing.time.time", return_value=time.time() - age):
        return new_token()


def filled(**changed):
    return {"email": EMAIL, "scope": "all", "token": token(), **changed}


def told(response):
    found = re.search(r'<div class="problem".*?<p>(.*?)</p>', response.content.decode(), re.DOTALL)
    return unescape(found[1]) if found else ""


def mistakes(response):
    page = read(response.content.decode()).one("main")
    return {text["id"]: text.text for text in page.all("p", class_="mistake")}


# --- the way that everybody goes --------------------------------------------------------------------------------------


def test_a_visitor_subscribes_in_estonian_and_is_asked_in_estonian(client, db):
    page = client.get("/et/subscribe/")
    carried = re.search(r'name="token" value="([^"]+)"', page.content.decode())[1]
    with mock.patch("django.core.signing.time.time", return_value=time.time() + SHORTEST + 1):
        response = client.post("/et/subscribe/", filled(token=carried, scope="regions", regions=["us", "eu"]))

    assert (response.status_code, response["Location"]) == (303, "/et/subscribe/thanks/")
    subscriber = Subscriber.objects.get()
    assert (subscriber.state, subscriber.language, subscriber.scope, subscriber.region_keys) == (
        "pending",
        "et",
        "regions",
        ["eu", "us"],
    )
    mailing.pump.func()
    (asked,) = mail.outbox
    assert (asked.to, "Euroopa Liit" in asked.body) == ([EMAIL], True)
    opened = client.get(re.search(r"http://127\.0\.0\.1:8000(/et/subscribe/confirm/\S+)", asked.body)[1])
    assert (opened.status_code, Subscriber.objects.get().state) == (200, "pending")


def test_the_answer_is_the_same_whether_the_address_is_known_or_not(client, db):
    subscribe()
    client.get("/en/subscribe/")

    known = client.post("/en/subscribe/", filled())
    unknown = client.post("/en/subscribe/", filled(email="other@marjamaa.example"))

    assert known.serialize() == unknown.serialize()
    kinds = Delivery.objects.filter(state="queued").values_list("kind", "subscriber__identity__email")
    assert sorted(kinds) == [("confirmation", "other@marjamaa.example"), ("preferences", EMAIL)]
    thanks = client.get(known["Location"]).content.decode()
    assert EMAIL not in thanks
    assert '<meta name="robots" content="noindex">' in thanks


def test_a_double_click_is_one_mail(client, db):
    form = filled()

    first, second = client.post("/en/subscribe/", form), client.post("/en/subscribe/", form)

    assert first["Location"] == second["Location"]
    assert (Subscriber.objects.count(), Delivery.objects.count()) == (1, 1)


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_page_offers_the_regions_of_the_release_in_force_in_the_readers_language(client, db):
    page = read(client.get("/hu/subscribe/").content.decode()).one("form", class_="asking")

    boxes = [label for label in page.all("label") if label.all("input", name_="regions")]
    assert [(label.one("input")["value"], label.text) for label in boxes] == [
        ("eu", "Európai Unió"),
        ("us", "Egyesült Államok"),
        ("apac", "Ázsia és a csendes-óceáni térség"),
    ]
    radios = page.all("input", name_="scope")
    assert [(radio["value"], "checked" in radio.attributes) for radio in radios] == [
        ("all", True),
        ("announcements", False),
        ("regions", False),
    ]


def test_every_choice_has_a_label_and_every_group_a_name(client, db):
    page = read(client.get("/en/subscribe/").content.decode()).one("main")

    fields = [field for field in page.all("input") if field.get("type") in {"email", "radio", "checkbox", "text"}]
    assert [field["id"] for field in fields if not page.all("label", for_=field["id"])] == []
    groups = page.all("div", role="group")
    assert [page.one(id_=group["aria-labelledby"]).text for group in groups] == [
        "What should we tell you about?",
        "Regions",
    ]


def test_the_page_says_what_is_kept_for_how_long_and_links_the_privacy_notice(client, db):
    page = read(client.get("/en/subscribe/").content.decode()).one("section", class_="kept flow")

    assert page.one("a")["href"] == "/en/dpa/privacy/"
    assert "If you do not confirm, we erase your address after 7 days." in page.text
    assert "Your address is erased 365 days later, or at once if you ask for it." in page.text


def test_the_page_is_found_from_every_other(client, db):
    for address in ("/en/", "/en/releases/", "/en/subscribe/"):
        links = read(client.get(address).content.decode()).one("nav", class_="site").all("a")
        assert ("/en/subscribe/", "Notice of changes") in [(link["href"], link.text) for link in links]


def test_the_pages_need_no_database(client, db, monkeypatch, django_assert_num_queries):
    found = site.current()
    monkeypatch.setattr(site, "current", lambda: found)

    with django_assert_num_queries(0):
        assert client.get("/lv/subscribe/").status_code == 200
        assert client.get("/lv/subscribe/thanks/").status_code == 200
        assert client.post("/lv/subscribe/", filled(email="no")).status_code == 422


@pytest.mark.parametrize("address", ["/xx/subscribe/", "/de/subscribe/", "/de/subscribe/thanks/", "/en/subscribe/x/"])
def test_an_address_that_is_none_is_a_404(client, db, address):
    assert client.get(address).status_code == 404


def test_there_is_nothing_to_subscribe_to_before_the_first_release(client, empty_registry):
    Language.objects.create(code="en", public=True)

    assert client.get("/en/subscribe/").status_code == 404
    assert client.post("/en/subscribe/", filled()).status_code == 404


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_told_which_there_are(client, db, method):
    response = getattr(client, method)("/en/subscribe/")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")


# --- what stands in the way: nothing is lost --------------------------------------------------------------------------


def test_mistakes_are_told_beside_their_fields(client, db):
    response = client.post("/en/subscribe/", {"token": token(), "email": "x", "scope": "regions"})

    assert (response.status_code, told(response)) == (
        422,
        "2 fields need another look. Everything you typed is still here.",
    )
    assert mistakes(response) == {
        "subscribe-email_error": "Please enter a complete e-mail address, such as name@example.com.",
        "subscribe-regions_error": "Please choose at least one region.",
    }
    page = read(response.content.decode()).one("main")
    targets = [link["href"].lstrip("#") for link in page.one("div", class_="problem").all("a")]
    assert targets == ["subscribe-email", "subscribe-regions_group"]
    assert all(page.one(id_=target) for target in targets)
    assert page.one("input", value="regions")["checked"] == ""
    assert Subscriber.objects.count() == 0


def test_a_missing_csrf_cookie_loses_nothing(db):
    client = Client(enforce_csrf_checks=True)

    response = client.post("/en/subscribe/", filled(scope="announcements"))

    assert (response.status_code, Subscriber.objects.count()) == (403, 0)
    page = read(response.content.decode()).one("main")
    assert page.one("input", name_="email")["value"] == EMAIL
    assert page.one("input", value="announcements")["checked"] == ""
    again = page.one("input", name_="csrfmiddlewaretoken")["value"]
    assert client.post("/en/subscribe/", filled(csrfmiddlewaretoken=again)).status_code == 303


def test_too_many_forms_are_told_when_to_come_back(client, db, monkeypatch):
    few = limits.Limit("subscription", limits.SUBSCRIPTIONS[0].window, from_address=2, from_network=9)
    monkeypatch.setattr(limits, "SUBSCRIPTIONS", (few,))
    for number in range(2):
        assert client.post("/en/subscribe/", filled(email=f"a{number}@marjamaa.example")).status_code == 303

    response = client.post("/en/subscribe/", filled())

    assert (response.status_code, 3500 < int(response["Retry-After"]) <= 3600) == (429, True)
    assert told(response).startswith("Too many requests came from your network.")
    assert SubscriberIdentity.objects.filter(email=EMAIL).count() == 0


def test_a_dead_database_loses_nothing_that_was_typed(client, db, monkeypatch, caplog):
    def dead(**_answers):
        raise OperationalError(f"the database is gone: {EMAIL}")

    monkeypatch.setattr(notifying, "ask", dead)

    response = client.post("/en/subscribe/", filled())

    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert read(response.content.decode()).one("input", name_="email")["value"] == EMAIL
    assert "A subscription could not be kept: OperationalError" in caplog.text
    assert EMAIL not in caplog.text


# --- any text in any field --------------------------------------------------------------------------------------------

anything = st.text(max_size=60) | st.text("\x00\r\n<>&\"'{}%\u202e@.:=?\ud7ff", max_size=30) | st.emails()


class AnyInput(HypothesisCase):
    @settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
    @given(
        st.dictionaries(st.sampled_from(["email", "scope", "regions", "website", "token"]), anything, max_size=5),
        st.booleans(),
    )
    def test_any_text_in_any_field_is_kept_whole_or_refused(self, changed, multipart):
        Attempt.objects.all().delete()
        before = Subscriber.objects.count()
        form = {name: value.encode("utf-8", "replace").decode() for name, value in filled(**changed).items()}

        kind = {} if multipart else {"content_type": "application/x-www-form-urlencoded"}
        response = self.client.post("/en/subscribe/", form if multipart else urlencode(form), **kind)

        kept = Subscriber.objects.count() - before
        assert (response.status_code, kept) in {(303, 1), (303, 0), (422, 0), (400, 0)}
        assert Subscriber.objects.count() == SubscriberIdentity.objects.count()
        mailing.pump.func()
        assert set(Delivery.objects.values_list("state", flat=True)) <= {"sent"}
