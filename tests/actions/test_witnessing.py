import json

import pytest

from registry.actions import witnessing
from registry.actions.witnessing import verify
from registry.exchange import event
from registry.models import Agreement, AgreementFile, DpaEvent, DpaTemplateVersion, Release, Signature, guards
from tests import agreements


@pytest.fixture
def agreement(db):
    return agreements.in_force()


def file(agreement, kind="final"):
    return bytes(agreement.files.get(kind=kind).content)


def tampered(model, pk, **values):
    with guards.lifted():
        model.objects.filter(pk=pk).update(**values)


CHECKS = [
    "The documents that we keep have their digests.",
    "The record of the agreement says what its events say.",
    "The version of the template has its digest.",
    "The releases of the subprocessor list form a chain.",
    "The events of the request form a chain.",
    "The signatures have their digests.",
]


@pytest.mark.parametrize("kind", ["final", "issued", "text"])
def test_every_document_of_an_agreement_is_known_and_everything_behind_it_holds(agreement, kind):
    report = verify(file(agreement, kind))

    assert (report.agreement, report.holds, report.wrong) == (agreement, True, [])
    assert report.kind == AgreementFile.Kind(kind).label
    assert [check.what for check in report.checks] == CHECKS


def test_an_upload_is_known(db):
    agreement = agreements.countersign(agreements.uploaded())

    report = verify(file(agreement, "signed"))

    assert (report.agreement, report.kind, report.wrong) == (agreement, "as signed by the customer", [])


@pytest.mark.parametrize("made", ["issued", "accepted", "in_force", "ended"])
def test_agreements_hold_in_each_of_their_states(db, made):
    agreement = getattr(agreements, made)()

    report = verify(file(agreement, "issued"))

    assert (report.agreement, report.wrong) == (agreement, [])


def test_what_was_superseded_or_has_lapsed_holds_as_well(db):
    standing = agreements.in_force()
    agreements.dpa.move(agreements.DpaRequest.objects.get(pk=standing.request_id), "in_review", agreements.staff())
    lapsed = agreements.issue(standing.request)
    agreements.countersign(agreements.accept(agreements.issue(standing.request)))

    standing.refresh_from_db()
    lapsed.refresh_from_db()
    assert (standing.state, verify(file(standing)).wrong) == ("superseded", [])
    assert (lapsed.state, verify(file(lapsed, "issued")).wrong) == ("lapsed", [])


@pytest.mark.parametrize("change", [lambda file: file + b" ", lambda file: file[:-1], lambda file: b""])
def test_a_file_that_was_changed_by_a_byte_is_unknown(agreement, change):
    report = verify(change(file(agreement)))

    assert (report.agreement, report.kind, report.checks, report.holds) == (None, "", (), False)


# --- Each thing that can be changed, changed --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["text", "issued", "evidence", "final"])
def test_a_document_that_was_changed_or_lost_is_found(agreement, kind):
    held, kept = file(agreement, "issued"), agreement.files.get(kind=kind)
    label = AgreementFile.Kind(kind).label
    changed = bytes(kept.content) + b" "

    AgreementFile.objects.filter(pk=kept.pk).update(content=changed)
    assert verify(held).wrong == [f"This document is not as it was kept: {label}."]
    AgreementFile.objects.filter(pk=kept.pk).update(digest=witnessing.sha256(changed))
    assert verify(held).wrong == [f"This document is not as it was kept: {label}."]
    kept.delete()
    assert verify(held).wrong == [f"This document is missing: {label}."]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("text_digest", "0" * 64, ["issued (text)"]),
        ("final_digest", "0" * 64, ["countersigned (final)"]),
        ("in_force_on", "2020-01-01", ["countersigned (in_force_on)"]),
        ("way", "upload", ["accepted by the customer (way)"]),
        ("signed_digest", "0" * 64, ["accepted by the customer (signed)"]),
        ("release_id", 2, ["issued (release)"]),
        ("language", "da", ["issued (language)"]),
        ("annexes", ["I.A", "III"], ["issued (annexes)"]),
        ("region", "us", ["issued (region)"]),
    ],
)
def test_a_record_that_says_something_else_than_its_events_is_found(agreement, column, value, said):
    held = file(agreement, "issued")

    Agreement.objects.update(**{column: value})

    record = verify(held).checks[1]
    assert record.wrong == tuple(f"The record does not say what this event says: {found}." for found in said)


def test_an_upload_that_is_said_to_hold_the_document_unchanged_is_found(db):
    agreement = agreements.countersign(agreements.uploaded())
    held = file(agreement)

    Agreement.objects.update(unchanged=True)

    said = "The record does not say what this event says: accepted by the customer (unchanged)."
    assert (agreement.unchanged, verify(held).wrong) == (False, [said])


def test_an_agreement_that_is_said_to_supersede_another_is_found(agreement):
    other = agreements.in_force("other")

    Agreement.objects.filter(pk=agreement.pk).update(supersedes=other)

    assert verify(file(agreement)).wrong == ["The record does not say what this event says: issued (supersedes)."]


