import re
import time
from unittest import mock

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from registry.actions import mailing, objecting
from registry.actions.cases import CannotMove
from registry.models import Delivery, Language, Objection
from registry.public import site
from tests.objections import OBJECTOR, submit
from tests.reading import read


@pytest.fixture
def objection(db):
    return submit()


def link_of(objection):
    """The address in the newest mail that asks to verify."""
    newest = objection.deliveries.filter(kind="objection-check").latest("id")
    return re.search(r"http://127\.0\.0\.1:8000(/et/object/verify/\S+)", objecting.mail(newest).body)[1]


def later(days):
    return mock.patch("django.core.signing.time.time", return_value=time.time() + days * 24 * 3600)


def page(response):
    return read(response.content.decode())


def test_a_get_asks_and_shows_what_would_be_confirmed(client, objection):
    response = client.get(link_of(objection))

    shown = page(response)
    assert (response.status_code, response["Content-Language"]) == (200, "et")
    for value in (OBJECTOR["company"], OBJECTOR["name"], *OBJECTOR["grounds"].split("\n")):
        assert value in shown.text
    assert "Saksamaa" in shown.text
    assert shown.one("meta", name_="robots")["content"] == "noindex"
    assert "no-store" in response["Cache-Control"]
    assert Objection.objects.get().state == "unverified"


def test_the_post_works_without_a_cookie_and_twice_changes_nothing(objection):
    link = link_of(objection)
    client = Client(enforce_csrf_checks=True)

    first, second = client.post(link), client.post(link)

    assert (first.status_code, second.status_code, first["Location"]) == (303, 303, link)
    assert (Objection.objects.get().state, Objection.history.count()) == ("open", 2)
    assert Delivery.objects.filter(kind="objection-receipt").count() == 1
    assert page(client.get(link)).all("form") == []


def test_an_objection_to_the_release_as_a_whole_says_so(client, db):
    link = link_of(submit(change="")).replace("/et/", "/en/")

    assert "All changes of this release" in page(client.get(link)).text


def test_a_link_in_another_language_opens_there_and_in_one_that_is_public_no_more_in_the_binding_one(client, objection):
    link = link_of(objection)
    Language.objects.filter(code="et").update(public=False)

    assert client.get(link)["Content-Language"] == "en"
    assert client.get(link.replace("/et/", "/hu/"))["Content-Language"] == "hu"
    assert client.get(link.replace("/et/", "/xx/")).status_code == 404


@pytest.mark.parametrize("cut", [lambda link: link[:-3] + "/", lambda link: "/et/object/verify/OBJ-2222-2222:a:b/"])
def test_a_forged_or_cut_link_says_what_to_do_next_and_leads_to_the_form(client, objection, cut):
    response = client.get(cut(link_of(objection)))

    shown = page(response)
    assert response.status_code == 404
    assert len(shown.all("a", href="/et/object/4/")) == 1
    assert client.post(cut(link_of(objection))).status_code == 404


def test_a_link_to_what_was_erased_says_so_too(client, objection):
    link = link_of(objection)
    objecting.erase(objection)

    assert client.get(link).status_code == 404


def test_whoever_is_erased_while_they_confirm_is_told_and_no_error_comes(client, objection, monkeypatch):
    link = link_of(objection)

    def erased(_objection):
        raise CannotMove

    monkeypatch.setattr(objecting, "verify", erased)

    assert client.post(link).status_code == 404


def test_an_expired_link_offers_a_new_one_which_verifies(client, objection):
    link = link_of(objection)
    mailing.pump.func()
    with later(objecting.LINK_DAYS + 0.1):
        asked = client.get(link)
        assert (asked.status_code, len(page(asked).all("form", method="post"))) == (410, 1)
        assert objection.deliveries.count() == 1
        sent = client.post(link)
        assert sent.status_code == 200
        assert objection.reference in sent.content.decode()
        assert Objection.objects.get().state == "unverified"
        fresh = link_of(objection)
        assert client.post(fresh).status_code == 303

    mailing.pump.func()
    assert Objection.objects.get().state == "open"
    assert {message.to[0] for message in mail.outbox} == {OBJECTOR["email"], "dpa@example.com"}


def test_pressing_for_a_new_link_again_and_again_fills_no_mailbox(client, objection):
    link = link_of(objection)
    with later(objecting.LINK_DAYS + 0.1):
        for _time in range(6):
            Delivery.objects.update(state="sent")
            assert client.post(link).status_code == 200

    # The others wait for the days after.
    assert objection.deliveries.filter(due_at__lte=timezone.now()).count() == objecting.LINKS_A_DAY


def test_a_database_known_to_be_down_is_not_asked(client, objection, monkeypatch):
    link, found = link_of(objection), site.current()
    monkeypatch.setattr(site, "current", lambda: found)
    monkeypatch.setattr(site, "database_down", lambda: True)

    response = client.post(link)

    assert (response.status_code, Objection.objects.get().state) == (503, "unverified")


@pytest.mark.parametrize("method", ["put", "delete"])
def test_other_methods_are_told_which_there_are(client, objection, method):
    response = getattr(client, method)(link_of(objection))

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")
