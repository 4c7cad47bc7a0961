"""Issue a document on a DPA request: drawn up outside any transaction, kept and told of in one."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..exchange.digest import sha256
from ..exchange.mailbox import mailbox
from ..exchange.pdf import Unprintable
from ..models import Agreement, AgreementFile, Delivery, DpaRequest, ServiceProfile
from ..models.agreement import new_reference
from ..models.profile import Unreviewed
from . import drawing_up
from .cases import CannotMove, Overtaken, saved
from .dpa_moves import entered, lapse, locked, queue
from .drafting import draft, numbered, save_draft
from .drawing_up import CannotIssue, Document, preview, problems

__all__ = [
    "CannotIssue",
    "draft",
    "issue",
    "issue_unreviewed",
    "issue_waiting",
    "preview",
    "problems",
    "save_draft",
]

logger = logging.getLogger(__name__)

State = DpaRequest.State
# So long the door has for itself to issue what needs no review; then the worker takes it for lost.
LOST = timedelta(minutes=1)


def issue(seen: DpaRequest, number: int, by: Any, *, expected: str = "") -> Agreement:
    """Issue the document of the draft with this number; `expected` is the digest of the preview that somebody looked
    at. An earlier offer lapses.

    Raise CannotIssue with every problem, Overtaken where anything has changed meanwhile, CannotMove.
    """
    request = DpaRequest.objects.select_related("requester").get(pk=seen.pk)
    if not request.may_move_to(State.ISSUED):
        raise CannotMove(_("This request cannot be moved to that state."))
    edited = draft(request)
    numbered(edited, number)
    looked = preview(request, edited) if expected else None
    if looked and looked.digest != expected:
        raise _changed()
    drawn = drawing_up.draw_up(edited, new_reference())
    # What was published between the two would be signed by a customer and seen by nobody here.
    if looked and replace(drawn.terms, reference=looked.terms.reference) != looked.terms:
        raise _changed()
    try:
        content = drawn.pdf()
    except Unprintable as error:
        raise CannotIssue([drawing_up.unprintable(error)]) from error
    with transaction.atomic():
        request = locked(seen)
        _unmoved(request, drawn)
        return _offer(request, drawn, content, by)


def _unmoved(request: DpaRequest, drawn: Document) -> None:
    """Raise Overtaken where the document would be another one by now."""
    edited = draft(request)
    numbered(edited, drawn.draft.number)
    if not drawn.holds(edited):
        raise _changed()


def _changed() -> Overtaken:
    return Overtaken(_("The document would not say any more what you looked at. Look at it, then decide again."))


def _offer(request: DpaRequest, drawn: Document, content: bytes, by: Any) -> Agreement:
    edited, at = drawn.draft, timezone.now()
    lapse(request, by)
    agreement = Agreement(
        reference=drawn.terms.reference,
        request=request,
        version=drawn.version,
        release=drawn.release,
        language=edited.language,
        country=edited.country,
        region=edited.region,
        annexes=drawn.annexes,
        supersedes=edited.supersedes,
        text_digest=drawn.digest,
        issued_digest=sha256(content),
        issued_at=at,
        open_until=at + timedelta(days=drawn.profile.offer_days),
    )
    saved(agreement, by)
    keep(agreement, AgreementFile.Kind.TEXT, drawn.html.encode())
    keep(agreement, AgreementFile.Kind.ISSUED, content)
    entered(
        request,
        State.ISSUED,
        by,
        agreement=agreement,
        text=agreement.text_digest,
        issued=agreement.issued_digest,
        template=drawn.version.digest,
        release=drawn.release.digest,
        language=agreement.language,
        annexes=agreement.annexes,
        region=agreement.region,
        supersedes=edited.supersedes.reference if edited.supersedes else "",
    )
    queue(request, Delivery.Kind.DPA_ISSUED, event=agreement.reference)
    return agreement


def keep(agreement: Agreement, kind: str, content: bytes) -> AgreementFile:
    return AgreementFile.objects.create(agreement=agreement, kind=kind, content=content, digest=sha256(content))


# --- Without review ---------------------------------------------------------------------------------------------------


def issue_unreviewed(request: DpaRequest) -> Agreement | None:
    """Issue the standard document on a verified request, where the profile asks for no review; else None.

    What cannot be issued goes into review: nobody but staff can help it.
    """
    seen = DpaRequest.objects.select_related("requester").filter(pk=request.pk).first()
    profile = ServiceProfile.load()
    if seen is None or profile is None or not _unreviewed(seen, profile):
        return None
    try:
        return issue(seen, 0, None)
    except Overtaken:
        # Somebody else has seen to it.
        return None
    except CannotIssue:
        _to_review(seen)
    except (DatabaseError, InterfaceError) as error:
        # It stays where it is: the worker tries again.
        logger.warning("The document of %s was not issued yet: %s", seen.reference, type(error).__name__)
    except Exception as error:
        # By its class alone: the words of an error may hold what somebody typed.
        logger.error("The document of %s was not issued: %s", seen.reference, type(error).__name__)
        _to_review(seen)
    return None


def _unreviewed(request: DpaRequest, profile: ServiceProfile) -> bool:
    if request.state != State.VERIFIED or request.assignee_id or not hasattr(request, "requester"):
        return False
    if profile.unreviewed == Unreviewed.KNOWN:
        return mailbox(request.requester.email).rpartition("@")[2] in profile.domains
    return profile.unreviewed == Unreviewed.ALL


def _to_review(seen: DpaRequest) -> None:
    try:
        with transaction.atomic():
            entered(locked(seen), State.IN_REVIEW)
    except CannotMove:
        return


def issue_waiting() -> None:
    """Whatever died between verifying and issuing. The worker calls this every few seconds."""
    profile = ServiceProfile.load()
    if profile is None or profile.unreviewed == Unreviewed.NONE:
        return
    lost = DpaRequest.objects.with_identity().filter(
        state=State.VERIFIED, assignee=None, draft=None, erased_at=None, since__lt=timezone.now() - LOST
    )
    for request in lost.select_related("requester").order_by("since"):
        # What waits for staff costs nothing here, however much it is.
        if _unreviewed(request, profile):
            issue_unreviewed(request)
