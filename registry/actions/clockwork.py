"""What time alone does: the queue of mails goes on, offers expire, customers are reminded, personal data is erased."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Q, QuerySet
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from ..models import Agreement, Delivery, DpaRequest, ServiceProfile
from . import cases, dpa, erasing, issuing, mailing
from .cases import CannotMove
from .dpa_moves import now, queue

logger = logging.getLogger(__name__)

# After a retention that failed; else it is once a day.
AGAIN_AFTER = timedelta(hours=1)


def keep_going() -> None:
    """All that is due. The worker calls this every few seconds; any number of workers may, at the same moment.

    Whatever fails keeps nothing else from its turn; a database that does not answer is for the caller.
    """
    for step in (mailing.keep_going, expire, remind, issuing.issue_waiting, retain):
        _alone(step)


def _alone(step: Callable[[], object]) -> None:
    try:
        step()
    except (DatabaseError, InterfaceError):
        raise
    except Exception as error:
        # By its class alone: the words of an error may hold a person.
        logger.error("%s failed: %s", step.__name__, type(error).__name__)


def expire() -> int:
    """End requests that nobody verified, and documents that nobody accepted, in time; how many."""
    at = timezone.now()
    # Of one request there is one document on offer at most.
    over = Q(state=DpaRequest.State.ISSUED, agreements__in=Agreement.objects.offered().filter(open_until__lt=at))
    unverified = Q(state=DpaRequest.State.RECEIVED, verify_by__lt=at)
    return sum(_expired(request) for request in DpaRequest.objects.filter(over | unverified, erased_at=None).distinct())


def _expired(request: DpaRequest) -> bool:
    try:
        return dpa.expire(request)
    except CannotMove:
        # Erased, or moved, since we looked.
        return False


# --- Reminders --------------------------------------------------------------------------------------------------------


def remind() -> int:
    """Remind customers of documents that wait for them, on the days that the profile states; how many.

    After a standstill one reminder makes up for all that were missed. A day that staff adds later reminds nobody who
    has been reminded after it.
    """
    profile = ServiceProfile.load()
    if profile is None or not profile.reminders:
        return 0
    at, zone = timezone.now(), ZoneInfo(profile.time_zone)
    told, reminded = _reminded(), 0
    open_now = Agreement.objects.filter(
        state=Agreement.State.OFFERED, open_until__gt=at, erased_at=None, request__state=DpaRequest.State.ISSUED
    )
    for agreement in open_now.select_related("request"):
        day = _last_due(agreement.issued_at, profile.reminders, at, zone)
        if day is not None and day > told.get(agreement.reference, 0):
            reminded += _remind(agreement, day)
    return reminded


def _last_due(issued_at: datetime, days: list[int], at: datetime, zone: ZoneInfo) -> int | None:
    """The latest of the days that is over: by the clock on the wall of that zone, not by the hours between."""
    issued = issued_at.astimezone(zone)
    return max((day for day in days if issued + timedelta(days=day) <= at), default=None)


def _reminded() -> dict[str, int]:
    """By reference of a document: the latest day of which its customer has been reminded."""
    mails = Delivery.objects.filter(kind=Delivery.Kind.DPA_REMINDER, request__state=DpaRequest.State.ISSUED)
    found: dict[str, int] = {}
    for event in mails.values_list("event", flat=True):
        reference, _blank, day = event.partition(" ")
        found[reference] = max(int(day), found.get(reference, 0))
    return found


def _remind(agreement: Agreement, day: int) -> bool:
    """Queue a reminder, unless the customer has accepted, withdrawn or been erased since we looked."""
    with transaction.atomic():
        try:
            request = now(agreement.request)
        except CannotMove:
            return False
        still = request.agreements.filter(pk=agreement.pk, state=Agreement.State.OFFERED)
        if request.state != DpaRequest.State.ISSUED or not still.exists():
            return False
        event = f"{agreement.reference} {day}"
        if request.deliveries.filter(kind=Delivery.Kind.DPA_REMINDER, event=event).exists():
            return False
        queue(request, Delivery.Kind.DPA_REMINDER, event=event)
    return True


# --- Retention, once a day --------------------------------------------------------------------------------------------


@task()
def retention() -> dict[str, int]:
    """Without arguments, so that the queue's tables hold nothing about anybody; its result are counts."""
    done = erasing.apply_retention()
    logger.info("Retention. %s.", done)
    return {"erased": len(done.erased), "held": len(done.held), "failed": len(done.failed)}


def retain() -> bool:
    """Have people erased whose time is over: one task a day, which begins in the profile's time zone, for all workers.

    A worker that dies of it, or in it, loses nothing: `mailing.keep_going` puts its task back.
    """
    if _begun().exists():
        return False
    with transaction.atomic():
        cases.one_at_a_time(retention.module_path)
        if _begun().exists():
            return False
        retention.enqueue()
    return True


def _begun() -> QuerySet[DBTaskResult]:
    """Tasks of today, or still to be done; but for those that failed a while ago."""
    at = timezone.now()
    profile = ServiceProfile.load()
    zone = ZoneInfo(profile.time_zone if profile else "UTC")
    midnight = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    ahead = Q(status__in=(TaskResultStatus.READY, TaskResultStatus.RUNNING))
    found = DBTaskResult.objects.filter(Q(enqueued_at__gte=midnight) | ahead, task_path=retention.module_path)
    return found.exclude(status=TaskResultStatus.FAILED, finished_at__lt=at - AGAIN_AFTER)
