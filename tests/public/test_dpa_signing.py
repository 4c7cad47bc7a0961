import os
from datetime import timedelta
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from registry.actions import dpa, linking, signing
from registry.exchange.upload import LARGEST
from registry.models import Agreement, AgreementFile, DpaRequest, Signature
from registry.public import limits, site, uploads
from tests import agreements
from tests.agreements import CUSTOMER, document
from tests.reading import read

TYPED = {"name": CUSTOMER["name"], "role": CUSTOMER["role"], "authority": "on"}
BROWSER = {"User-Agent": CUSTOMER["browser"]}


@pytest.fixture
def agreement(db):
    return agreements.issued()


def home(agreement, language="en"):
    return f"/{language}/dpa/status/{linking.token(agreement.request, linking.Purpose.PAGE)}/"


def accept(client, agreement, **changed):
    form = {**TYPED, "digest": agreement.issued_digest, **changed}
    return client.post(f"{home(agreement)}accept/", form, headers=BROWSER, REMOTE_ADDR=CUSTOMER["address"])


def upload(client, agreement, content, **changed):
    file = {"file": SimpleUploadedFile("signed.pdf", content, "application/pdf")} if content is not None else {}
    form = {**TYPED, "digest": agreement.issued_digest, **file, **changed}
    return client.post(f"{home(agreement)}upload/", form, headers=BROWSER, REMOTE_ADDR=CUSTOMER["address"])


def told(response):
    return read(response.content.decode()).one("div", class_="problem").all("p")[0].text


def mistakes(response):
    page = read(response.content.decode())
    return {one["id"].removesuffix("_error"): one.text for one in page.all("p", class_="mistake")}


def typed(response, form="accept"):
    """What stands in the fields of a form that came back."""
    page = read(response.content.decode())
    box = page.one("input", id=f"{form}-authority")
    return {
        "name": page.one("input", id=f"{form}-name").get("value"),
        "role": page.one("input", id=f"{form}-role").get("value"),
        "authority": "on" if box.get("checked") is not None else "",
        "digests": {one["value"] for one in page.all("input", name_="digest")},
    }


def again(agreement):
    """Another document in the place of one."""
    return agreements.issue(DpaRequest.objects.get(pk=agreement.request_id))


# --- accept -----------------------------------------------------------------------------------------------------------


def test_the_page_asks_for_full_name_role_and_authority_and_carries_the_digest(client, agreement):
    page = read(client.get(home(agreement)).content.decode())

    form = page.one("form", action=f"{home(agreement)}accept/")
    assert [one.get("name") for one in form.all("input")] == ["digest", "website", "name", "role", "authority"]
    assert form.one("input", name_="digest")["value"] == agreement.issued_digest
    assert [one.get("value") for one in form.all("input", type="text")] == [None, None, None]
    assert page.one("label", for_="accept-name").text == "Full name"
    assert page.one("label", for_="accept-role").text == "Role in the company"
    assert page.one("label", for_="accept-authority").text == (
        "I have read the document, and may accept it for the company named in it"
    )
    assert "simple electronic signature" in page.one("section", id="sign").text
    assert "It is not a qualified electronic signature" in page.one("section", id="sign").text


def test_an_acceptance_is_kept_with_its_evidence_and_needs_no_cookie(agreement):
    client = Client(enforce_csrf_checks=True)

    response = accept(client, agreement)

    signature = Signature.objects.get()
    assert (response.status_code, response["Location"]) == (303, home(agreement))
    assert {name: getattr(signature, name) for name in CUSTOMER} == CUSTOMER
    agreement.refresh_from_db()
    assert (agreement.state, agreement.way, agreement.signed_digest) == ("accepted", "click", agreement.issued_digest)
    assert client.cookies.output() == ""


def test_a_double_click_is_one_acceptance(client, agreement):
    responses = [accept(client, agreement) for _click in range(2)]

    assert [(one.status_code, one["Location"]) for one in responses] == [(303, home(agreement))] * 2
    assert Signature.objects.count() == 1


