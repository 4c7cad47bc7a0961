import datetime
import re
import time
from html import unescape
from unittest import mock

import pytest
from django.core import mail
from django.db import OperationalError
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisCase

from registry.actions import mailing, objecting
from registry.actions.correcting import correct
from registry.actions.publishing import publish
from registry.actions.withdrawing import withdraw
from registry.models import Attempt, Delivery, Objection, Objector, PolicySection, Subprocessor
from registry.public import limits, site
from registry.public.form import SHORTEST, new_token
from registry.public.known import Known
from tests.objections import CHANGE, OBJECTOR, announce
from tests.reading import read
from tests.releases import REASON, publish_at_once

DAY = datetime.timedelta(days=1)


def token(age=60):
    with mock.patch("django.core.signing.time.time", return_value=time.time() - age):
        return new_token()


def filled(**changed):
    return {**OBJECTOR, "change": CHANGE, "token": token(), **changed}


def told(response):
    """What the page's alert says."""
    found = re.search(r'<div class="problem".*?<p>(.*?)</p>', response.content.decode(), re.DOTALL)
    return unescape(found[1]) if found else ""


def typed(response):
    """Whether all that was typed stands in the page."""
    page = unescape(response.content.decode())
    return [line for value in OBJECTOR.values() for line in value.split("\n") if line not in page] == []


def page(response):
    return read(response.content.decode())


def reword():
    """The draft with another heading in each language."""
    section = PolicySection.objects.get(key="definition")
    for code in ("en", "da", "hu", "lv", "et", "pt_br"):
        setattr(section, f"heading_{code}", f"{getattr(section, f'heading_{code}')}!")
    section.save()


@pytest.fixture
def on(monkeypatch):
    """The public's clock."""
    return lambda day: monkeypatch.setattr(Known, "today", lambda _known: day)


@pytest.fixture
def release(db):
    return announce()


# --- the way that everybody goes --------------------------------------------------------------------------------------


def test_a_customer_objects_in_estonian_confirms_and_gets_a_receipt_in_estonian(client, release):
    form = client.get("/et/object/4/")
    assert form.status_code == 200
    carried = page(form).one("input", name_="token")["value"]
    with mock.patch("django.core.signing.time.time", return_value=time.time() + SHORTEST + 1):
        response = client.post("/et/object/4/", filled(token=carried))

    objection = Objection.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/et/object/thanks/{objection.reference}/")
    assert objection.reference in client.get(response["Location"]).content.decode()
    assert (objection.state, objection.language, objection.change) == ("unverified", "et", CHANGE)
    mailing.pump.func()
    link = re.search(r"http://127\.0\.0\.1:8000(/et/object/verify/\S+)", mail.outbox[0].body)[1]
    asked = client.get(link)
    assert (asked.status_code, Objection.objects.get().state) == (200, "unverified")
    assert OBJECTOR["company"] in asked.content.decode()
    confirmed = client.post(link)
    assert (confirmed.status_code, confirmed["Location"]) == (303, link)
    assert Objection.objects.get().state == "open"
    assert objection.reference in client.get(link).content.decode()
    mailing.pump.func()
    receipt = next(message for message in mail.outbox[1:] if message.to == [OBJECTOR["email"]])
    assert objection.reference in receipt.subject
    assert "xylophon-4711" in receipt.body
    assert "Saksamaa" in receipt.body


def test_a_double_click_is_one_objection(client, release):
    form = filled()

    first, second = client.post("/en/object/4/", form), client.post("/en/object/4/", form)

    assert first["Location"] == second["Location"]
    assert (Objection.objects.count(), Delivery.objects.count(), Attempt.objects.count()) == (1, 1, 2)


# --- the form ---------------------------------------------------------------------------------------------------------


def test_the_form_offers_what_the_release_changes_and_says_until_when(client, release):
    shown = page(client.get("/en/object/4/"))

    assert [radio["value"] for radio in shown.all("input", name_="change")] == ["", CHANGE]
    assert "checked" in shown.all("input", name_="change")[0].attributes
    assert "Example GmbH" in shown.one("label", for_="object-change_1").text
    until = release.objection_deadline
    assert f"Objections until {until.day} {until:%B %Y}" in shown.text
    assert shown.one("meta", name_="robots")["content"] == "noindex"


