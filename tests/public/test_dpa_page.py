import hashlib
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry.actions import agreed, dpa, linking, signing
from registry.models import Agreement, AgreementFile, DpaRequest, ServiceProfile
from tests import agreements
from tests.agreements import CUSTOMER, PROVIDER, document
from tests.reading import read
from tests.requests import submit


def home(request, language="en"):
    return f"/{language}/dpa/status/{linking.page(request)}/"


def shown(client, request, language="en"):
    response = client.get(home(request, language))
    assert response.status_code == 200
    return read(response.content.decode())


def fresh(request):
    return DpaRequest.objects.get(pk=request.pk)


# --- the document -----------------------------------------------------------------------------------------------------


def test_the_document_is_read_on_the_page_in_its_own_language_below_the_pages_headings(client, db):
    agreement = agreements.issued()

    page = shown(client, agreement.request)

    paper = page.one("div", class_="paper prose")
    assert (paper["lang"], paper["dir"]) == ("hu", "ltr")
    assert "Zephyrine Quokka Kft." in paper.text
    assert next(one.text for one in paper.all("h3")) == "Agreement (hu)"
    assert paper.all("h1") == paper.all("h2") == []
    assert len(page.all("h1")) == 1
    assert page.one("details", class_="paper-around").get("open") is not None
    assert len(paper.all("thead")) == len(paper.all("div", class_="wide-table", tabindex="0")) > 0


def test_a_signed_document_is_still_read_there_and_folded(client, db):
    page = shown(client, agreements.in_force().request)

    assert page.one("details", class_="paper-around").get("open") is None
    assert page.all("form", action=None, enctype="multipart/form-data") == []


def test_documents_are_taken_away_as_files_and_never_shown_within_our_pages(client, db):
    signed = document("signed by hand")
    agreement = agreements.uploaded(content=signed)
    agreements.countersign(agreement)
    agreement.refresh_from_db()
    address = home(agreement.request)

    assert shown(client, agreement.request).one("a", class_="button")["href"] == (
        f"{address}{agreement.reference}/final.pdf"
    )
    for name, kind in (("document", "issued"), ("signed", "signed"), ("final", "final")):
        for rest in (f"{name}.pdf", f"{agreement.reference}/{name}.pdf"):
            response = client.get(address + rest)
            assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
            assert response["Content-Disposition"] == f'attachment; filename="{agreement.reference}-{name}.pdf"'
            assert response["X-Content-Type-Options"] == "nosniff"
            assert (response["Referrer-Policy"], response["X-Robots-Tag"]) == ("no-referrer", "noindex")
            assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
            digest = hashlib.sha256(response.content).hexdigest()
            assert digest == getattr(agreement, f"{kind}_digest")


def test_only_documents_of_the_request_itself_and_only_those_for_the_customer_are_there(client, db):
    own, others = agreements.issued(), agreements.issued("another form")
    address = home(own.request)

    for rest in (
        "final.pdf",
        "signed.pdf",
        "text.pdf",
        "evidence.pdf",
        f"{own.reference}/final.pdf",
        f"{others.reference}/document.pdf",
        "AGR-2222-2222/document.pdf",
        "%00/document.pdf",
    ):
        assert client.get(address + rest).status_code in {400, 404}, rest


def test_a_document_that_lapsed_stays_to_be_looked_at_under_its_own_name(client, db):
    first = agreements.issued()
    second = agreements.issue(fresh(first.request))
    page, address = shown(client, first.request), home(first.request)

    told = {one["data-agreement"]: one["data-state"] for one in page.all("article")}
    assert told == {second.reference: "offered", first.reference: "lapsed"}
    assert "This document cannot be signed any more." in page.one("article", data_agreement=first.reference).text
    assert client.get(f"{address}document.pdf").content == bytes(
        AgreementFile.objects.get(agreement=second, kind="issued").content
    )
    assert client.get(f"{address}{first.reference}/document.pdf").content == bytes(
        AgreementFile.objects.get(agreement=first, kind="issued").content
    )


