"""The provider signs what the customer has accepted; and later the agreement ends."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from ..exchange import agreement_paper, event, event_names, evidence_page, pdf
from ..exchange import content as shape
from ..exchange.digest import sha256
from ..exchange.evidence_page import Evidence, Happened, Signed, attached_as
from ..exchange.pdf import Attachment, Paper, Unfinished
from ..models import Agreement, AgreementFile, Delivery, DpaEvent, DpaRequest, ServiceProfile, Signature
from . import drawing_up, eventing, signatures
from .cases import CannotMove, Overtaken, saved
from .dpa_moves import entered, locked, now, queue
from .issuing import keep

State, Kind = Agreement.State, AgreementFile.Kind


@dataclass(frozen=True)
class Final:
    """What both parties will hold, and the end of the chain of events that it tells."""

    evidence: str
    content: bytes
    last: str


def countersign(seen: DpaRequest, agreement: Agreement, by: Any, *, name: str, role: str) -> Agreement:
    """The provider signs. What the agreement supersedes ends on the same day.

    Raise Overtaken where the request is not as `seen` any more, ValidationError, CannotMove.
    """
    found = _to_countersign(seen, agreement)
    at, day = timezone.now(), _today()
    signature = signatures.made(found, Signature.Party.PROVIDER, at, name=name, role=role, by=by)
    final = _final(found, signature, day)
    with transaction.atomic():
        _lock(seen, found.supersedes)
        request = locked(seen)
        found = _to_countersign(request, agreement)
        if _last(request) != final.last:
            raise _overtaken()
        signature.agreement = found
        signature.save(force_insert=True)
        found.state, found.countersigned_at, found.in_force_on = State.IN_FORCE, at, day
        found.final_digest = sha256(final.content)
        found.tell_changes |= _wants_changes(found.supersedes, request)
        saved(found, by)
        evidence = keep(found, Kind.EVIDENCE, final.evidence.encode())
        keep(found, Kind.FINAL, final.content)
        entered(
            request,
            DpaRequest.State.COUNTERSIGNED,
            by,
            agreement=found,
            final=found.final_digest,
            evidence=evidence.digest,
            signature=signatures.digest(signature),
            in_force_on=day.isoformat(),
        )
        _supersede(found, by)
        queue(request, Delivery.Kind.DPA_FINAL, event=found.reference)
    return found


def end(agreement: Agreement, on: date, by: Any) -> Agreement:
    """The contract has ended: the limitation period begins. Raise CannotMove."""
    with transaction.atomic():
        request = now(agreement.request)
        found = request.agreements.get(pk=agreement.pk)
        if not found.may_move_to(State.ENDED):
            raise CannotMove(_("This agreement is not in force."))
        if not (found.in_force_on and found.in_force_on <= on <= _today()):
            raise CannotMove(_("An agreement ends on a day between the one it came into force on and today."))
        _ended(found, State.ENDED, on, by)
    return found


def _to_countersign(request: DpaRequest, agreement: Agreement) -> Agreement:
    found = request.agreements.select_related("request", "version__template", "release", "supersedes").get(
        pk=agreement.pk
    )
    if not found.may_move_to(State.IN_FORCE):
        raise CannotMove(_("This agreement waits for no signature of yours."))
    return found


def _overtaken() -> Overtaken:
    return Overtaken(_("Somebody else has changed this request since you opened it. Look at it, then decide again."))


def _today() -> date:
    profile = ServiceProfile.load()
    return profile.today() if profile else timezone.now().date()


def _last(request: DpaRequest) -> str:
    found = request.events.order_by("-number").first()
    return found.digest if found else ""


# --- What is superseded -----------------------------------------------------------------------------------------------


def _lock(request: DpaRequest, supersedes: Agreement | None) -> None:
    """Both requests always in one order: no two countersignatures wait for each other."""
    both = {request.pk, supersedes.request_id} if supersedes else {request.pk}
    list(DpaRequest.objects.select_for_update().filter(pk__in=both).order_by("pk"))


def _supersede(agreement: Agreement, by: Any) -> None:
    """What has ended meanwhile stays as it ended."""
    before = Agreement.objects.filter(successors=agreement).select_related("request").first()
    if before and before.may_move_to(State.SUPERSEDED):
        _ended(before, State.SUPERSEDED, agreement.in_force_on, by, by_agreement=agreement.reference)


def _wants_changes(before: Agreement | None, request: DpaRequest) -> bool:
    """Whether the same person has asked to be mailed of changes to what is superseded: the wish outlives that."""
    return bool(before and before.request_id == request.pk and before.tell_changes)


def _ended(agreement: Agreement, to: str, on: date | None, by: Any, **facts: Any) -> None:
    agreement.state, agreement.ended_on = to, on
    saved(agreement, by)
    eventing.record(agreement.request, to, agreement, on=on.isoformat() if on else "", **facts)


# --- The final document -----------------------------------------------------------------------------------------------


def _final(agreement: Agreement, provider: Signature, day: date) -> Final:
    """The text once more with the evidence behind it, and what was signed inside. It runs in no transaction."""
    files = {file.kind: bytes(file.content) for file in agreement.files.all()}
    events = list(agreement.request.events.order_by("number"))
    customer = agreement.signatures.filter(party=Signature.Party.CUSTOMER).first()
    if customer is None or Kind.TEXT not in files:
        # Erased since we looked.
        raise _overtaken()
    text = files[Kind.TEXT].decode()
    evidence = evidence_page.html(_evidence(agreement, customer, provider, evidence_page.heading(text), events))
    try:
        made = pdf.pdf(text + evidence, _paper(agreement, text, files, day))
    except Unfinished as error:
        raise CannotMove(drawing_up.unfinished()) from error
    return Final(evidence, made, events[-1].digest)


def _evidence(
    agreement: Agreement, customer: Signature, provider: Signature, title: str, events: list[DpaEvent]
) -> Evidence:
    accepted = [found for found in events if (found.kind, found.agreement_id) == (DpaEvent.Kind.ACCEPTED, agreement.pk)]
    facts = event.read(accepted[-1].content)["facts"]
    company = shape.decode(agreement.release.content)["service"]["provider"]
    with override(agreement.language):
        names = event_names.happened(company)
        happened = [Happened(found.number, names[found.kind], found.at, found.digest) for found in events]
    return Evidence(
        reference=agreement.reference,
        request=agreement.request.reference,
        language=agreement.language,
        template=title,
        version=agreement.version.number,
        version_digest=agreement.version.digest,
        release=agreement.release.number,
        release_digest=agreement.release.digest,
        text_digest=agreement.text_digest,
        issued_digest=agreement.issued_digest,
        signed_digest=agreement.signed_digest,
        way=agreement.way,
        unchanged=agreement.unchanged,
        signatures=facts.get("signatures", 0),
        customer=_signed(customer),
        provider=_signed(provider),
        events=tuple(happened),
        supersedes=agreement.supersedes.reference if agreement.supersedes else "",
    )


def _signed(signature: Signature) -> Signed:
    return Signed(
        name=signature.name,
        role=signature.role,
        at=signature.at,
        address=signature.address,
        browser=signature.browser,
        digest=signatures.digest(signature),
    )


def _paper(agreement: Agreement, text: str, files: dict[str, bytes], day: date) -> Paper:
    with override(agreement.language):
        inside = {
            Kind.ISSUED: _("The document as issued"),
            Kind.SIGNED: _("The document as signed by the customer"),
        }
    return Paper(
        title=evidence_page.heading(text),
        language=agreement.language,
        day=day,
        footer=agreement_paper.footer(
            agreement.language,
            reference=agreement.reference,
            release=agreement.release.number,
            release_digest=agreement.release.digest,
            version=agreement.version.number,
            version_digest=agreement.version.digest,
            text_digest=agreement.text_digest,
        ),
        attachments=[
            Attachment(attached_as(agreement.reference, kind), files[kind], described)
            for kind, described in inside.items()
            if kind in files
        ],
        author=shape.decode(agreement.release.content)["service"]["provider"],
        address=settings.PUBLIC_URL,
    )
