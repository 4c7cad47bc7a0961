"""Check a document that somebody holds against what we keep: the evidence of an agreement, end to end."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from ..exchange import event, evidence_page, template_content
from ..exchange.digest import sha256
from ..models import Agreement, AgreementFile, DpaEvent, Signature
from . import eventing, signatures, verifying

Kind, State = AgreementFile.Kind, Agreement.State
# By the last of its events: where an agreement may be.
_STATES = {
    DpaEvent.Kind.ENDED: {State.ENDED},
    DpaEvent.Kind.SUPERSEDED: {State.SUPERSEDED},
    DpaEvent.Kind.COUNTERSIGNED: {State.IN_FORCE},
    DpaEvent.Kind.ACCEPTED: {State.ACCEPTED, State.LAPSED},
    DpaEvent.Kind.ISSUED: {State.OFFERED, State.LAPSED},
}


@dataclass(frozen=True)
class Check:
    """Something that was checked, and what is wrong with it, in sentences; nothing where it holds."""

    what: str
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """`agreement` and `kind` say which document of which agreement a file is; None and empty where it is none."""

    digest: str
    agreement: Agreement | None
    kind: str
    checks: tuple[Check, ...] = ()

    @property
    def wrong(self) -> list[str]:
        return [sentence for check in self.checks for sentence in check.wrong]

    @property
    def holds(self) -> bool:
        return self.agreement is not None and not self.wrong


def verify(content: bytes) -> Report:
    """A file that was changed by as little as a byte is unknown."""
    digest = sha256(content)
    known = Q(final_digest=digest) | Q(signed_digest=digest) | Q(issued_digest=digest) | Q(text_digest=digest)
    found = Agreement.objects.filter(known).select_related("request", "version", "release", "supersedes").first()
    if found is None:
        return Report(digest, None, "")
    columns = {name: kind for kind, name in _columns(found).items()}
    return Report(digest, found, str(Kind(columns[digest]).label), tuple(_checks(found, content)))


def _columns(agreement: Agreement) -> dict[str, str]:
    """Digests by the kind of document. What a customer accepted on the page is the document as issued."""
    return {
        Kind.SIGNED: agreement.signed_digest,
        Kind.ISSUED: agreement.issued_digest,
        Kind.TEXT: agreement.text_digest,
        Kind.FINAL: agreement.final_digest,
    }


def _checks(agreement: Agreement, content: bytes) -> Iterator[Check]:
    told = _told(agreement)
    yield Check(_("The documents that we keep have their digests."), tuple(_documents(agreement, told)))
    yield Check(_("The record of the agreement says what its events say."), tuple(_record(agreement, told)))
    yield Check(_("The version of the template has its digest."), tuple(_version(agreement)))
    yield Check(_("The releases of the subprocessor list form a chain."), tuple(verifying.verify()))
    events = [*eventing.broken(agreement.request), *_printed(agreement, content)]
    yield Check(_("The events of the request form a chain."), tuple(events))
    yield Check(_("The signatures have their digests."), tuple(_signatures(agreement, told)))


def _told(agreement: Agreement) -> dict[str, dict[str, Any]]:
    """What the events say of an agreement, by kind."""
    told = {}
    for found in agreement.events.order_by("number"):
        try:
            told[found.kind] = event.read(found.content)["facts"]
        except (ValueError, KeyError):
            # That it cannot be read is told of the chain.
            told[found.kind] = {}
    return told


def _documents(agreement: Agreement, told: dict[str, dict[str, Any]]) -> Iterator[str]:
    kept = {file.kind: file for file in agreement.files.all()}
    if agreement.erased_at and not kept:
        return
    due = {Kind.TEXT, Kind.ISSUED}
    due |= {Kind.SIGNED} if agreement.way == Agreement.Way.UPLOAD else set()
    due |= {Kind.EVIDENCE, Kind.FINAL} if agreement.state in Agreement.SIGNED else set()
    columns = _columns(agreement) | {Kind.EVIDENCE: told.get(DpaEvent.Kind.COUNTERSIGNED, {}).get("evidence")}
    for kind in sorted(due | kept.keys()):
        said = {"document": str(Kind(kind).label)}
        if kind not in kept:
            yield _("This document is missing: %(document)s.") % said
        elif not sha256(bytes(kept[kind].content)) == kept[kind].digest == columns[kind]:
            yield _("This document is not as it was kept: %(document)s.") % said


def _printed(agreement: Agreement, content: bytes) -> Iterator[str]:
    """A chain that was rewritten whole is a chain again; what both parties hold still shows the events of the day."""
    if sha256(content) != agreement.final_digest:
        return
    shown = evidence_page.digests_in(content)
    if agreement.text_digest not in shown:
        # Nothing can be read of it. It is the file that we keep all the same, by its own digest.
        return
    signed = agreement.events.filter(kind=DpaEvent.Kind.COUNTERSIGNED).first()
    for found in agreement.request.events.filter(number__lt=signed.number if signed else 0).order_by("number"):
        if found.digest not in shown:
            yield _("%(reference)s: event %(number)s is not as it was recorded.") % {
                "reference": agreement.request.reference,
                "number": found.number,
            }


def _record(agreement: Agreement, told: dict[str, dict[str, Any]]) -> Iterator[str]:
    expected, found = _expected(agreement), False
    for kind, facts in expected.items():
        said = told.get(kind)
        if said is None:
            found = True
            yield _("This event is missing: %(event)s.") % {"event": str(kind.label)}
            continue
        for name in (name for name, value in facts.items() if said.get(name) != value):
            found = True
            yield _contradicted(kind, name)
    latest = next((kind for kind in _STATES if kind in told), None)
    if latest and not found and agreement.state not in _STATES[latest]:
        yield _contradicted(latest, "state")


def _contradicted(kind: DpaEvent.Kind, name: str) -> str:
    return _("The record does not say what this event says: %(event)s (%(name)s).") % {
        "event": str(kind.label),
        "name": name,
    }


def _expected(agreement: Agreement) -> dict[DpaEvent.Kind, dict[str, Any]]:
    """What the events say, by the record."""
    issued = {
        "text": agreement.text_digest,
        "issued": agreement.issued_digest,
        "template": agreement.version.digest,
        "release": agreement.release.digest,
        "language": agreement.language,
        "annexes": agreement.annexes,
        "region": agreement.region,
        "supersedes": agreement.supersedes.reference if agreement.supersedes else "",
    }
    expected: dict[DpaEvent.Kind, dict[str, Any]] = {DpaEvent.Kind.ISSUED: issued}
    if agreement.accepted_at:
        accepted: dict[str, Any] = {"way": agreement.way, "signed": agreement.signed_digest}
        accepted |= {"unchanged": agreement.unchanged} if agreement.way == Agreement.Way.UPLOAD else {}
        expected[DpaEvent.Kind.ACCEPTED] = accepted
    if agreement.in_force_on:
        day = agreement.in_force_on.isoformat()
        expected[DpaEvent.Kind.COUNTERSIGNED] = {"final": agreement.final_digest, "in_force_on": day}
    if agreement.ended_on:
        expected[DpaEvent.Kind(agreement.state)] = {"on": agreement.ended_on.isoformat()}
    return expected


def _version(agreement: Agreement) -> Iterator[str]:
    version = agreement.version
    said = {"template": str(version)}
    if template_content.digest(version.content) != version.digest:
        yield _("The version of the template is not as it was published: %(template)s.") % said
        return
    try:
        content = template_content.decode(version.content)
    except ValueError:
        yield _("The version of the template cannot be read: %(template)s.") % said
        return
    if (content["template"], content["number"]) != (version.template.key, version.number):
        yield _("The version of the template is not as it was published: %(template)s.") % said


def _signatures(agreement: Agreement, told: dict[str, dict[str, Any]]) -> Iterator[str]:
    kept = {signature.party: signature for signature in agreement.signatures.all()}
    if agreement.erased_at and not kept:
        return
    due = {
        Signature.Party.CUSTOMER: (agreement.accepted_at, DpaEvent.Kind.ACCEPTED),
        Signature.Party.PROVIDER: (agreement.countersigned_at, DpaEvent.Kind.COUNTERSIGNED),
    }
    for party, (at, kind) in due.items():
        said = {"party": str(party.label)}
        if at and party not in kept:
            yield _("This party’s signature is missing: %(party)s.") % said
        elif party in kept and (
            signatures.digest(kept[party]) != told.get(kind, {}).get("signature") or kept[party].at != at
        ):
            yield _("This party’s signature is not as it was kept: %(party)s.") % said
