import re
import time
from datetime import timedelta
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry.actions import dpa, issuing, linking
from registry.models import Delivery, DpaLink, DpaRequest, Language, ServiceProfile
from registry.public import site
from tests import agreements
from tests.reading import read
from tests.requests import PERSON, submit


def verify_link(request, language="hu"):
    return f"/{language}/dpa/verify/{linking.token(request, linking.Purpose.VERIFY)}/"


def page_link(request, language="hu"):
    return f"/{language}/dpa/status/{linking.token(request, linking.Purpose.PAGE)}/"


def state(request):
    return DpaRequest.objects.get(pk=request.pk).state


# --- verify -----------------------------------------------------------------------------------------------------------


def test_a_get_asks_and_shows_what_was_entered_and_changes_nothing(client, db):
    request = submit()

    response = client.get(verify_link(request))

    page = read(response.content.decode())
    assert (response.status_code, response["Content-Language"], state(request)) == (200, "hu", "received")
    for name in ("company", "account", "name", "role", "email"):
        assert PERSON[name] in page.text
    assert request.reference in page.text
    assert len(page.all("form", method="post")) == 1


def test_the_post_works_without_a_cookie_and_leads_to_the_requests_page(db):
    request = submit()

    client = Client(enforce_csrf_checks=True)
    response = client.post(verify_link(request), REMOTE_ADDR="192.0.2.77")

    assert (response.status_code, response["Location"]) == (303, page_link(request))
    assert (state(request), request.requester.__class__.objects.get().verified_from) == ("verified", "192.0.2.0/24")
    assert client.cookies.output() == ""
    assert client.get(response["Location"]).status_code == 200


def test_a_link_verifies_once(client, db):
    link = verify_link(submit())

    first, second, third = client.post(link), client.post(link), client.get(link)

    assert [first.status_code, second.status_code, third.status_code] == [303, 404, 404]
    assert Delivery.objects.filter(kind="dpa-notice").count() == 1


def test_what_needs_no_review_is_issued_before_the_page_is_seen(client, db):
    agreements.standard()
    ServiceProfile.objects.update(unreviewed="all")
    request = submit()

    with agreements.quick():
        response = client.post(verify_link(request))

    assert (response.status_code, state(request)) == (303, "issued")


def test_a_document_that_cannot_be_issued_at_once_is_in_nobodys_way_and_the_log_names_nobody(
    client, db, monkeypatch, caplog
):
    def broken(_request):
        raise RuntimeError(PERSON["email"])

    monkeypatch.setattr(issuing, "issue_unreviewed", broken)
    request = submit()

    response = client.post(verify_link(request))

    assert (response.status_code, state(request)) == (303, "verified")
    assert caplog.messages == [f"{request.reference} could not be issued at once: RuntimeError"]
    assert PERSON["email"] not in caplog.text


# --- every link that opens nothing ------------------------------------------------------------------------------------


def forged(_request):
    return "A" * 22


def cut(request):
    return linking.token(request, linking.Purpose.PAGE)[:-1]


def odd(_request):
    return "\u00e9\u2028%0d%0a"


def expired(request):
    token = linking.token(request, linking.Purpose.PAGE)
    DpaLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    return token


def used(request):
    token = linking.token(request, linking.Purpose.PAGE)
    DpaLink.objects.update(used_at=timezone.now())
    return token


def revoked(request):
    token = linking.token(request, linking.Purpose.PAGE)
    linking.revoke(request, *linking.Purpose)
    return token


def of_another_purpose(_request):
    return linking.token(submit("another form"), linking.Purpose.VERIFY)


def erased(request):
    token = linking.token(request, linking.Purpose.PAGE)
    DpaRequest.objects.filter(pk=request.pk).update(erased_at=timezone.now())
    return token


BAD = (forged, cut, odd, expired, used, revoked, of_another_purpose, erased)
BELOW = ("", "document.pdf", "AGR-2222-2222/final.pdf", "withdraw/", "accept/", "upload/", "changes/")


def told(client, method, address):
    found = site.current()
    with mock.patch.object(site, "current", return_value=found), CaptureQueriesContext(connection) as asked:
        response = getattr(client, method)(address)
    # It says the second in which it was answered.
    del response.headers["Expires"]
    return response.status_code, response.content, sorted(response.headers.items()), len(asked)


