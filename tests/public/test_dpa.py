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

from registry.actions import dpa, linking, mailing
from registry.models import Attempt, Delivery, DpaRequest, DpaRequester, Language, ServiceProfile
from registry.public import limits, site
from registry.public.dpa_form import DpaForm
from registry.public.form import LONGEST, SHORTEST, new_token
from tests.requests import PERSON

FIELDS = {**PERSON, "country": "HU", "region": "eu"}


def token(age=60):
    with mock.patch("django.core.signing.time.time", return_value=time.time() - age):
        return new_token()


def filled(**changed):
    return {**FIELDS, "token": token(), **changed}


def told(response):
    """What the page's alert says."""
    found = re.search(r'<div class="problem".*?<p>(.*?)</p>', response.content.decode(), re.DOTALL)
    return unescape(found[1]) if found else ""


def mistakes(response):
    """The messages beside the fields, by field; each message belongs to its field for a voice as well."""
    page = response.content.decode()
    found = dict(re.findall(r'<p class="mistake" id="dpa-(\w+)_error">(.*?)</p>', page))
    for name in found:
        field = re.search(rf'<(?:input|select|textarea)[^>]*name="{name}"[^>]*>', page)[0]
        assert 'aria-invalid="true"' in field
        assert f"dpa-{name}_error" in re.search(r'aria-describedby="([^"]*)"', field)[1].split()
        assert f'<a href="#dpa-{name}">' in page
    return {name: unescape(text) for name, text in found.items()}


def typed(response):
    """Whether all that was typed stands in the page."""
    page = unescape(response.content.decode())
    missing = [name for name, value in PERSON.items() if value not in page]
    chosen = re.findall(r'<option value="(\w+)" selected>', page)
    return missing == [] and chosen == ["HU", "eu"]


# --- the way that everybody goes --------------------------------------------------------------------------------------


def test_a_customer_sends_a_request_in_hungarian_and_is_asked_to_verify_the_address(client, db):
    page = client.get("/hu/dpa/")
    assert page.status_code == 200
    carried = re.search(r'name="token" value="([^"]+)"', page.content.decode())[1]
    with mock.patch("django.core.signing.time.time", return_value=time.time() + SHORTEST + 1):
        response = client.post("/hu/dpa/", {**FIELDS, "token": carried}, REMOTE_ADDR="192.0.2.77")

    request = DpaRequest.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/hu/dpa/thanks/{request.reference}/")
    assert (request.language, request.release_id) == ("hu", 3)
    assert DpaRequester.objects.values(*PERSON).get() == PERSON
    thanks = client.get(response["Location"])
    assert request.reference in thanks.content.decode()
    mailing.pump.func()
    assert [message.to for message in mail.outbox] == [[PERSON["email"]]]
    assert request.reference in mail.outbox[0].subject
    assert f"/hu/dpa/verify/{linking.token(request, linking.Purpose.VERIFY)}/" in mail.outbox[0].body
    assert request.requester.received_from == "192.0.2.0/24"


def test_a_double_click_is_one_request(client, db):
    form = filled()

    first, second = client.post("/hu/dpa/", form), client.post("/hu/dpa/", form)

    assert first["Location"] == second["Location"]
    assert (DpaRequest.objects.count(), Delivery.objects.count(), Attempt.objects.count()) == (1, 1, 2)


def test_text_is_trimmed_and_line_breaks_are_one_character(client, db):
    address = "Fő utca 1.\r\n" + "x" * 988

    client.post("/en/dpa/", filled(company="  Minta Kft. ", address=address))

    requester = DpaRequester.objects.get()
    assert (requester.company, requester.address) == ("Minta Kft.", address.replace("\r\n", "\n"))


# --- the form ---------------------------------------------------------------------------------------------------------


def test_the_form_offers_what_the_release_in_force_has_in_the_readers_language(client, db):
    page = client.get("/hu/dpa/").content.decode()

    regions = re.findall(r'<option value="(\w+)">([^<]+)</option>', page.partition('name="region"')[2])
    assert regions == [
        ("eu", "Európai Unió"),
        ("us", "Egyesült Államok"),
        ("apac", "Ázsia és a csendes-óceáni térség"),
    ]
    countries = re.findall(r'<option value="([A-Z]{2})">([^<]+)</option>', page)
    assert len(countries) == 249
    assert ("HU", "Magyarország") in countries