def test_the_form_needs_no_query_but_those_for_the_site(client, release, monkeypatch, django_assert_num_queries):
    found = site.current()
    monkeypatch.setattr(site, "current", lambda: found)

    with django_assert_num_queries(0):
        assert client.get("/en/object/4/").status_code == 200


def test_a_release_that_changes_no_subprocessor_is_objected_to_as_a_whole(client, db):
    reword()
    publish()

    assert page(client.get("/en/object/4/")).all("input", name_="change") == []
    assert client.post("/en/object/4/", filled(change="")).status_code == 303
    assert Objection.objects.get().change == ""


def test_to_an_urgent_change_customers_object_while_it_is_in_force(client, db):
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    publish_at_once()

    assert client.get("/en/object/4/").status_code == 200
    assert client.post("/en/object/4/", filled()).status_code == 303


def test_an_empty_form_says_beside_each_field_what_is_missing(client, release):
    response = client.post("/en/object/4/", {"token": token()})

    mistakes = re.findall(r'<p class="mistake" id="object-(\w+)_error">(.*?)</p>', response.content.decode())
    assert (response.status_code, told(response)) == (
        422,
        "4 fields need another look. Everything you typed is still here.",
    )
    assert mistakes == [(name, "Please fill in this field.") for name in ("company", "name", "email", "grounds")]


def test_an_objection_to_what_the_release_does_not_change_is_refused(client, release):
    response = client.post("/en/object/4/", filled(change="subprocessors/aws"))

    assert (response.status_code, typed(response), Objection.objects.count()) == (422, True, 0)
    assert "Please choose a change of the list." in response.content.decode()


# --- too late ---------------------------------------------------------------------------------------------------------


def test_the_last_day_counts(client, release, on):
    on(release.objection_deadline)

    assert client.post("/en/object/4/", filled()).status_code == 303


def test_after_the_last_day_the_form_says_so_and_whom_to_write_to(client, release, on):
    on(release.objection_deadline + DAY)
    until = release.objection_deadline

    response = client.get("/en/object/4/")

    shown = page(response)
    assert (response.status_code, shown.all("form")) == (200, [])
    assert f"The period for objections is over. Its last day: {until.day} {until:%B %Y}." in shown.text
    assert [link["href"] for link in shown.one("main").all("a", href="mailto:dpa@example.com")] == [
        "mailto:dpa@example.com"
    ]


def test_whoever_sends_it_too_late_keeps_what_was_typed(client, release, on):
    on(release.objection_deadline + DAY)

    response = client.post("/en/object/4/", filled())

    assert (response.status_code, Objection.objects.count()) == (409, 0)
    assert told(response) == "Your objection has not been received."
    assert typed(response)


def test_whoever_is_overtaken_by_a_withdrawal_keeps_what_was_typed(client, release, monkeypatch):
    found = site.current()
    withdraw(4, reason=REASON)
    monkeypatch.setattr(site, "current", lambda: found)

    response = client.post("/en/object/4/", filled())

    assert (response.status_code, typed(response), Objection.objects.count()) == (409, True, 0)
    assert told(response).startswith("This release was withdrawn or replaced while you wrote")


def test_a_withdrawn_release_is_said_to_be_and_leads_to_the_reason(client, release):
    withdraw(4, reason=REASON)

    shown = page(client.get("/en/object/4/"))

    assert "This release was withdrawn: the change is not made" in shown.text
    assert len(shown.all("a", href="/en/releases/5/")) == 1
    assert client.get("/en/object/5/").status_code == 404


def test_a_replaced_release_leads_to_the_one_that_takes_its_place(client, release):
    reword()
    correct(["sections/definition/heading"])

    shown = page(client.get("/en/object/4/"))

    assert "Another release has taken the place of this one" in shown.text
    assert len(shown.all("a", href="/en/object/6/")) == 1
    assert client.get("/en/object/6/").status_code == 200
    assert client.post("/en/object/6/", filled()).status_code == 303


