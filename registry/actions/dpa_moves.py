"""How a DPA request gets from one state to the next, whoever moves it: locked, as it was seen, with its event."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import Agreement, Delivery, DpaRequest
from . import cases, eventing, mailing
from .cases import CannotMove, Overtaken, saved

State = DpaRequest.State
# In these a document stands that the customer may accept, or has.
OFFERING = (State.ISSUED, State.ACCEPTED, State.COUNTERSIGNED)


def locked(seen: DpaRequest) -> DpaRequest:
    """The request as it is, for this transaction. Raise Overtaken where it is not as `seen` any more, CannotMove where
    its person has been erased."""
    request = now(seen)
    if (request.state, request.since, request.assignee_id) != (seen.state, seen.since, seen.assignee_id):
        raise Overtaken(_("Somebody else has changed this request since you opened it. Look at it, then decide again."))
    return request


def now(seen: DpaRequest) -> DpaRequest:
    """The request as it is, for this transaction, whatever somebody saw."""
    gone = _("The personal data of this request has been erased. Nothing more can happen to it.")
    request: DpaRequest = cases.locked(seen, gone)
    return request


def entered(
    request: DpaRequest, to: str, by: Any = None, *, agreement: Agreement | None = None, **facts: Any
) -> DpaRequest:
    """Move a locked request. Raise CannotMove where DpaRequest.MOVES does not allow it. What was offered lapses where
    the request leaves it."""
    if not request.may_move_to(to):
        raise CannotMove(_("This request cannot be moved to that state."))
    at = timezone.now()
    if to not in OFFERING:
        lapse(request, by)
    request.state, request.since = to, at
    request.ended_at = at if to in DpaRequest.ENDED else None
    eventing.record(request, to, agreement, **facts)
    return saved(request, by)


def lapse(request: DpaRequest, by: Any) -> None:
    """What was offered, or accepted and not countersigned, cannot be accepted any more."""
    for agreement in request.agreements.offered():
        agreement.state = Agreement.State.LAPSED
        saved(agreement, by)


def queue(
    request: DpaRequest,
    *kinds: Delivery.Kind,
    event: str = "",
    due_at: datetime | None = None,
    priority: int = Delivery.Priority.AWAITED,
) -> None:
    """Mails about a request, in this transaction; of one kind and event one."""
    due_at = due_at or timezone.now()
    mails = [Delivery(kind=kind, request=request, event=event, due_at=due_at, priority=priority) for kind in kinds]
    Delivery.objects.bulk_create(mails, ignore_conflicts=True)
    mailing.pump.enqueue()