def test_every_field_has_a_label_and_what_a_browser_knows_is_offered(client, db):
    page = client.get("/en/dpa/").content.decode()

    fields = re.findall(r'<(?:input type="(?:text|email)"|select|textarea)[^>]*id="(dpa-\w+)"', page)
    assert len(fields) == 10
    assert [field for field in fields if f'<label for="{field}">' not in page] == []
    assert dict(re.findall(r'name="(\w+)"[^>]*autocomplete="([\w-]+)"', page)) == {
        "company": "organization",
        "address": "street-address",
        "country": "country",
        "account": "off",
        "region": "off",
        "name": "name",
        "role": "organization-title",
        "email": "email",
        "note": "off",
        "website": "off",
    }


def test_the_form_needs_no_database(client, db, monkeypatch, django_assert_num_queries):
    found = site.current()
    monkeypatch.setattr(site, "current", lambda: found)

    with django_assert_num_queries(0):
        assert client.get("/lv/dpa/").status_code == 200
        assert client.get("/lv/dpa/privacy/").status_code == 200
        assert client.get("/lv/dpa/thanks/DPA-7K2M-X4QD/").status_code == 200
        assert client.post("/lv/dpa/", filled(email="no")).status_code == 422


def test_nothing_that_was_typed_is_kept_by_a_cache_and_pages_that_inform_set_no_cookie(client, db):
    assert "no-store" in client.get("/en/dpa/")["Cache-Control"]
    client.cookies.clear()
    for address in ("/en/dpa/privacy/", "/en/dpa/thanks/DPA-7K2M-X4QD/"):
        assert client.get(address).cookies.output() == ""


def test_every_page_says_its_language_and_whether_it_is_the_last_known(client, db, monkeypatch):
    addresses = ("/pt-br/dpa/", "/pt-br/dpa/privacy/", "/pt-br/dpa/thanks/DPA-7K2M-X4QD/")
    known = [client.get(address).headers for address in addresses]
    monkeypatch.setattr(site, "database_down", lambda: True)
    last_known = [client.get(address).headers for address in addresses]

    assert [headers["Content-Language"] for headers in known] == ["pt-BR"] * 3
    assert ["Trust-Center-State" in headers for headers in known] == [False] * 3
    assert [headers["Trust-Center-State"] for headers in last_known] == ["last-known"] * 3


def test_a_release_without_regions_asks_for_none(client, db):
    content = {**site.current().current_new.content, "regions": []}

    form = DpaForm({**FIELDS, "region": ""}, content=content, language="en")

    assert form.is_valid()
    assert "region" not in form.answers()


# --- mistakes ---------------------------------------------------------------------------------------------------------


def test_an_empty_form_is_told_field_by_field(client, db):
    response = client.post("/en/dpa/", {"token": token()})

    assert response.status_code == 422
    assert mistakes(response) == {
        "company": "Please fill in this field.",
        "address": "Please fill in this field.",
        "country": "Please choose a country.",
        "account": "Please fill in this field.",
        "region": "Please choose a hosting region.",
        "name": "Please fill in this field.",
        "role": "Please fill in this field.",
        "email": "Please fill in this field.",
    }
    assert DpaRequest.objects.count() == 0


NO_ADDRESS = "Please enter a complete e-mail address, such as name@example.com."
CONTROLS = "This field contains a line break or another character that cannot be shown. Please remove it."


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("email", "odon", NO_ADDRESS),
        (
            "email",
            "odon@example.com, a@example.com",
            NO_ADDRESS,
        ),
        ("email", f"odon@{'ő' * 70}.hu", NO_ADDRESS),
        ("email", "odon@example.com\r\nBcc: victim@example.com", CONTROLS),
        ("company", "Minta\nBcc: victim@example.com", CONTROLS),
        ("name", "Ödön\u2028Bcc: x", CONTROLS),
        ("role", "boss\u202egnp.exe", CONTROLS),
        ("note", "a\x0bb", "This field contains a character that cannot be shown. Please remove it."),
        ("company", "Win now: https://evil.example/", "Please leave out web addresses here."),
        ("name", "WWW.evil.example", "Please leave out web addresses here."),
        ("company", "x" * 201, "Ensure this value has at most 200 characters (it has 201)."),
        ("country", "EU", "Please choose a country of the list."),
        ("country", "\x01", "Please choose a country of the list."),
        ("region", "moon", "Please choose a hosting region of the list."),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_stores_nothing(client, db, name, value, message):
    response = client.post("/en/dpa/", filled(**{name: value}))

    assert (response.status_code, mistakes(response)) == (422, {name: message})
    assert (DpaRequest.objects.count(), Attempt.objects.count()) == (0, 0)