def test_an_agreement_tells_who_signed_and_in_which_way(client, db):
    agreement = agreements.in_force()

    told = shown(client, agreement.request).one("article", data_agreement=agreement.reference)

    assert f"{CUSTOMER['name']}, {CUSTOMER['role']}" in told.text
    assert f"{PROVIDER['name']}, {PROVIDER['role']}" in told.text
    assert "Simple electronic signature on the page".casefold() in told.text.casefold()
    assert told.one("p", class_="quiet digest").one("code")["title"] == agreement.final_digest
    assert CUSTOMER["address"] not in told.text


# --- what the customer may do -----------------------------------------------------------------------------------------


def test_withdrawing_asks_first_and_a_post_does_it_without_a_cookie(db):
    agreement = agreements.issued()
    address, client = home(agreement.request), Client(enforce_csrf_checks=True)

    asked = read(client.get(f"{address}withdraw/").content.decode())
    assert asked.one("h1").text == "Withdraw the request?"
    assert asked.one("form")["action"] == f"{address}withdraw/"
    assert fresh(agreement.request).state == "issued"
    done = client.post(f"{address}withdraw/")

    assert (done.status_code, done["Location"], fresh(agreement.request).state) == (303, address, "withdrawn")
    agreement.refresh_from_db()
    assert agreement.state == "lapsed"
    assert client.post(f"{address}withdraw/").status_code == 303
    assert shown(client, agreement.request).all("a", href=f"{address}withdraw/") == []


def test_nothing_is_withdrawn_once_both_have_signed(client, db):
    request = agreements.in_force().request
    address = home(request)

    assert shown(client, request).all("a", href=f"{address}withdraw/") == []
    assert [getattr(client, method)(f"{address}withdraw/").status_code for method in ("get", "post")] == [303, 303]
    assert fresh(request).state == "countersigned"


def test_a_withdrawal_that_comes_a_moment_too_late_is_told(client, db, monkeypatch):
    request = agreements.issued().request

    def late(_seen):
        raise dpa.CannotMove("This request cannot be moved to that state.")

    monkeypatch.setattr(dpa, "withdraw", late)
    response = client.post(f"{home(request)}withdraw/")

    assert response.status_code == 409
    assert "This request cannot be moved to that state." in response.content.decode()


def test_mails_about_changes_are_chosen_and_chosen_away(db):
    agreement = agreements.in_force()
    address, client = home(agreement.request), Client(enforce_csrf_checks=True)

    for wanted in (True, False):
        box = {"tell_changes": "on"} if wanted else {}
        response = client.post(f"{address}changes/", {"agreement": agreement.reference, **box})
        assert (response.status_code, response["Location"]) == (303, f"{address}?saved#{agreement.reference}")
        agreement.refresh_from_db()
        assert agreement.tell_changes is wanted
        page = read(client.get(response["Location"]).content.decode())
        assert page.one("div", role="status").text == "Your choice has been saved."
        assert (page.one("input", name_="tell_changes").get("checked") is not None) is wanted


def test_of_another_requests_agreement_nothing_is_chosen(client, db):
    own, other = agreements.in_force(), agreements.in_force("another form")

    for named in (other.reference, "", "AGR-2222-2222", "x" * 5000):
        response = client.post(f"{home(own.request)}changes/", {"agreement": named, "tell_changes": "on"})
        assert response.status_code == 404
    assert not Agreement.objects.filter(tell_changes=True).exists()


@pytest.mark.parametrize("state", ["offered", "lapsed", "superseded", "ended"])
def test_only_what_is_signed_and_not_over_offers_mails_about_changes(client, db, state):
    agreement = agreements.in_force()
    if state in {"offered", "lapsed"}:
        agreement = agreements.issued("another form")
        if state == "lapsed":
            dpa.withdraw(fresh(agreement.request))
    else:
        Agreement.objects.update(state=state, ended_on=agreement.in_force_on)

    assert shown(client, agreement.request).all("input", name_="tell_changes") == []


# --- what has changed -------------------------------------------------------------------------------------------------