def test_whoever_wrote_to_a_replaced_release_sends_the_same_form_to_the_one_in_its_place(client, release):
    for _time in range(2):
        reword()
        correct(["sections/definition/heading"])

    response = client.post("/en/object/4/", filled())
    shown = page(response)

    assert (response.status_code, typed(response), Objection.objects.count()) == (409, True, 0)
    assert told(response).startswith("This release was withdrawn or replaced while you wrote")
    (form,) = shown.all("form", action="/en/object/8/")
    (own,) = [field for field in form.all("input") if field.get("name") == "token"]
    with mock.patch("django.core.signing.time.time", return_value=time.time() + SHORTEST + 1):
        assert client.post("/en/object/8/", filled(token=own["value"])).status_code == 303
    assert Objection.objects.get().release_id == 8


def test_a_replaced_release_leads_to_the_last_one_in_its_place(client, release):
    for _time in range(2):
        reword()
        correct(["sections/definition/heading"])

    assert len(page(client.get("/en/object/4/")).all("a", href="/en/object/8/")) == 1


def test_a_release_without_a_period_says_so(client, db):
    assert "This release has no period for objections." in page(client.get("/en/object/3/")).text


# --- what else stands in the way: nothing typed is lost ---------------------------------------------------------------


def test_a_missing_csrf_token_loses_nothing(release):
    client = Client(enforce_csrf_checks=True)

    response = client.post("/en/object/4/", filled())

    assert (response.status_code, typed(response), Objection.objects.count()) == (403, True, 0)
    again = page(response).one("input", name_="csrfmiddlewaretoken")["value"]
    assert client.post("/en/object/4/", filled(csrfmiddlewaretoken=again)).status_code == 303


def test_too_many_objections_are_told_when_to_come_back(client, release):
    for number in range(limits.OBJECTIONS[0].from_address):
        assert client.post("/en/object/4/", filled(company=f"Company {number}")).status_code == 303

    response = client.post("/en/object/4/", filled())

    assert (response.status_code, typed(response)) == (429, True)
    assert 3500 < int(response["Retry-After"]) <= 3600


@pytest.mark.parametrize("where", ["submitted", "submit"])
def test_a_dead_database_loses_nothing_that_was_typed(client, release, monkeypatch, caplog, where):
    def dead(**_answers):
        raise OperationalError("the database is gone: " + OBJECTOR["email"])

    monkeypatch.setattr(objecting, where, dead)

    response = client.post("/en/object/4/", filled())

    assert (response.status_code, typed(response), response["Retry-After"]) == (503, True, "60")
    assert told(response).startswith("We cannot store your objection at the moment, so it has not been received.")
    assert OBJECTOR["email"] not in caplog.text


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/xx/object/4/",
        "/de/object/4/",
        "/en/object/99/",
        "/en/object/0/",
        "/en/object/x/",
        "/en/object/",
        "/en/object/thanks/",
        "/en/object/thanks/DPA-7K2M-X4QD/",
        "/en/object/thanks/OBJ-AAAA-AAAA/",
        "/en/object/thanks/<script>/",
        "/de/object/thanks/OBJ-7K2M-X4QD/",
    ],
)
def test_an_address_that_is_none_is_a_404(client, release, address):
    assert client.get(address).status_code == 404


def test_the_thanks_confirm_no_reference_to_a_stranger(client, db):
    response = client.get("/en/object/thanks/OBJ-7K2M-X4QD/")

    assert (response.status_code, "OBJ-7K2M-X4QD" in response.content.decode()) == (200, True)


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_told_which_there_are(client, release, method):
    response = getattr(client, method)("/en/object/4/")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")


# --- any text in any field --------------------------------------------------------------------------------------------

anything = st.text(max_size=60) | st.text("\x00\r\n<>&\"'{}%\u202e@.:=?\ud7ff", max_size=30)


class AnyInput(HypothesisCase):
    def setUp(self):
        announce()

    @settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(st.sampled_from([*OBJECTOR, "change", "website", "token"]), anything, max_size=5))
    def test_any_text_in_any_field_is_kept_whole_or_refused(self, changed):
        Attempt.objects.all().delete()
        before = Objection.objects.count()
        form = {name: value.encode("utf-8", "replace").decode() for name, value in filled(**changed).items()}

        response = self.client.post("/en/object/4/", form)

        kept = Objection.objects.count() - before
        assert (response.status_code, kept) in {(303, 1), (303, 0), (422, 0), (400, 0)}
        assert Objection.objects.count() == Objector.objects.count() == Delivery.objects.count()
        mailing.pump.func()
        assert set(Delivery.objects.values_list("state", flat=True)) <= {"sent"}