def test_what_is_missing_is_told_beside_its_field_and_nothing_that_was_typed_is_lost(client, agreement):
    response = accept(client, agreement, role=" ", authority="")

    assert (response.status_code, mistakes(response)) == (
        422,
        {
            "accept-role": "Please fill in this field.",
            "accept-authority": "Please tick this box, or have somebody sign who may.",
        },
    )
    assert typed(response) == {
        "name": CUSTOMER["name"],
        "role": " ",
        "authority": "",
        "digests": {agreement.issued_digest},
    }
    assert told(response) == "2 fields need another look. Everything you typed is still here."
    assert not Signature.objects.exists()


def test_a_document_that_was_replaced_meanwhile_is_refused_and_the_new_one_is_shown_with_what_was_typed(
    client, agreement
):
    newer = again(agreement)

    response = accept(client, agreement)

    assert response.status_code == 409
    assert told(response).startswith("This document has been replaced by another one since you opened the page")
    assert typed(response) == {**TYPED, "digests": {newer.issued_digest}}
    assert newer.reference in read(response.content.decode()).one("section", id="document").text
    assert not Signature.objects.exists()


def test_one_that_is_replaced_in_the_same_moment_is_refused_so_too(client, agreement, monkeypatch):
    newer = []

    def replaced(*_arguments, **_named):
        newer.append(again(agreement))
        raise signing.Replaced("elsewhere")

    monkeypatch.setattr(signing, "accept", replaced)
    response = accept(client, agreement)

    assert (response.status_code, typed(response)) == (409, {**TYPED, "digests": {newer[0].issued_digest}})
    assert told(response).startswith("This document has been replaced by another one")


def test_mistakes_beside_a_replaced_document_do_not_sign_the_new_one_unread(client, agreement):
    again(agreement)

    response = accept(client, agreement, name="")

    assert (response.status_code, told(response)[:31]) == (409, "This document has been replaced")


@pytest.mark.parametrize("end", ["declined", "withdrawn", "expired", "over"])
def test_whoever_is_too_late_is_told_how_it_stands_with_what_was_typed(client, agreement, end):
    if end in {"expired", "over"}:
        Agreement.objects.update(open_until=timezone.now() - timedelta(seconds=1))
    request = DpaRequest.objects.get()
    acts = {
        "declined": lambda: dpa.decline(request, "No.", agreements.staff()),
        "withdrawn": lambda: dpa.withdraw(request),
        "expired": lambda: dpa.expire(request),
        "over": lambda: None,
    }
    acts[end]()

    response = accept(client, agreement)

    page = read(response.content.decode())
    assert response.status_code == 409
    assert page.all("form") == []
    assert [dd.text for dd in page.all("dl")[0].all("dd")] == [CUSTOMER["name"], CUSTOMER["role"]]
    assert not Signature.objects.exists()


def test_a_form_with_mistakes_that_comes_too_late_is_told_so(client, agreement):
    dpa.withdraw(DpaRequest.objects.get())

    response = accept(client, agreement, role="")

    assert (response.status_code, told(response)) == (
        409,
        "There is no document to sign on this page any more, so nothing has been signed. Below is where it stands.",
    )


def test_a_filled_bait_is_refused_politely(client, agreement):
    response = accept(client, agreement, website="https://spam.example")

    assert (response.status_code, typed(response)) == (422, {**TYPED, "digests": {agreement.issued_digest}})
    assert b"spam.example" not in response.content


def test_too_many_tries_are_told_when_to_come_back(client, agreement):
    dpa.withdraw(DpaRequest.objects.get())
    for _try in range(limits.DPA_SIGNINGS[0].from_address):
        assert accept(client, agreement).status_code == 409

    response = accept(client, agreement)

    assert (response.status_code, 3500 < int(response["Retry-After"]) <= 3600) == (429, True)


@pytest.mark.parametrize("form", ["accept", "upload"])
def test_a_dead_database_loses_nothing_that_was_typed(client, agreement, monkeypatch, form):
    send = {"accept": accept, "upload": lambda *given: upload(*given, document("by hand"))}[form]
    address = home(agreement)
    monkeypatch.setattr(site, "database_down", lambda: True)
    with mock.patch(f"{__name__}.home", return_value=address):
        response = send(client, agreement)

    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert typed(response, form) == {**TYPED, "digests": {agreement.issued_digest}}
    assert read(response.content.decode()).one("form")["action"] == f"{address}{form}/"
    assert response["Referrer-Policy"] == "no-referrer"