def test_what_has_changed_since_it_was_signed_stands_with_the_agreement_in_force(client, db):
    agreement = agreements.in_force()
    Agreement.objects.update(release=2)

    since = shown(client, agreement.request).one("div", class_="since")

    assert (since["data-signed"], since["data-release"]) == ("2", "3")
    assert since.one("a").text == "Compare release 2 with release 3"
    assert since.one("a")["href"] == "/en/compare/2/3/"
    lines = agreed.since_signed(Agreement.objects.get(), "en").changes.lines
    assert [one.text for one in since.all("li")] == lines[:8]
    assert len(lines) > 0


def test_where_nothing_has_changed_it_says_so(client, db):
    request = agreements.in_force().request

    since = shown(client, request).one("div", class_="since")

    assert since.all("p")[0].text == "Nothing: the release that you signed is the one that holds for you."
    assert since.all("a") == []


def test_what_is_not_in_force_is_compared_with_nothing(client, db):
    assert shown(client, agreements.accepted().request).all("div", class_="since") == []


# --- how long ---------------------------------------------------------------------------------------------------------


def test_a_request_that_came_to_nothing_says_when_it_is_erased(client, db):
    ServiceProfile.objects.update(declined_days=40)
    request = agreements.verified()
    dpa.decline(request, "You have an agreement with us already.\nPlease look for it.", agreements.staff())
    ended = fresh(request).ended_at + timedelta(days=40)

    page = shown(client, request)

    assert page.one("blockquote").text == "You have an agreement with us already.Please look for it."
    assert page.one("section", class_="kept flow").one("time")["datetime"] == ended.date().isoformat()


def test_what_staff_noted_for_themselves_is_nobodys_reason(client, db):
    request = agreements.verified()
    dpa.annotate(request, "Only between us.", agreements.staff())
    dpa.decline(fresh(request), "Sorry.", agreements.staff())

    assert "Only between us." not in shown(client, request).text


def test_an_agreement_that_stands_is_not_said_to_be_erased(client, db):
    agreement = agreements.in_force()
    request = dpa.move(fresh(agreement.request), "in_review", agreements.staff())
    dpa.decline(request, "No amendment.", agreements.staff())

    page = shown(client, request)

    assert page.one("section", class_="kept flow").all("time") == []
    assert "The agreement that you hold stays in force." in page.text


# --- what it costs ----------------------------------------------------------------------------------------------------


def test_several_documents_cost_no_more_questions_than_one(client, db):
    agreement = agreements.issued()
    client.get(home(agreement.request))
    with CaptureQueriesContext(connection) as one:
        client.get(home(agreement.request))
    agreements.issue(fresh(agreement.request))
    agreements.issue(fresh(agreement.request))
    with CaptureQueriesContext(connection) as three:
        client.get(home(agreement.request))

    assert len(three) == len(one)


def test_markup_in_what_people_wrote_stays_text(client, db):
    request = agreements.verified(company="<script>alert(1)</script> & Co")
    dpa.decline(request, "<b>No</b>", agreements.staff())

    content = client.get(home(request)).content

    assert b"<script>alert" not in content
    assert b"<b>No</b>" not in content


def test_a_request_that_nobody_verified_yet_says_what_to_do(client, db):
    assert "Please confirm your address" in shown(client, submit()).text


def test_a_page_is_read_in_every_public_language(client, db):
    request = agreements.issued().request

    for language in ("en", "da", "hu", "lv", "et", "pt-br"):
        assert shown(client, request, language).one("ol", class_="way")["data-state"] == "issued"


def test_a_choice_for_an_erased_person_is_no_error(client, db, monkeypatch):
    agreement = agreements.in_force()

    def gone(*_arguments):
        raise signing.CannotMove("gone")

    monkeypatch.setattr(signing, "tell_changes", gone)
    response = client.post(f"{home(agreement.request)}changes/", {"agreement": agreement.reference})

    assert response.status_code == 409


def test_now_is_before_the_end_of_an_offer(client, db):
    """A clock that has not run yet leaves nothing to sign that is over."""
    agreement = agreements.issued()
    Agreement.objects.update(open_until=timezone.now() - timedelta(seconds=1))

    page = shown(client, agreement.request)

    assert page.all("form") == []
    assert "The time to accept the document is over" in page.text
