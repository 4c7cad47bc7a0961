from datetime import date, timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django_tasks_db.models import DBTaskResult
from pypdf import PdfReader

from registry.actions import countersigning, dpa, eventing, issuing, signing
from registry.actions.cases import CannotMove, Overtaken
from registry.exchange import event, pdf
from registry.exchange.digest import sha256
from registry.models import Agreement, AgreementFile, Delivery, DpaEvent, DpaRequest, ServiceProfile, Signature
from tests import agreements
from tests.agreements import CUSTOMER, PROVIDER, countersign, document


@pytest.fixture
def accepted(db):
    return agreements.accepted()


@pytest.fixture
def officer(db):
    return agreements.staff("officer")


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def kept():
    models = (Signature, AgreementFile, DpaEvent, Delivery, DBTaskResult)
    return [model.objects.count() for model in models], list(Agreement.objects.values_list("state", flat=True))


def test_where_the_typesetter_fails_nothing_is_signed(accepted, officer, monkeypatch):
    def fails(*args):
        raise pdf.Unfinished

    before = kept()
    monkeypatch.setattr(pdf, "pdf", fails)

    with pytest.raises(CannotMove, match="could not be made just now"):
        signing.countersign(fresh(accepted.request), accepted, officer, **PROVIDER)

    assert kept() == before


def amend(standing, by):
    """Another document on the same request, accepted, in the place of what is in force."""
    dpa.move(fresh(standing.request), "in_review", by)
    return agreements.accept(agreements.issue(fresh(standing.request)))


# --- countersign ------------------------------------------------------------------------------------------------------


def test_with_the_second_signature_the_agreement_is_in_force(accepted):
    agreement = countersign(accepted)

    request = fresh(accepted.request)
    signature = agreement.signatures.get(party="provider")
    assert (request.state, request.ended_at, agreement.state) == ("countersigned", None, "in_force")
    assert agreement.in_force_on == ServiceProfile.load().today()
    assert (signature.name, signature.role, signature.by) == (*PROVIDER.values(), agreements.staff())
    assert (signature.address, signature.browser, signature.at) == ("", "", agreement.countersigned_at)
    files = {file.kind: file for file in agreement.files.all()}
    assert sorted(files) == ["evidence", "final", "issued", "text"]
    assert agreement.final_digest == files["final"].digest == sha256(bytes(files["final"].content))
    last = request.events.last()
    assert (last.kind, last.agreement) == ("countersigned", agreement)
    assert event.read(last.content)["facts"] == {
        "final": agreement.final_digest,
        "evidence": files["evidence"].digest,
        "signature": countersigning.signatures.digest(signature),
        "in_force_on": agreement.in_force_on.isoformat(),
    }
    assert not [said for said in PROVIDER.values() if said in last.content]
    assert list(request.deliveries.filter(kind="dpa-final").values_list("event", flat=True)) == [agreement.reference]
    assert eventing.broken(request) == []


def test_the_agreement_comes_into_force_on_the_day_it_is_in_the_profiles_zone(accepted, time_machine):
    ServiceProfile.objects.update(time_zone="Pacific/Kiritimati")
    time_machine.move_to(accepted.accepted_at.replace(hour=20) + timedelta(days=1), tick=False)

    agreement = countersign(accepted)

    assert agreement.in_force_on == (accepted.accepted_at + timedelta(days=2)).date()


@pytest.mark.parametrize("state", DpaRequest.State)
def test_an_agreement_is_countersigned_by_the_table_of_moves_alone(accepted, state, officer):
    ended = accepted.accepted_at if state in DpaRequest.ENDED else None
    DpaRequest.objects.filter(pk=accepted.request_id).update(state=state, ended_at=ended)
    before = kept()

    if "countersigned" in DpaRequest.MOVES[state]:
        assert countersign(accepted).state == "in_force"
    else:
        with pytest.raises(CannotMove, match=r"^This request cannot be moved to that state\.$"):
            countersign(accepted)
        assert kept() == before


@pytest.mark.parametrize("state", Agreement.State)
def test_what_waits_for_no_signature_is_not_signed(db, state):
    made = {
        "offered": agreements.issued,
        "accepted": agreements.accepted,
        "in_force": agreements.in_force,
        "ended": agreements.ended,
        "superseded": lambda: _superseded(),
        "lapsed": lambda: _lapsed(),
    }
    agreement = made[state]()
    assert agreement.state == state

    if "in_force" in Agreement.MOVES[state]:
        assert countersign(agreement).state == "in_force"
    else:
        with pytest.raises(CannotMove, match=r"^This agreement waits for no signature of yours\.$"):
            countersign(agreement)


