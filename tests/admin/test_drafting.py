import re
from unittest import mock

import pytest
from django.contrib.auth.models import Permission, User

from registry.actions import issuing
from registry.actions.drafting import FIELDS
from registry.models import Agreement, Delivery, DpaDraft, DpaRequest, DpaTemplate
from tests.admin.pages import values
from tests.admin.test_dpa import page_of, seen, text
from tests.agreements import in_force, issued, publish, quick, standard, verified
from tests.reading import read
from tests.requests import PERSON


@pytest.fixture
def officer(signed_in):
    return signed_in("DPA officer")


@pytest.fixture
def request_in_review(db):
    standard()
    return verified()


def form_of(response, **changed):
    """What a browser would post for the form of the draft, after somebody has changed some fields."""
    return {**values(read(response.content.decode()).one("form", id="draft")), **changed}


def opened(client, request, query="", **changed):
    return form_of(client.get(page_of(request) + query), **changed)


def send(client, request, form, do="save", **options):
    with quick():
        return client.post(page_of(request, "draft"), {**form, "do": do}, **options)


def test_the_form_begins_with_what_the_requester_typed_in_their_language(officer, request_in_review):
    form = opened(officer, request_in_review)

    typed = {name: PERSON[name] for name in ("company", "account", "name", "role")}
    assert {name: form[name] for name in typed} == typed
    assert form["address"].replace("\r\n", "\n") == PERSON["address"]
    assert (form["country"], form["region"], form["language"]) == ("HU", "eu", "hu")
    assert form["template"] == str(DpaTemplate.objects.get(key="quick").pk)
    assert (form["governing_law"], form["supersedes"], form["draft_number"]) == ("", "", "0")


def test_the_page_shows_the_document_in_a_frame_and_leads_to_its_pdf(officer, request_in_review):
    page = read(officer.get(page_of(request_in_review)).content.decode())

    assert page.one("iframe")["src"] == page_of(request_in_review, "pages")
    assert page.one("a", href=page_of(request_in_review, "pdf")).text == "Open as PDF"
    assert page.one("button", value="issue").get("disabled") is None
    assert f"is mailed to: {PERSON['email']}" in page.text


def test_saving_keeps_what_was_typed_and_sends_nothing(officer, request_in_review):
    form = opened(officer, request_in_review, company="Zephyrine Zrt.", governing_law="HU", language="da")

    response = send(officer, request_in_review, form, follow=True)

    assert "The document is saved. Nothing is sent." in text(response)
    draft = DpaDraft.objects.get()
    assert (draft.company, draft.governing_law, draft.language, draft.number) == ("Zephyrine Zrt.", "HU", "da", 1)
    assert draft.address == PERSON["address"]
    assert form_of(response)["company"] == "Zephyrine Zrt."
    assert not Agreement.objects.exists()
    assert not Delivery.objects.filter(kind="dpa-issued").exists()


def test_the_document_that_was_looked_at_is_issued_by_one_click(officer, request_in_review):
    response = send(officer, request_in_review, opened(officer, request_in_review), "issue", follow=True)

    agreement = Agreement.objects.get()
    assert f"Issued: {agreement.reference}. A mail to the customer is queued." in text(response)
    assert (agreement.state, agreement.language, agreement.country) == ("offered", "hu", "HU")
    assert DpaRequest.objects.get().state == "issued"
    assert Delivery.objects.filter(kind="dpa-issued", event=agreement.reference).count() == 1
    assert agreement.history.get().history_user.username == "DPA-officer"


def test_what_was_typed_and_not_looked_at_is_saved_and_not_issued(officer, request_in_review):
    form = opened(officer, request_in_review, role="prokurista")

    response = send(officer, request_in_review, form, "issue", follow=True)

    assert "Your changes are saved. Look at the document with them, then issue it." in text(response)
    assert DpaDraft.objects.get().role == "prokurista"
    assert not Agreement.objects.exists()

    send(officer, request_in_review, form_of(response), "issue")
    assert Agreement.objects.count() == 1


def test_a_document_that_would_say_something_else_by_now_is_not_issued(officer, request_in_review):
    form = opened(officer, request_in_review, draft_expected="0" * 64)

    response = send(officer, request_in_review, form, "issue")

    assert response.status_code == 409
    assert "The document would not say any more what you looked at." in text(response)
    assert not Agreement.objects.exists()