def test_markup_that_was_typed_comes_back_as_text(client, db):
    response = client.post("/en/dpa/", filled(company="<script>alert(1)</script>", email=""))

    assert b"<script>alert" not in response.content
    assert "<script>alert(1)</script>" in unescape(response.content.decode())


# --- what else stands in the way: nothing typed is lost ---------------------------------------------------------------


def test_a_missing_or_foreign_csrf_token_loses_nothing(db):
    client = Client(enforce_csrf_checks=True)

    response = client.post("/en/dpa/", filled())

    assert (response.status_code, typed(response), DpaRequest.objects.count()) == (403, True, 0)
    assert told(response).startswith("We could not check that this form came from our own page.")
    again = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', response.content.decode())[1]
    assert client.post("/en/dpa/", filled(csrfmiddlewaretoken=again)).status_code == 303


def test_another_sites_form_is_refused(db):
    client = Client(enforce_csrf_checks=True)
    page = client.get("/en/dpa/").content.decode()
    carried = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]

    response = client.post("/en/dpa/", filled(csrfmiddlewaretoken=carried), headers={"Origin": "https://evil.example"})

    assert (response.status_code, DpaRequest.objects.count()) == (403, 0)


def test_a_filled_bait_is_refused_politely_and_comes_back_empty(client, db):
    response = client.post("/en/dpa/", filled(website="https://spam.example"))

    assert (response.status_code, typed(response), DpaRequest.objects.count()) == (422, True, 0)
    assert told(response) == "A hidden field was filled in that must stay empty. Please send the form again."
    assert b"spam.example" not in response.content


def test_a_form_sent_quicker_than_a_person_can_may_be_sent_again(client, db):
    form = filled(token=token(age=0))

    response = client.post("/en/dpa/", form)

    assert (response.status_code, typed(response), DpaRequest.objects.count()) == (422, True, 0)
    assert form["token"] in response.content.decode()
    with mock.patch("django.core.signing.time.time", return_value=time.time() + SHORTEST + 1):
        assert client.post("/en/dpa/", form).status_code == 303


@pytest.mark.parametrize(
    "carried",
    ["", "forged", "a:b:c", "\x7f", token(age=LONGEST + 60)],
    # A name that differs from run to run cannot be shared out among processes.
    ids=["empty", "forged", "like one", "control character", "too old"],
)
def test_a_form_that_is_too_old_or_forged_comes_back_with_a_fresh_token(client, db, carried):
    response = client.post("/en/dpa/", filled(token=carried))

    assert (response.status_code, typed(response), DpaRequest.objects.count()) == (422, True, 0)
    assert told(response) == "This form was open for too long. Please look it over and send it again."
    fresh = re.search(r'name="token" value="([^"]+)"', response.content.decode())[1]
    with mock.patch("django.core.signing.time.time", return_value=time.time() + SHORTEST + 1):
        assert client.post("/en/dpa/", filled(token=fresh)).status_code == 303


def test_too_many_requests_are_told_when_to_come_back(client, db):
    for number in range(limits.DPA_REQUESTS[0].from_address):
        assert client.post("/en/dpa/", filled(company=f"Company {number}")).status_code == 303

    form = filled()
    response = client.post("/en/dpa/", form)

    assert (response.status_code, typed(response)) == (429, True)
    assert 3500 < int(response["Retry-After"]) <= 3600
    assert told(response) == (
        "Too many requests came from your network. Everything you typed is still here. Please send it again in 60 "
        "minutes."
    )
    assert DpaRequest.objects.count() == limits.DPA_REQUESTS[0].from_address
    assert client.post("/en/dpa/", form, REMOTE_ADDR="198.51.100.7").status_code == 303