@pytest.mark.parametrize("bad", BAD)
def test_all_of_them_are_answered_alike_in_words_headers_and_questions_to_the_database(client, db, bad):
    """Timed alike too: the same few statements, and nothing besides."""
    request = agreements.verified()
    reference = told(client, "get", f"/hu/dpa/status/{'B' * 22}/")
    token = bad(request)

    tried = [("get", rest) for rest in BELOW]
    tried += [("post", rest) for rest in BELOW if rest.endswith("/")]
    other = [one for one in tried if told(client, one[0], f"/hu/dpa/status/{token}/{one[1]}") != reference]

    assert (reference[0], reference[3], other) == (404, 1, [])
    assert told(client, "get", f"/hu/dpa/verify/{token}/") == reference or bad is of_another_purpose


def test_their_page_leads_to_a_new_link_and_is_no_secret(client, db):
    response = client.get("/en/dpa/status/x/")

    page = read(response.content.decode())
    assert page.one("h1").text == "This link does not work"
    assert page.one("a", href="/en/dpa/link/").text == "Get a new link"
    assert response["Referrer-Policy"] == "no-referrer"


def test_a_good_link_that_ends_while_somebody_posts_is_answered_so_too(client, db, monkeypatch):
    link = verify_link(submit())

    def quicker(*_arguments):
        raise linking.NoLink

    monkeypatch.setattr(dpa, "verify", quicker)

    assert client.post(link).status_code == 404


def test_the_time_it_takes_to_refuse_tells_nothing(client, db):
    """A link that is revoked costs what a guess costs: medians of interleaved rounds, with room for a busy machine."""
    token = revoked(agreements.verified())
    spent = {"A" * 22: [], token: []}

    for _round in range(40):
        for tried, times in spent.items():
            began = time.perf_counter()
            client.get(f"/en/dpa/status/{tried}/")
            times.append(time.perf_counter() - began)

    guess, known = (sorted(times)[20] for times in spent.values())
    assert 0.5 < guess / known < 2


# --- every page that a link opens -------------------------------------------------------------------------------------


def test_pages_are_private_and_leave_no_trace_elsewhere(client, db):
    asked, told_of = submit(), agreements.verified("another form")

    for address in (verify_link(asked), page_link(told_of), page_link(told_of) + "withdraw/"):
        response = client.get(address)
        assert response.status_code == 200
        assert {"private", "no-store"} <= {part.strip() for part in response["Cache-Control"].split(",")}
        assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == ("no-referrer", "noindex")
        assert '<meta name="robots" content="noindex">' in response.content.decode()
        assert 'rel="canonical"' not in response.content.decode()
        assert response.cookies.output() == ""


def test_a_link_opens_in_any_public_language_and_in_one_that_is_public_no_more_in_the_binding_one(client, db):
    request = agreements.verified()
    Language.objects.filter(code="hu").update(public=False)

    assert client.get(page_link(request, "hu"))["Content-Language"] == "en"
    assert client.get(page_link(request, "et"))["Content-Language"] == "et"
    assert client.get(page_link(request, "xx")).status_code == 404
    switched = re.findall(r'href="(/da/dpa/status/[^"]+)"', client.get(page_link(request, "et")).content.decode())
    assert switched == [page_link(request, "da")]


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_told_which_there_are(client, db, method):
    response = getattr(client, method)(verify_link(submit()))

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")


def test_a_database_that_is_away_is_said_without_asking_it(client, db, monkeypatch, django_assert_num_queries):
    link, found = page_link(agreements.verified()), site.current()
    monkeypatch.setattr(site, "current", lambda: found)
    monkeypatch.setattr(site, "database_down", lambda: True)

    with django_assert_num_queries(0):
        response = client.get(link)

    assert (response.status_code, response["Referrer-Policy"]) == (503, "no-referrer")


def test_a_database_that_dies_just_then_is_told_and_logged_without_a_token(client, db, monkeypatch, caplog):
    link = page_link(agreements.verified())

    def dead(token, _purpose):
        raise OperationalError(token)

    monkeypatch.setattr(linking, "opened", dead)

    assert client.get(link).status_code == 503
    told_of = [record.getMessage() for record in caplog.records if record.name.startswith("registry")]
    assert told_of == ["A link to a DPA request cannot be opened: OperationalError"]
