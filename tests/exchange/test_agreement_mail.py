import html
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from registry.actions import agreed
from registry.exchange import agreement_mail, dpa_mail
from registry.exchange.content import decode
from registry.models import Agreement
from tests import agreements
from tests.objections import announce
from tests.requests import PERSON

PAGE = "http://127.0.0.1:8000/en/dpa/status/7GhJkl/"
ADMIN = "http://127.0.0.1:8000/admin/registry/dparequest/1/change/"
TYPED = [value.split("\n")[0] for value in (*PERSON.values(), *agreements.CUSTOMER.values())]


@pytest.fixture
def offered(db):
    return agreements.issued(language="en")


@pytest.fixture
def accepted(db):
    return agreements.accepted(language="en")


@pytest.fixture
def signed(db):
    return agreements.in_force(language="en")


def about(agreement, event=""):
    return dpa_mail.About(agreement.request, decode(agreement.release.content), PAGE, event or agreement.reference)


def sent(message):
    """As it goes over the wire."""
    return message_from_bytes(message.message(policy=policy.SMTP).as_bytes(), policy=policy.default)


def bodies(message):
    found = sent(message)
    marked = re.sub(r"<[^>]+>", " ", found.get_body(["html"]).get_content())
    return [" ".join(text.split()) for text in (found.get_body(["plain"]).get_content(), html.unescape(marked))]


def everything(agreement):
    entry = announce()
    yield agreement_mail.issued(about(agreement), agreement, replaces=True)
    yield agreement_mail.reminder(about(agreement), agreement)
    yield agreement_mail.accepted(about(agreement), agreement)
    yield agreement_mail.final(about(agreement), agreement, b"%PDF-1.7")
    since = agreed.since_signed(agreement, "en", entry)
    yield agreement_mail.change(about(agreement), agreement, decode(entry.content), since.changes, entry.number)


def test_no_mail_about_an_agreement_repeats_what_somebody_typed(signed):
    for message in (*everything(signed), agreement_mail.task(about(signed), signed, to="a@example.com", page=ADMIN)):
        for text in [*bodies(message), str(sent(message)["Subject"])]:
            assert not [value for value in TYPED if value in text]


def test_every_mail_to_the_customer_names_the_request_the_document_and_their_page(signed):
    for message in everything(signed):
        assert sent(message)["To"] == PERSON["email"]
        assert signed.request.reference in sent(message)["Subject"]
        assert "\n\n\n" not in message.body
        assert PAGE in message.body
        assert f'href="{PAGE}"' in message.alternatives[0].content
        for body in bodies(message):
            assert f"Document: {signed.reference}" in body


def test_an_issued_document_is_told_with_its_digest_and_until_when_it_can_be_accepted(offered):
    offered.open_until = datetime(2026, 12, 22, 13, 5, tzinfo=UTC)
    message = agreement_mail.issued(about(offered), offered, replaces=False)

    assert sent(message)["Message-ID"] == f"<dpa-issued.{offered.request.reference}.{offered.reference}@127.0.0.1>"
    for body in bodies(message):
        assert "To be accepted by: 22 December 2026, 13:05 UTC" in body
        assert "Language of the document: English" in body
        assert "Release: 3" in body
        assert f"Digest (SHA-256): {offered.issued_digest}" in body
        assert "takes the place of" not in body
        assert "stays in force" not in body


def test_a_document_that_replaces_another_or_amends_an_agreement_says_so(offered):
    offered.supersedes = Agreement(reference="AGR-1111-1111")

    for body in bodies(agreement_mail.issued(about(offered), offered, replaces=True)):
        assert "This document takes the place of the one that we sent you before" in body
        assert "Until both parties have signed it, this agreement stays in force: AGR-1111-1111" in body


def test_each_reminder_of_a_document_is_a_mail_of_its_own(offered):
    ids = {
        sent(agreement_mail.reminder(about(offered, f"{offered.reference} {day}"), offered))["Message-ID"]
        for day in (7, 7, 21)
    }

    assert ids == {f"<dpa-reminder.{offered.request.reference}.{offered.reference}-{day}@127.0.0.1>" for day in (7, 21)}