@pytest.mark.parametrize("where", ["submitted", "submit"])
def test_a_dead_database_loses_nothing_that_was_typed(client, db, monkeypatch, caplog, where):
    def dead(**_answers):
        raise OperationalError("the database is gone: " + PERSON["email"])

    monkeypatch.setattr(dpa, where, dead)

    response = client.post("/en/dpa/", filled())

    assert (response.status_code, typed(response), response["Retry-After"]) == (503, True, "60")
    assert told(response).startswith("We cannot store your request at the moment, so it has not been received.")
    assert PERSON["email"] not in caplog.text


def test_a_database_known_to_be_down_is_not_asked(client, db, monkeypatch, django_assert_num_queries):
    found = site.current()
    monkeypatch.setattr(site, "current", lambda: found)
    monkeypatch.setattr(site, "database_down", lambda: True)

    with django_assert_num_queries(0):
        response = client.post("/en/dpa/", filled())

    assert (response.status_code, typed(response)) == (503, True)


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/xx/dpa/",
        "/de/dpa/",
        "/de/dpa/privacy/",
        "/en/dpa/thanks/",
        "/en/dpa/thanks/DPA-AAAA-AAAA/",
        "/en/dpa/thanks/DPA-7K2M-X4QD%0d%0a/",
        "/en/dpa/thanks/<script>/",
    ],
)
def test_an_address_that_is_none_is_a_404(client, db, address):
    assert client.get(address).status_code == 404


def test_the_form_is_not_there_before_the_first_release(client, empty_registry):
    Language.objects.create(code="en", public=True)

    assert client.get("/en/dpa/").status_code == 404
    assert client.post("/en/dpa/", filled()).status_code == 404


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_told_which_there_are(client, db, method):
    response = getattr(client, method)("/en/dpa/")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")


def test_the_thanks_confirm_no_reference_to_a_stranger(client, db, django_assert_num_queries):
    page = client.get("/en/dpa/thanks/DPA-7K2M-X4QD/").content.decode()

    assert "DPA-7K2M-X4QD" in page
    assert '<meta name="robots" content="noindex">' in page


# --- the privacy notice -----------------------------------------------------------------------------------------------


def test_the_privacy_notice_is_that_of_the_release_and_not_of_the_draft(client, db):
    profile = ServiceProfile.load()
    profile.privacy_hu = profile.privacy_en = "Nothing of this is published."
    profile.retention_days = 12
    profile.save()

    page = client.get("/hu/dpa/privacy/").content.decode()

    assert "Nothing of this is published." not in page
    assert "365" in page
    assert 'lang="hu"' in page
    assert '<a href="/hu/releases/3/">3</a>' in page


def test_a_language_without_the_notice_reads_the_binding_one_and_is_told_so(client, db):
    Language.objects.create(code="ar", public=True)

    page = client.get("/ar/dpa/privacy/").content.decode()

    assert '<div class="marked-block" data-state="missing" id="text:privacy">' in page
    assert '<div class="prose" lang="en" dir="ltr">' in page
    assert 'data-untranslated="1"' in page
    assert 'data-binding="en"' in page
    assert 'class="notice"' in page


# --- any text in any field --------------------------------------------------------------------------------------------

anything = st.text(max_size=60) | st.text("\x00\r\n<>&\"'{}%\u202e@.:=?\ud7ff", max_size=30)


class AnyInput(HypothesisCase):
    @settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
    @given(
        st.dictionaries(st.sampled_from([*FIELDS, "website", "token"]), anything, max_size=6),
        st.booleans(),
    )
    def test_any_text_in_any_field_is_kept_whole_or_refused(self, changed, multipart):
        Attempt.objects.all().delete()
        before = DpaRequest.objects.count()
        form = {name: value.encode("utf-8", "replace").decode() for name, value in filled(**changed).items()}

        kind = {} if multipart else {"content_type": "application/x-www-form-urlencoded"}
        response = self.client.post("/en/dpa/", form if multipart else urlencode(form), **kind)

        kept = DpaRequest.objects.count() - before
        assert (response.status_code, kept) in {(303, 1), (303, 0), (422, 0), (400, 0)}
        assert DpaRequest.objects.count() == DpaRequester.objects.count() == Delivery.objects.count()
        mailing.pump.func()
        assert set(Delivery.objects.values_list("state", flat=True)) <= {"sent"}