def _superseded():
    standing = agreements.in_force()
    countersign(amend(standing, agreements.staff()))
    return fresh(standing)


def _lapsed():
    offered = agreements.issued()
    agreements.issue(offered.request)
    return fresh(offered)


def test_the_second_of_two_staff_is_told(accepted, officer):
    seen = fresh(accepted.request)
    dpa.take(fresh(seen), officer)
    before = kept()

    with agreements.quick(), pytest.raises(Overtaken, match=r"^Somebody else has changed this request since"):
        signing.countersign(seen, accepted, officer, **PROVIDER)
    assert kept() == before


def test_what_happens_while_the_document_is_typeset_stops_it(accepted, officer, monkeypatch):
    before = kept()

    def typeset(html, paper):
        eventing.record(accepted.request, "erasure_refused")
        return document(html, paper)

    monkeypatch.setattr(pdf, "pdf", typeset)

    with pytest.raises(Overtaken):
        signing.countersign(fresh(accepted.request), accepted, officer, **PROVIDER)
    assert kept()[1] == before[1]
    assert Signature.objects.filter(party="provider").count() == 0


def test_who_countersigns_while_the_person_is_erased_is_told(accepted, officer, monkeypatch):
    seen, made = fresh(accepted.request), countersigning.signatures.made

    def meanwhile(*args, **kwargs):
        dpa.erase(fresh(accepted.request))
        return made(*args, **kwargs)

    monkeypatch.setattr(countersigning.signatures, "made", meanwhile)

    with pytest.raises(Overtaken, match=r"^Somebody else has changed this request since you opened it\."):
        signing.countersign(seen, accepted, officer, **PROVIDER)
    assert (Signature.objects.count(), AgreementFile.objects.count()) == (0, 0)


def test_nothing_is_typeset_in_a_transaction(accepted, monkeypatch, officer):
    depth, depths = len(connection.savepoint_ids), []
    monkeypatch.setattr(
        pdf, "pdf", lambda html, paper: depths.append(len(connection.savepoint_ids) - depth) or document(html, paper)
    )

    signing.countersign(fresh(accepted.request), accepted, officer, **PROVIDER)

    assert depths == [0]


def test_staff_without_a_name_sign_nothing(accepted, officer):
    before = kept()

    with pytest.raises(ValidationError) as error:
        signing.countersign(fresh(accepted.request), accepted, officer, name=" ", role="")
    assert sorted(error.value.message_dict) == ["name", "role"]
    assert kept() == before


# --- What is superseded -----------------------------------------------------------------------------------------------


def test_an_amendment_ends_what_it_supersedes_on_the_day_it_comes_into_force(db, officer):
    standing = agreements.in_force()

    amendment = countersign(amend(standing, officer))

    standing = fresh(standing)
    assert (amendment.state, amendment.supersedes, standing.state) == ("in_force", standing, "superseded")
    assert standing.ended_on == amendment.in_force_on
    chain = [(found.kind, found.agreement) for found in standing.request.events.all()]
    assert chain[-2:] == [("countersigned", amendment), ("superseded", standing)]
    assert event.read(standing.request.events.last().content)["facts"] == {
        "on": amendment.in_force_on.isoformat(),
        "by_agreement": amendment.reference,
    }
    assert eventing.broken(standing.request) == []


def test_an_agreement_on_another_request_is_superseded_in_the_chain_of_that_one(db, officer):
    standing = agreements.in_force("one")
    request = agreements.verified("two")
    issuing.save_draft(request, 0, officer, supersedes=standing)
    amendment = countersign(agreements.accept(agreements.issue(request)))

    standing = fresh(standing)
    assert (standing.state, standing.request.state) == ("superseded", "countersigned")
    assert [found.kind for found in standing.request.events.all()][-1] == "superseded"
    assert [found.kind for found in amendment.request.events.all()][-1] == "countersigned"
    assert (eventing.broken(standing.request), eventing.broken(amendment.request)) == ([], [])


@pytest.mark.parametrize("wanted", [True, False])
def test_who_wants_mails_about_changes_goes_on_to_get_them_after_an_amendment(db, officer, wanted):
    standing = agreements.in_force()
    waiting = amend(standing, officer)
    signing.tell_changes(standing, wanted)

    assert countersign(waiting).tell_changes is wanted