@pytest.mark.parametrize(
    ("made", "values", "event"),
    [
        # As if nobody had signed, by each of the two.
        (
            "in_force",
            {"state": "lapsed", "final_digest": "", "countersigned_at": None, "in_force_on": None},
            "countersigned",
        ),
        ("accepted", {"state": "offered", "accepted_at": None}, "accepted by the customer"),
        ("accepted", {"state": "offered"}, "accepted by the customer"),
        ("ended", {"state": "in_force", "ended_on": None}, "ended"),
    ],
)
def test_a_step_that_the_record_denies_is_found(db, made, values, event):
    agreement = getattr(agreements, made)()

    Agreement.objects.update(**values)

    said = f"The record does not say what this event says: {event} (state)."
    assert verify(file(agreement, "issued")).checks[1].wrong == (said,)


def test_an_end_that_no_event_tells_is_found(agreement):
    Agreement.objects.update(state="ended", ended_on="2026-01-01")

    assert verify(file(agreement)).wrong == ["This event is missing: ended."]


def test_a_version_that_was_changed_is_found(agreement):
    version = agreement.version
    said = ["The version of the template is not as it was published: quick 1."]

    tampered(DpaTemplateVersion, version.pk, content=version.content.replace("Agreement", "Disagreement", 1))
    assert verify(file(agreement)).wrong == said
    tampered(DpaTemplateVersion, version.pk, content=version.content, number=7)
    assert verify(file(agreement)).wrong == ["The version of the template is not as it was published: quick 7."]


def test_a_version_rewritten_with_its_digest_is_found_by_the_events(agreement):
    version = agreement.version
    content = version.content.replace("Agreement", "Disagreement", 1)
    tampered(DpaTemplateVersion, version.pk, content=content, digest=event.digest(content))

    assert verify(file(agreement)).wrong == ["The record does not say what this event says: issued (template)."]


def test_a_release_that_was_changed_is_found(agreement):
    release = agreement.release
    tampered(Release, release.pk, content=release.content.replace("OpenAI", "OpenAl", 1))

    assert verify(file(agreement)).wrong == ["Release 3: its digest is not that of its content."]


def test_an_event_that_was_changed_is_found(agreement):
    reference = agreement.request.reference
    found = agreement.events.get(kind="accepted")
    content = json.loads(found.content)
    content["facts"]["way"] = "upload"
    tampered(DpaEvent, found.pk, content=event.encode(content))

    assert verify(file(agreement)).wrong == [
        "The record does not say what this event says: accepted by the customer (way).",
        f"{reference}: event 4 is not as it was recorded.",
    ]


def test_a_chain_that_was_rewritten_whole_is_found_by_the_document_that_the_customer_holds(db):
    agreement = agreements.in_force(typeset=True)
    held, request, previous = file(agreement), agreement.request, ""
    assert verify(held).wrong == []

    # As if the request had come a year earlier, with every digest after it made anew.
    for found in request.events.order_by("number"):
        content = json.loads(found.content) | {"previous": previous}
        if found.number == 1:
            found.at = found.at.replace(year=2020)
            content["at"] = found.at.isoformat()
        text = event.encode(content)
        previous = event.digest(text)
        tampered(DpaEvent, found.pk, content=text, digest=previous, at=found.at)

    assert verify(file(agreement, "issued")).wrong == []
    assert verify(held).wrong == [
        f"{request.reference}: event {number} is not as it was recorded." for number in (1, 2, 3, 4)
    ]


def test_an_event_that_cannot_be_read_is_found(agreement):
    found = agreement.events.get(kind="accepted")
    tampered(DpaEvent, found.pk, content="nonsense")

    assert f"{agreement.request.reference}: event 4 is not as it was recorded." in verify(file(agreement)).wrong


@pytest.mark.parametrize("party", Signature.Party)
@pytest.mark.parametrize("column", ["name", "role", "address", "browser", "salt"])
def test_a_signature_that_was_changed_is_found(agreement, party, column):
    Signature.objects.filter(party=party).update(**{column: "Mallory"})

    assert verify(file(agreement)).wrong == [f"This party’s signature is not as it was kept: {party.label}."]


def test_a_signature_whose_time_was_changed_or_that_is_gone_is_found(agreement):
    Signature.objects.filter(party="customer").update(at="2020-01-01T00:00Z")
    assert verify(file(agreement)).wrong == ["This party’s signature is not as it was kept: customer."]

    Signature.objects.filter(party="customer").delete()
    assert verify(file(agreement)).wrong == ["This party’s signature is missing: customer."]


def test_after_the_erasure_what_is_left_is_checked(agreement):
    held = file(agreement)
    agreement.files.all().delete()
    agreement.signatures.all().delete()
    Agreement.objects.update(erased_at=agreement.issued_at)

    assert verify(held).wrong == []

    Agreement.objects.update(text_digest="0" * 64)
    assert verify(held).wrong == ["The record does not say what this event says: issued (text)."]
