"""The customer signs what was issued: on the page, or elsewhere with an upload. The provider: see countersigning.py."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..exchange import upload as uploads
from ..exchange.digest import sha256
from ..exchange.upload import NotAcceptable
from ..models import Agreement, AgreementFile, Delivery, DpaRequest, Signature
from . import signatures
from .cases import CannotMove, saved
from .countersigning import countersign, end
from .dpa_moves import entered, now, queue
from .issuing import keep

__all__ = ["NotAcceptable", "Replaced", "accept", "countersign", "end", "offered", "tell_changes", "upload"]

State, Way = Agreement.State, Agreement.Way


class Replaced(CannotMove):
    """Another document has come in the place of the one that the customer looked at."""


def offered(request: DpaRequest) -> Agreement | None:
    """The document that the customer may accept now."""
    found = request.agreements.filter(state=State.OFFERED, open_until__gt=timezone.now())
    return found.filter(request__erased_at__isnull=True).select_related("version", "release").first()


def accept(
    request: DpaRequest, digest: str, *, name: str, role: str, address: str = "", browser: str = ""
) -> Agreement:
    """The customer accepts the document with this digest, on their page; the same twice is once.

    Raise Replaced where another one was issued meanwhile, ValidationError for a name or role that cannot be, CannotMove
    where it is too late.
    """
    shown = _shown(request, digest)
    said = {"name": name, "role": role, "address": address, "browser": browser}
    signature = signatures.made(shown, Signature.Party.CUSTOMER, timezone.now(), **said)
    with transaction.atomic():
        found = now(request)
        agreement = _shown(found, digest)
        if _repeats(agreement, Way.CLICK, digest, signature):
            return agreement
        return _accepted(found, agreement, signature, Way.CLICK, digest)


def upload(
    request: DpaRequest, digest: str, content: bytes, *, name: str, role: str, address: str = "", browser: str = ""
) -> Agreement:
    """The customer signed the document with this digest elsewhere. Raise NotAcceptable with what is wrong with the
    file, and as `accept` does."""
    shown = _shown(request, digest)
    said = {"name": name, "role": role, "address": address, "browser": browser}
    signature = signatures.made(shown, Signature.Party.CUSTOMER, timezone.now(), **said)
    signed = sha256(content)
    if signed == digest:
        raise NotAcceptable("unsigned")
    looked = uploads.accepted(content)
    with transaction.atomic():
        found = now(request)
        agreement = _shown(found, digest)
        if _repeats(agreement, Way.UPLOAD, signed, signature):
            return agreement
        issued = agreement.files.get(kind=AgreementFile.Kind.ISSUED)
        agreement.unchanged = uploads.begins_with(content, bytes(issued.content))
        facts = {"unchanged": agreement.unchanged, "signatures": looked.signatures}
        _accepted(found, agreement, signature, Way.UPLOAD, signed, **facts)
        keep(agreement, AgreementFile.Kind.SIGNED, content)
    return agreement


def tell_changes(agreement: Agreement, wanted: bool) -> Agreement:
    """Whether the customer is mailed when what they signed changes: as they say, on their page."""
    with transaction.atomic():
        now(agreement.request)
        found = Agreement.objects.get(pk=agreement.pk)
        if found.tell_changes == wanted:
            return found
        found.tell_changes = wanted
        return saved(found, None)


def _shown(request: DpaRequest, digest: str) -> Agreement:
    """The document that the customer looked at. Raise Replaced or CannotMove where it has lapsed or is none."""
    found = request.agreements.filter(issued_digest=digest).select_related("version", "release").first()
    if found and found.state != State.LAPSED:
        return found
    if request.agreements.offered().exists():
        raise Replaced(
            _("Another document has come in the place of the one that you looked at. Please read the new one.")
        )
    raise CannotMove(_("This document cannot be accepted any more."))


def _repeats(agreement: Agreement, way: str, signed: str, signature: Signature) -> bool:
    """Whether this is an acceptance that we have. Raise CannotMove where it is not, and comes too late."""
    if agreement.state == State.OFFERED:
        if agreement.open_until <= timezone.now():
            raise CannotMove(_("The time to accept this document is over. Ask us for a new one."))
        return False
    same = {"party": signature.party, "name": signature.name, "role": signature.role}
    if (agreement.way, agreement.signed_digest) == (way, signed) and agreement.signatures.filter(**same).exists():
        return True
    raise CannotMove(_("This document has been accepted already."))


def _accepted(
    request: DpaRequest, agreement: Agreement, signature: Signature, way: str, signed: str, **facts: Any
) -> Agreement:
    agreement.state, agreement.way, agreement.signed_digest = State.ACCEPTED, way, signed
    agreement.accepted_at = signature.at
    saved(agreement, None)
    signature.save(force_insert=True)
    facts |= {"way": way, "signed": signed, "signature": signatures.digest(signature)}
    entered(request, DpaRequest.State.ACCEPTED, agreement=agreement, **facts)
    queue(request, Delivery.Kind.DPA_ACCEPTED, Delivery.Kind.DPA_TASK, event=agreement.reference)
    return agreement