def test_an_acceptance_is_told_by_what_was_signed_and_in_which_way(accepted):
    accepted.accepted_at = datetime(2026, 11, 22, 13, 5, tzinfo=UTC)

    for body in bodies(agreement_mail.accepted(about(accepted), accepted)):
        assert "Accepted on: 22 November 2026, 13:05 UTC" in body
        assert "Way of signing: simple electronic signature on the page" in body
        assert f"Digest (SHA-256): {accepted.signed_digest}" in body


def test_staff_is_told_in_the_source_language_what_to_countersign(accepted):
    accepted.request.language = "hu"
    message = agreement_mail.task(about(accepted), accepted, to="dpa@example.com", page=ADMIN)

    assert (sent(message)["To"], sent(message)["Content-Language"]) == ("dpa@example.com", "en")
    assert sent(message)["Subject"] == f"To be countersigned: {accepted.request.reference}"
    for body in bodies(message):
        assert f"Document: {accepted.reference}" in body
        assert "The upload holds" not in body
    assert ADMIN in message.body
    assert PAGE not in message.body


@pytest.mark.parametrize(("unchanged", "told"), [(True, "yes"), (False, "no")])
def test_staff_is_told_whether_an_upload_holds_the_document(accepted, unchanged, told):
    accepted.way, accepted.unchanged = Agreement.Way.UPLOAD, unchanged

    for body in bodies(agreement_mail.task(about(accepted), accepted, to="a@example.com", page=ADMIN)):
        assert "Way of signing: signed elsewhere and uploaded" in body
        assert f"The upload holds the issued document unchanged: {told}" in body


def test_the_document_that_both_have_signed_is_attached(signed):
    message = agreement_mail.final(about(signed), signed, b"%PDF-1.7 final")

    [attachment] = sent(message).iter_attachments()
    assert attachment.get_filename() == f"{signed.reference}-final.pdf"
    assert attachment.get_content_type() == "application/pdf"
    assert attachment.get_content() == b"%PDF-1.7 final"
    for body in bodies(message):
        assert "The signed document is attached to this e-mail." in body
        assert f"Digest (SHA-256): {signed.final_digest}" in body
        assert "Takes the place of" not in body


def test_a_document_too_large_for_a_mail_is_on_the_page_alone(signed, monkeypatch):
    monkeypatch.setattr(agreement_mail, "ATTACHED_BELOW", 14)

    message = agreement_mail.final(about(signed), signed, b"%PDF-1.7 final")

    assert list(sent(message).iter_attachments()) == []
    for body in bodies(message):
        assert "The signed document is too large for an e-mail. Download it from your page." in body


def test_a_change_is_told_against_the_release_that_was_signed(signed):
    entry = announce()
    since = agreed.since_signed(signed, "en", entry)
    message = agreement_mail.change(about(signed), signed, decode(entry.content), since.changes, entry.number)

    for body in bodies(message):
        assert body.startswith(("We announce a change of our policy", "Change since you signed"))
        assert "Release that you signed: 3 Release compared: 4" in body
        assert "New subprocessor: Example GmbH" in body
    for part in (message.body, message.alternatives[0].content):
        assert "http://127.0.0.1:8000/en/compare/3/4/" in part
        assert "http://127.0.0.1:8000/en/object/4/" in part


def test_a_change_in_nothing_that_is_told_says_so_and_compares_nothing(signed):
    message = agreement_mail.change(about(signed), signed, decode(signed.release.content), None, 3)

    for body in bodies(message):
        assert "No fact and no text differs from what you signed." in body
    assert "/compare/" not in message.body


def test_mails_are_in_the_language_of_the_form_also_where_the_document_is_in_another(db):
    agreement = agreements.issued(language="lv")
    message = agreement_mail.issued(about(agreement), agreement, replaces=False)

    assert (sent(message)["Content-Language"], agreement.language) == ("lv", "en")
    assert "angļu" in message.body
