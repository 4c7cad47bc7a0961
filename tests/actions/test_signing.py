from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from registry.actions import dpa, eventing, issuing, signing
from registry.actions.cases import CannotMove
from registry.actions.signing import NotAcceptable, Replaced
from registry.exchange import event, pdf, upload
from registry.exchange.digest import sha256
from registry.exchange.pdf import Unprintable
from registry.models import Agreement, AgreementFile, Delivery, DpaEvent, DpaRequest, Signature
from tests import agreements
from tests.agreements import CUSTOMER, accept, document
from tests.requests import submit

SIGNED = document("signed by hand")


@pytest.fixture
def offered(db):
    return agreements.issued()


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def kept():
    models = (Signature, AgreementFile, DpaEvent, Delivery, DBTaskResult)
    return [model.objects.count() for model in models], list(Agreement.objects.values_list("state", flat=True))


def sign_elsewhere(agreement, content=SIGNED, **changed):
    return signing.upload(agreement.request, agreement.issued_digest, content, **{**CUSTOMER, **changed})


# --- On the page ------------------------------------------------------------------------------------------------------


def test_an_acceptance_keeps_who_when_from_where_and_what(offered):
    agreement = accept(offered)

    request, signature = fresh(offered.request), Signature.objects.get()
    assert (request.state, agreement.state, agreement.way) == ("accepted", "accepted", "click")
    assert agreement.signed_digest == agreement.issued_digest == offered.issued_digest
    assert {name: getattr(signature, name) for name in CUSTOMER} == CUSTOMER
    assert (signature.party, signature.at, signature.by) == ("customer", agreement.accepted_at, None)
    assert (agreement.release_id, agreement.version.number, agreement.unchanged) == (3, 1, None)
    assert list(request.deliveries.order_by("id").values_list("kind", "event")) == [
        ("dpa-check", ""),
        ("dpa-receipt", ""),
        ("dpa-notice", ""),
        ("dpa-issued", agreement.reference),
        ("dpa-accepted", agreement.reference),
        ("dpa-task", agreement.reference),
    ]
    assert [found.state for found in agreement.history.order_by("history_id")] == ["offered", "accepted"]


def test_the_event_of_an_acceptance_names_nobody_and_pins_the_signature_by_its_salt(offered):
    accept(offered)

    last = offered.request.events.last()
    facts = event.read(last.content)["facts"]
    assert (last.kind, last.agreement) == ("accepted", offered)
    assert facts.keys() == {"way", "signed", "signature"}
    assert (facts["way"], facts["signed"]) == ("click", offered.issued_digest)
    assert not [said for said in CUSTOMER.values() if said in last.content]
    signature = Signature.objects.get()
    assert len(signature.salt) == 43
    assert facts["signature"] == signing.signatures.digest(signature)
    signature.salt = "another"
    assert facts["signature"] != signing.signatures.digest(signature)
    assert eventing.broken(offered.request) == []


def test_the_same_acceptance_twice_is_one(offered):
    first, before = accept(offered), kept()

    again = accept(offered)

    assert (again, kept()) == (first, before)


def test_the_same_acceptance_after_the_countersignature_is_still_the_one(offered):
    standing, before = agreements.countersign(accept(offered)), kept()

    assert accept(offered) == standing
    assert kept() == before


def test_another_acceptance_after_the_first_is_refused(offered):
    accept(offered)
    before = kept()

    for changed in ({"name": "Somebody Else"}, {"role": "another role"}):
        with pytest.raises(CannotMove, match=r"^This document has been accepted already\.$"):
            accept(offered, **changed)
    assert kept() == before


def test_accepting_a_document_that_was_replaced_is_refused_and_the_new_one_can_be_accepted(offered):
    newer = agreements.issue(offered.request)
    before = kept()

    with pytest.raises(Replaced, match=r"^Another document has come in the place of the one that you looked at\."):
        accept(offered)
    assert kept() == before
    assert signing.offered(offered.request) == newer
    assert accept(newer).state == "accepted"


