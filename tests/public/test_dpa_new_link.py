from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from registry.actions import dpa
from registry.models import Delivery
from registry.public import limits, site
from tests.reading import read
from tests.requests import PERSON, submit

from .test_dpa import token, told


@pytest.fixture
def asked(db):
    """A request whose first mail went out long ago."""
    request = submit()
    request.deliveries.update(state="sent", due_at=timezone.now() - timedelta(days=2))
    return request


def filled(reference, **changed):
    return {"reference": reference, "email": PERSON["email"], "token": token(), **changed}


def queued():
    return list(Delivery.objects.filter(state="queued").values_list("kind", "request__reference"))


def test_reference_and_mailbox_bring_a_mail_with_a_link(client, asked):
    response = client.post("/hu/dpa/link/", filled(f" {asked.reference.lower()} "))

    assert (response.status_code, response["Location"]) == (303, "/hu/dpa/link/sent/")
    assert queued() == [("dpa-check", asked.reference)]


def test_the_answer_is_the_same_whether_they_fit_or_not_and_the_page_after_it_knows_of_nobody(client, asked):
    fitting = client.post("/en/dpa/link/", filled(asked.reference))
    stranger = client.post("/en/dpa/link/", filled(asked.reference, email="somebody@example.com"))
    unknown = client.post("/en/dpa/link/", filled("DPA-2222-2222"))

    answers = [(one.status_code, one.content, dict(one.headers)) for one in (fitting, stranger, unknown)]
    assert answers[0] == answers[1] == answers[2]
    assert queued() == [("dpa-check", asked.reference)]
    page = client.get(fitting["Location"]).content.decode()
    assert asked.reference not in page
    assert PERSON["email"] not in page


def test_what_was_typed_stays_where_it_is_not_taken(client, asked):
    response = client.post("/en/dpa/link/", filled(asked.reference, email="odon"))

    page = read(response.content.decode())
    assert response.status_code == 422
    assert page.one("input", name_="reference")["value"] == asked.reference
    assert page.one("input", name_="email")["value"] == "odon"
    assert queued() == []


def test_the_form_has_a_bait_and_limits_and_asks_for_its_own_page(client, asked):
    assert client.post("/en/dpa/link/", filled(asked.reference, website="x")).status_code == 422
    assert Client(enforce_csrf_checks=True).post("/en/dpa/link/", filled(asked.reference)).status_code == 403
    for _number in range(limits.DPA_LINKS[0].from_address):
        assert client.post("/en/dpa/link/", filled("DPA-2222-2222")).status_code == 303

    response = client.post("/en/dpa/link/", filled(asked.reference))

    assert response.status_code == 429
    assert queued() == []


def test_a_dead_database_loses_nothing_that_was_typed(client, asked, monkeypatch, caplog):
    def dead(**_answers):
        raise OperationalError(PERSON["email"])

    monkeypatch.setattr(dpa, "send_link", dead)

    response = client.post("/en/dpa/link/", filled(asked.reference))

    assert (response.status_code, asked.reference in response.content.decode()) == (503, True)
    assert told(response).startswith("We cannot send a link at the moment.")
    assert PERSON["email"] not in caplog.text


def test_both_pages_need_no_database_and_no_search_engine(client, db, monkeypatch, django_assert_num_queries):
    found = site.current()
    monkeypatch.setattr(site, "current", lambda: found)

    with django_assert_num_queries(0):
        pages = [client.get(address) for address in ("/lv/dpa/link/", "/lv/dpa/link/sent/")]

    assert [page.status_code for page in pages] == [200, 200]
    assert ['<meta name="robots" content="noindex">' in page.content.decode() for page in pages] == [True, True]


@pytest.mark.parametrize("address", ["/de/dpa/link/", "/xx/dpa/link/", "/de/dpa/link/sent/"])
def test_a_language_that_is_not_public_has_none_of_them(client, db, address):
    assert client.get(address).status_code == 404