def test_of_two_who_edit_the_second_is_told_and_loses_nothing(officer, request_in_review):
    second = opened(officer, request_in_review, company="Second Kft.", role="second role")
    first = opened(officer, request_in_review, company="First Kft.", account="first.example.com")
    send(officer, request_in_review, first)

    refused = send(officer, request_in_review, second)

    assert refused.status_code == 409
    told = text(refused)
    assert "Somebody else has edited the document meanwhile." in told
    assert "First Kft. Second Kft. yours" in told
    assert f"first.example.com {PERSON['account']} theirs: you had not changed it" in told
    form = form_of(refused)
    assert (form["company"], form["role"], form["account"]) == ("Second Kft.", "second role", "first.example.com")
    assert DpaDraft.objects.get().company == "First Kft."

    send(officer, request_in_review, form)
    draft = DpaDraft.objects.get()
    assert (draft.company, draft.role, draft.account, draft.number) == (
        "Second Kft.",
        "second role",
        "first.example.com",
        2,
    )


def test_who_issues_while_somebody_else_edits_issues_nothing(officer, request_in_review):
    second = opened(officer, request_in_review)
    send(officer, request_in_review, opened(officer, request_in_review, company="First Kft."))

    refused = send(officer, request_in_review, second, "issue")

    assert refused.status_code == 409
    assert form_of(refused)["company"] == "First Kft."
    assert not Agreement.objects.exists()


def test_the_second_of_two_clicks_issues_nothing_more_and_is_no_mistake(officer, request_in_review, signed_in):
    form = opened(officer, request_in_review)
    send(officer, request_in_review, form, "issue")

    again = send(officer, request_in_review, form, "issue", follow=True)

    assert f"Issued: {Agreement.objects.get().reference}." in text(again)
    assert Delivery.objects.filter(kind="dpa-issued").count() == 1
    assert send(signed_in("superuser"), request_in_review, form, "issue").status_code == 409


def test_who_was_overtaken_by_another_step_keeps_what_they_typed(officer, request_in_review):
    form = opened(officer, request_in_review, company="Typed with care Kft.")
    DpaRequest.objects.update(assignee=User.objects.create_user("other"))

    refused = send(officer, request_in_review, form)

    assert refused.status_code == 409
    assert "Somebody else has changed this request since you opened it." in text(refused)
    assert form_of(refused)["company"] == "Typed with care Kft."
    assert not DpaDraft.objects.exists()

    send(officer, request_in_review, form_of(refused))
    assert DpaDraft.objects.get().company == "Typed with care Kft."


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"company": ""}, "This field is required."),
        ({"country": "XX"}, "Select a valid choice. XX is not one of the available choices."),
        ({"supersedes": "999"}, "Select a valid choice. That choice is not one of the available choices."),
        ({"draft_number": "x"}, ""),
        ({"template": ""}, "This field is required."),
    ],
)
@pytest.mark.parametrize("do", ["save", "issue"])
def test_what_is_wrong_is_marked_and_nothing_is_saved_or_issued(officer, request_in_review, changed, told, do):
    form = opened(officer, request_in_review, role="typed with care", **changed)

    refused = send(officer, request_in_review, form, do)

    assert refused.status_code == 409
    assert told in text(refused)
    assert form_of(refused)["role"] == "typed with care"
    assert not DpaDraft.objects.exists()
    assert not Agreement.objects.exists()


def test_a_language_is_one_of_the_chosen_template(officer, request_in_review):
    texts = {"title_en": "Other", "body_en": "Text.", "title_lv": "Cits", "body_lv": "Teksts."}
    other = DpaTemplate.objects.create(key="other", **texts)
    publish(other, ("en", "lv"))

    refused = send(officer, request_in_review, opened(officer, request_in_review, language="lv"))

    assert refused.status_code == 409
    assert "This template is in these languages: Danish, English and Hungarian" in text(refused)
    send(officer, request_in_review, form_of(refused, template=str(other.pk)))
    assert (DpaDraft.objects.get().template, DpaDraft.objects.get().language) == (other, "lv")


def test_why_nothing_can_be_issued_stands_above_the_button(officer, db):
    standard()
    DpaTemplate.objects.update(listed=False)
    request = verified()

    page = read(officer.get(page_of(request)).content.decode())

    assert "The document cannot be issued yet: No template is chosen." in page.text
    assert page.one("button", value="issue").get("disabled") is not None