def test_a_document_of_another_request_cannot_be_accepted(offered):
    other = agreements.issued("another form", email="somebody@other.example")

    with pytest.raises(Replaced):
        signing.accept(offered.request, other.issued_digest, **CUSTOMER)
    with pytest.raises(Replaced):
        signing.accept(offered.request, "0" * 64, **CUSTOMER)
    assert (fresh(offered).state, fresh(other).state) == ("offered", "offered")


def test_a_document_whose_time_is_over_cannot_be_accepted(offered):
    Agreement.objects.update(open_until=timezone.now() - timedelta(seconds=1))

    with pytest.raises(CannotMove, match=r"^The time to accept this document is over\."):
        accept(offered)
    assert (fresh(offered).state, signing.offered(offered.request)) == ("offered", None)


@pytest.mark.parametrize("state", DpaRequest.State)
def test_a_document_is_accepted_by_the_table_of_moves_alone(offered, state):
    ended = timezone.now() if state in DpaRequest.ENDED else None
    DpaRequest.objects.filter(pk=offered.request_id).update(state=state, ended_at=ended)
    before = kept()

    if "accepted" in DpaRequest.MOVES[state]:
        assert accept(offered).state == "accepted"
    else:
        with pytest.raises(CannotMove, match=r"^This request cannot be moved to that state\.$"):
            accept(offered)
        assert kept() == before


@pytest.mark.parametrize(
    "leave",
    [
        lambda request: dpa.withdraw(request),
        lambda request: dpa.decline(request, "No.", agreements.staff()),
        lambda request: dpa.move(request, "in_review", agreements.staff()),
    ],
)
def test_what_the_request_has_left_cannot_be_accepted(offered, leave):
    leave(fresh(offered.request))

    assert fresh(offered).state == "lapsed"
    with pytest.raises(CannotMove, match=r"^This document cannot be accepted any more\.$"):
        accept(offered)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [({"name": ""}, "name"), ({"name": " \n\t "}, "name"), ({"role": ""}, "role"), ({"name": "x" * 201}, "name")],
)
def test_a_name_and_a_role_are_needed(offered, changed, wrong):
    before = kept()

    with pytest.raises(ValidationError) as error:
        accept(offered, **changed)
    assert list(error.value.message_dict) == [wrong]
    assert kept() == before


def test_a_name_that_no_font_can_print_is_refused_while_the_person_is_there(offered):
    with pytest.raises(ValidationError) as error:
        accept(offered, name="日本")
    assert error.value.message_dict == {
        "name": ["No font has these characters: 日 (U+65E5) and 本 (U+672C). Write them in another way."]
    }
    assert fresh(offered).state == "offered"


def test_a_name_in_rare_letters_that_a_font_has_is_taken(offered):
    assert accept(offered, name="Ǩǩ Ḃḃ").state == "accepted"


def test_a_browser_is_kept_as_ascii_and_short(offered):
    accept(offered, browser="Quokka\r\nX: 日" + "x" * 500, address="2001:db8::77")

    signature = Signature.objects.get()
    assert signature.browser == "Quokka??X: ?" + "x" * 388
    assert signature.address == "2001:db8::77"


def test_white_space_in_a_name_is_one_space(offered):
    accept(offered, name="  Őszirózsa \n Ödön ")

    assert Signature.objects.get().name == "Őszirózsa Ödön"


# --- Elsewhere --------------------------------------------------------------------------------------------------------


def test_an_upload_is_kept_with_its_digest(offered):
    agreement = sign_elsewhere(offered)

    file = agreement.files.get(kind="signed")
    assert (agreement.state, agreement.way, fresh(offered.request).state) == ("accepted", "upload", "accepted")
    assert (bytes(file.content), file.digest, agreement.signed_digest) == (SIGNED, sha256(SIGNED), sha256(SIGNED))
    assert (agreement.unchanged, fresh(offered).unchanged) == (False, False)
    facts = event.read(offered.request.events.last().content)["facts"]
    assert facts == {
        "way": "upload",
        "signed": sha256(SIGNED),
        "signature": signing.signatures.digest(Signature.objects.get()),
        "unchanged": False,
        "signatures": 0,
    }
    kinds = list(offered.request.deliveries.order_by("id").values_list("kind", flat=True))
    assert kinds[-2:] == ["dpa-accepted", "dpa-task"]