def test_nobody_is_mailed_of_changes_because_another_person_asked_for_it(db, officer):
    standing = signing.tell_changes(agreements.in_force("one"), True)
    request = agreements.verified("two")
    issuing.save_draft(request, 0, officer, supersedes=standing)

    assert countersign(agreements.accept(agreements.issue(request))).tell_changes is False


def test_what_ended_while_the_amendment_was_under_way_stays_as_it_ended(db, officer):
    standing = agreements.in_force()
    waiting = amend(standing, officer)
    signing.end(standing, standing.in_force_on, officer)

    assert countersign(waiting).state == "in_force"
    assert fresh(standing).state == "ended"


def test_an_amendment_that_is_withdrawn_leaves_what_is_in_force(db, officer):
    standing = agreements.in_force()
    waiting = amend(standing, officer)

    dpa.withdraw(fresh(standing.request))

    assert (fresh(waiting).state, fresh(standing).state) == ("lapsed", "in_force")


# --- end --------------------------------------------------------------------------------------------------------------


def test_an_agreement_ends_on_a_day(db, officer):
    agreement = agreements.in_force()
    Agreement.objects.update(in_force_on=date(2026, 1, 1))

    ended = signing.end(agreement, date(2026, 6, 30), officer)

    last = agreement.request.events.last()
    assert (ended.state, fresh(agreement).ended_on) == ("ended", date(2026, 6, 30))
    assert (last.kind, last.agreement, event.read(last.content)["facts"]) == ("ended", agreement, {"on": "2026-06-30"})
    assert ended.history.latest().history_user == officer
    assert fresh(agreement.request).state == "countersigned"


@pytest.mark.parametrize("days", [-1, 1])
def test_an_agreement_ends_neither_before_it_began_nor_in_days_to_come(db, officer, days):
    agreement = agreements.in_force()

    with pytest.raises(CannotMove, match=r"^An agreement ends on a day between"):
        signing.end(agreement, agreement.in_force_on + timedelta(days=days), officer)
    assert (fresh(agreement).state, fresh(agreement).ended_on) == ("in_force", None)


def test_what_is_not_in_force_does_not_end(accepted, officer):
    with pytest.raises(CannotMove, match=r"^This agreement is not in force\.$"):
        signing.end(accepted, date.today(), officer)
    agreement = countersign(accepted)
    signing.end(agreement, agreement.in_force_on, officer)
    with pytest.raises(CannotMove, match=r"^This agreement is not in force\.$"):
        signing.end(agreement, agreement.in_force_on, officer)


# --- The final document, typeset --------------------------------------------------------------------------------------


def inside(agreement):
    """The final document, its text and the files in it."""
    reader = PdfReader(BytesIO(bytes(agreement.files.get(kind="final").content)))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    return reader, text, {name: files[0] for name, files in reader.attachments.items()}


def test_the_final_document_tells_who_signed_what_and_holds_the_issued_one(db):
    agreement = agreements.in_force(typeset=True, language="en")

    reader, text, files = inside(agreement)
    issued = bytes(agreement.files.get(kind="issued").content)
    assert files == {f"{agreement.reference}-issued.pdf": issued}
    assert reader.root_object["/Lang"] == "en"
    for said in (*CUSTOMER.values(), *PROVIDER.values()):
        assert said in text
    assert "Evidence of signatures" in text
    assert "This is a simple electronic signature (Regulation (EU) No 910/2014, Articles 3(10) and 25(1))." in text
    joined = text.replace(" ", "")
    for digest in (agreement.issued_digest, agreement.text_digest, agreement.version.digest, agreement.release.digest):
        assert digest in joined
    chain = list(agreement.request.events.order_by("number"))
    assert [found.digest in joined for found in chain] == [True] * 4 + [False]


def test_a_final_document_of_an_upload_holds_that_as_well(db):
    agreement = countersign(agreements.uploaded(language="en"), typeset=True)

    _reader, text, files = inside(agreement)
    assert sorted(files) == [f"{agreement.reference}-issued.pdf", f"{agreement.reference}-signed.pdf"]
    assert sha256(files[f"{agreement.reference}-signed.pdf"]) == agreement.signed_digest
    assert "The uploaded file does not hold the document as issued byte for byte" in text
    assert "Regulation" not in text