def test_an_amendment_is_offered_what_it_supersedes_and_agreements_of_others_are_not_offered(officer, db):
    agreement, sister = in_force("1"), in_force("2", company="Zephyrine Sister Kft.")
    in_force("3", company="Somebody Else ApS", email="a@else.example", account="else.example.com", language="da")
    officer.post(page_of(agreement.request, "move"), {**seen(agreement.request), "to": "in_review"})
    request = DpaRequest.objects.get(pk=agreement.request_id)
    officer.post(page_of(request, "move"), {**seen(request), "to": "in_review"})

    page = officer.get(page_of(request))

    options = read(page.content.decode()).one("select", id="id_supersedes").all("option")
    assert {option["value"] for option in options} == {"", str(agreement.pk), str(sister.pk)}
    assert form_of(page)["supersedes"] == str(agreement.pk)


def test_a_document_that_stands_is_replaced_only_where_somebody_asks_for_it(officer, db):
    agreement = issued()
    request = DpaRequest.objects.get()
    page = read(officer.get(page_of(request)).content.decode())
    assert page.all("form", id="draft") == []
    assert page.one("a", href=f"{page_of(request)}?again=1").text == "Prepare another document"

    send(officer, request, opened(officer, request, "?again=1"), "issue")

    agreement.refresh_from_db()
    assert agreement.state == "lapsed"
    assert Agreement.objects.offered().get().state == "offered"


def test_what_is_saved_beside_a_document_that_stands_is_shown_at_once(officer, db):
    issued()
    request = DpaRequest.objects.get()

    answer = send(officer, request, opened(officer, request, "?again=1", company="Renamed Kft."), follow=True)

    assert form_of(answer)["company"] == "Renamed Kft."
    assert answer.request["QUERY_STRING"] == "again=1"


@pytest.mark.parametrize("state", ["received", "accepted", "countersigned", "closed"])
def test_where_nothing_can_be_issued_there_is_no_form(officer, request_in_review, state):
    DpaRequest.objects.update(state=state, ended_at=request_in_review.since if state == "closed" else None)

    assert 'id="draft"' not in officer.get(page_of(request_in_review), {"again": "1"}).content.decode()


def test_pages_and_pdf_are_in_no_cache_and_in_no_frame_of_others(officer, request_in_review):
    with quick():
        pages = officer.get(page_of(request_in_review, "pages"))
        paper = officer.get(page_of(request_in_review, "pdf"))

    assert read(pages.content.decode()).one("img")["src"].startswith("data:image/png;base64,")
    assert pages["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in pages["Content-Security-Policy"]
    assert paper.content.startswith(b"%PDF-")
    assert paper["Content-Disposition"] == f'inline; filename="{request_in_review.reference}-draft.pdf"'
    assert paper["X-Frame-Options"] == "DENY"
    for response in (pages, paper):
        assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


def test_without_a_document_the_frame_says_so_and_the_pdf_leads_back(officer, db):
    DpaTemplate.objects.update(listed=False)
    request = verified()

    assert "There is no document to show yet." in text(officer.get(page_of(request, "pages")))
    assert officer.get(page_of(request, "pdf"))["Location"] == page_of(request)


@pytest.mark.parametrize("permissions", [("view_dparequest",), ("view_dparequest", "change_dparequest")])
def test_who_may_not_see_who_asks_sees_no_document_either(signed_in, request_in_review, permissions):
    client = signed_in("nobody")
    found = Permission.objects.filter(codename__in=permissions, content_type__app_label="registry")
    User.objects.get(username="nobody").user_permissions.add(*found)

    assert 'id="draft"' not in client.get(page_of(request_in_review)).content.decode()
    for step in ("pages", "pdf"):
        assert client.get(page_of(request_in_review, step)).status_code == 403
    assert client.post(page_of(request_in_review, "draft"), {"do": "issue"}).status_code == 403


def test_a_person_who_was_erased_leaves_no_document(officer, request_in_review):
    form = opened(officer, request_in_review)
    officer.post(page_of(request_in_review, "erase"), {"ground": "request"})

    assert officer.get(page_of(request_in_review, "pages")).status_code == 404
    assert officer.get(page_of(request_in_review, "pdf")).status_code == 404
    assert send(officer, request_in_review, form).status_code == 409
    assert not DpaDraft.objects.exists()


def test_a_look_at_the_page_typesets_nothing(officer, request_in_review):
    with mock.patch("registry.exchange.pdf.pdf") as pdf, mock.patch("registry.exchange.pdf.pictures") as pictures:
        officer.get(page_of(request_in_review))

    assert not pdf.called
    assert not pictures.called


def test_every_field_of_a_draft_is_in_the_form(officer, request_in_review):
    page = officer.get(page_of(request_in_review)).content.decode()

    assert set(FIELDS) == set(re.findall(r'name="initial-(\w+)"', page))
    assert issuing.draft(request_in_review).number == 0