def test_an_upload_that_begins_with_the_issued_bytes_holds_them_unchanged(offered):
    issued = bytes(offered.files.get(kind="issued").content)

    assert sign_elsewhere(offered, issued + b"\n% a signature\nstartxref\n0\n%%EOF" + issued[9:]).unchanged is True


def test_the_document_as_issued_is_not_signed(offered):
    with pytest.raises(NotAcceptable) as error:
        sign_elsewhere(offered, bytes(offered.files.get(kind="issued").content))
    assert error.value.code == "unsigned"
    assert fresh(offered).state == "offered"


def test_a_file_that_is_refused_changes_nothing(offered):
    before = kept()

    for content, code in ((b"", "empty"), (b"MZ", "no-pdf"), (b"%PDF-" + b"x" * upload.LARGEST, "large")):
        with pytest.raises(NotAcceptable) as error:
            sign_elsewhere(offered, content)
        assert error.value.code == code
    assert kept() == before


def test_the_same_upload_twice_is_one_and_another_one_is_refused(offered):
    first, before = sign_elsewhere(offered), kept()

    assert (sign_elsewhere(offered), kept()) == (first, before)
    with pytest.raises(CannotMove, match=r"^This document has been accepted already\.$"):
        sign_elsewhere(offered, document("another scan"))
    with pytest.raises(CannotMove, match=r"^This document has been accepted already\.$"):
        accept(offered)
    assert kept() == before


def test_an_upload_for_a_document_that_was_replaced_is_refused(offered):
    agreements.issue(offered.request)

    with pytest.raises(Replaced):
        sign_elsewhere(offered)
    assert AgreementFile.objects.filter(kind="signed").count() == 0


def test_what_is_replaced_while_a_file_is_looked_into_is_refused(offered, monkeypatch):
    looked = upload.accepted

    def slowly(content):
        agreements.issue(fresh(offered.request))
        return looked(content)

    monkeypatch.setattr(upload, "accepted", slowly)

    with pytest.raises(Replaced):
        sign_elsewhere(offered)
    assert (fresh(offered).state, Signature.objects.count()) == ("lapsed", 0)


def test_an_upload_whose_person_is_erased_while_it_is_looked_into_is_refused(offered, monkeypatch):
    looked = upload.accepted(SIGNED)

    def meanwhile(content):
        dpa.erase(fresh(offered.request))
        return looked

    monkeypatch.setattr(upload, "accepted", meanwhile)

    with pytest.raises(CannotMove, match=r"^The personal data of this request has been erased\."):
        sign_elsewhere(offered)
    assert (Signature.objects.count(), AgreementFile.objects.count()) == (0, 0)


def test_files_and_names_are_looked_into_outside_any_transaction(offered, monkeypatch):
    depth, depths, looked = len(connection.savepoint_ids), [], upload.accepted

    def note(content):
        depths.append(len(connection.savepoint_ids) - depth)
        return looked(content)

    def refuse(html, paper):
        depths.append(len(connection.savepoint_ids) - depth)
        raise Unprintable("日")

    monkeypatch.setattr(upload, "accepted", note)
    monkeypatch.setattr(pdf, "pdf", refuse)
    sign_elsewhere(offered)
    with pytest.raises(ValidationError):
        accept(agreements.issued("another form"), name="日")

    assert depths == [0, 0]


# --- What the customer wants to hear ----------------------------------------------------------------------------------


def test_the_customer_says_whether_to_be_mailed_of_changes(db):
    agreement = agreements.in_force()

    assert signing.tell_changes(agreement, True).tell_changes is True
    assert signing.tell_changes(agreement, True).tell_changes is True
    assert fresh(agreement).tell_changes is True
    assert signing.tell_changes(agreement, False).tell_changes is False
    assert agreement.history.count() == 5


def test_nobody_is_offered_anything_before_a_document_is_issued_or_after_it_was_signed(db):
    assert signing.offered(submit()) is None
    assert signing.offered(agreements.accepted("another form").request) is None
    assert issuing.draft(submit("a third form")).number == 0