def test_one_that_dies_just_then_loses_nothing_either(client, agreement, monkeypatch, caplog):
    def dead(*_arguments, **_named):
        raise OperationalError(CUSTOMER["name"])

    monkeypatch.setattr(signing, "accept", dead)

    response = accept(client, agreement)

    assert (response.status_code, typed(response)) == (503, {**TYPED, "digests": {agreement.issued_digest}})
    assert CUSTOMER["name"] not in caplog.text


@pytest.mark.parametrize("rest", ["accept/", "upload/", "changes/"])
def test_a_get_where_only_posts_act_leads_to_the_page_and_changes_nothing(client, agreement, rest):
    response = client.get(home(agreement) + rest)

    assert (response.status_code, response["Location"]) == (302, home(agreement))


# --- upload -----------------------------------------------------------------------------------------------------------


def test_a_document_that_was_signed_elsewhere_is_kept_as_it_came(client, agreement):
    content = document("signed by hand")

    response = upload(client, agreement, content)

    assert (response.status_code, response["Location"]) == (303, home(agreement))
    agreement.refresh_from_db()
    assert (agreement.state, agreement.way, agreement.unchanged) == ("accepted", "upload", False)
    assert bytes(AgreementFile.objects.get(kind="signed").content) == content
    assert Signature.objects.get().name == CUSTOMER["name"]


REFUSED = {
    "empty": (b"", "The file is empty."),
    "html": (b"<html>%PDF-1.7", "The file is no PDF document."),
    "cut": (b"%PDF-1.7\n1 0 obj", "The PDF document is damaged or incomplete."),
    "large": (b"%PDF-1.7" + b"x" * LARGEST, "The file is larger than 10 MB."),
    "50 MB": (b"%PDF-1.7" + b"x" * 50 * 1024 * 1024, "The file is larger than 10 MB."),
    "none": (None, "Please choose the signed document."),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_cannot_be_taken_is_refused_with_the_reason_and_what_was_typed(client, agreement, kind):
    content, why = REFUSED[kind]

    response = upload(client, agreement, content)

    assert response.status_code == 422
    assert list(mistakes(response)) == ["upload-file"]
    assert mistakes(response)["upload-file"].startswith(why)
    assert typed(response, "upload") == {**TYPED, "digests": {agreement.issued_digest}}
    assert read(response.content.decode()).one("details", id="elsewhere").get("open") is not None
    assert "Browsers forget a file that was chosen" in response.content.decode()
    assert not AgreementFile.objects.filter(kind="signed").exists()


def test_the_document_as_it_was_issued_is_no_signed_one(client, agreement):
    issued = bytes(AgreementFile.objects.get(kind="issued").content)

    response = upload(client, agreement, issued)

    assert response.status_code == 422
    assert mistakes(response)["upload-file"].startswith("This is the document as we issued it.")


def test_what_is_beyond_all_measure_is_not_even_read(client, agreement):
    response = client.post(
        f"{home(agreement)}upload/",
        b"",
        content_type="multipart/form-data; boundary=b",
        CONTENT_LENGTH=str(uploads.LONGEST_BODY + 1),
    )

    assert response.status_code == 413


def test_no_upload_touches_the_disk_and_a_bad_links_body_is_not_read(client, agreement, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    written = []
    with mock.patch.object(os, "open", side_effect=lambda *a, **k: written.append(a)):
        assert upload(client, agreement, b"%PDF-1.7" + os.urandom(3 * 1024 * 1024)).status_code == 422
    with mock.patch.object(uploads.InMemory, "receive_data_chunk", side_effect=AssertionError):
        file = SimpleUploadedFile("a.pdf", b"x" * 2 * 1024 * 1024)
        assert client.post("/en/dpa/status/none/upload/", {"file": file}).status_code == 404

    assert (list(tmp_path.iterdir()), written) == ([], [])


@pytest.mark.parametrize("field", ["name", "role"])
def test_fields_that_are_no_text_are_refused(client, agreement, field):
    body = f'--b\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n\x00\r\n--b--\r\n'
    response = client.post(f"{home(agreement)}upload/", body, content_type="multipart/form-data; boundary=b")

    assert response.status_code == 400


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", "text/plain"])
def test_an_upload_that_is_sent_in_another_way_is_refused_without_an_error(client, agreement, content_type):
    response = client.post(f"{home(agreement)}upload/", b"{}", content_type=content_type)

    assert response.status_code in {409, 415}
    assert not Signature.objects.exists()
