"""Erase the people behind requests, subscriptions and objections: by the clock, by name, and after a restore."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.core.cache import caches
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Model, Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from ..models import (
    AgreementFile,
    Attempt,
    DpaDraft,
    DpaLink,
    DpaNote,
    DpaRequest,
    DpaRequester,
    Erasure,
    Objection,
    ObjectionNote,
    Objector,
    ServiceProfile,
    Signature,
    Subscriber,
    SubscriberIdentity,
)
from . import dpa, keeping, notifying, objecting
from .cases import CannotMove, leave_no_trace
from .keeping import Kept

__all__ = ["Due", "Kept", "NoSuchReference", "Retention", "apply_retention", "erase_named", "replay_erasures"]

logger = logging.getLogger(__name__)

# Whose rows are erased.
_PERSONAL: tuple[type[Model], ...] = (
    *(DpaRequester, DpaNote, DpaDraft, DpaLink, AgreementFile, Signature),
    *(Objector, ObjectionNote, SubscriberIdentity),
)
# Finished tasks are of no more use than for a look at what happened today; the day of a time zone may have 25 hours.
TASKS_KEPT = timedelta(hours=26)

State = DpaRequest.State


class NoSuchReference(Exception):
    """Nothing of ours has this reference."""


class _Kind(NamedTuple):
    """Records whose person can be erased."""

    model: Any
    erase: Callable[..., bool]


_KINDS = (
    _Kind(DpaRequest, dpa.erase),
    _Kind(Objection, objecting.erase),
    _Kind(Subscriber, notifying.erase),
)


def erase_named(reference: str, ground: str = Erasure.Ground.REQUEST) -> bool:
    """Erase by reference number; False where that was done before. Raise NoSuchReference, or Kept: whoever asked for it
    is told the ground then (GDPR Art. 12(4))."""
    wanted = reference.strip().upper()
    for kind in _KINDS:
        found = kind.model.objects.filter(reference=wanted).first()
        if found is None:
            continue
        try:
            return kind.erase(found, ground=ground)
        except Kept:
            if ground == Erasure.Ground.REQUEST:
                keeping.refuse(found, None)
            raise
    raise NoSuchReference(wanted)


# --- By the clock -----------------------------------------------------------------------------------------------------


class Due(NamedTuple):
    """A record whose person's time is over, and why, in a few English words that name nobody."""

    reference: str
    why: str


@dataclass
class Retention:
    """What became of those whose time is over. `held` are requests whose person an agreement keeps for longer."""

    erased: list[Due] = field(default_factory=list)
    held: list[Due] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Counts alone: it goes into the log."""
        return f"People erased: {len(self.erased)}, kept for an agreement: {len(self.held)}, failed: {len(self.failed)}"


class _Periods(NamedTuple):
    """How many days people are kept after the end of what they sent us."""

    retention_days: int
    declined_days: int

    @classmethod
    def of(cls, days: int | None) -> "_Periods":
        if days is not None:
            return cls(days, days)
        profile = ServiceProfile.load() or ServiceProfile()
        return cls(profile.retention_days, profile.declined_days)


def apply_retention(days: int | None = None, *, dry_run: bool = False) -> Retention:
    """Erase the people whose time is over, and clear what nobody needs any more.

    `days` is counted from the end of a request, a subscription or an objection; where it is not given, the service
    profile says how many for which end. What nobody confirmed has a shorter time of its own. One person who cannot be
    erased keeps nobody else.
    """
    periods, done = _Periods.of(days), Retention()
    for record, why, erase in _over(periods):
        kept = keeping.kept(record) if isinstance(record, DpaRequest) else None
        if kept:
            done.held.append(Due(record.reference, f"{why}, but kept for {', '.join(kept.agreements)}"))
        elif dry_run or _erased(record, erase, done):
            done.erased.append(Due(record.reference, why))
    if not dry_run:
        _clear()
    return done


def _erased(record: Any, erase: Callable[..., bool], done: Retention) -> bool:
    try:
        with transaction.atomic():
            now = type(record).objects.select_for_update().get(pk=record.pk)
            if now.state != record.state:
                return False
            if isinstance(now, DpaRequest) and now.state == State.RECEIVED and not dpa.expire(now):
                return False
            return erase(now, ground=Erasure.Ground.RETENTION)
    except CannotMove:
        # Somebody was quicker, and has countersigned or erased it.
        return False
    except (OperationalError, InterfaceError):
        # The database does not answer: for nobody.
        raise
    except Exception as error:
        # By its class alone: the words of an error may hold a person.
        logger.error("%s could not be erased: %s", record.reference, type(error).__name__)
        done.failed.append(record.reference)
        return False


def _over(periods: _Periods) -> Iterator[tuple[Any, str, Callable[..., bool]]]:
    found: tuple[tuple[Iterator[tuple[Any, str]], Callable[..., bool]], ...] = (
        (_requests_over(periods), dpa.erase),
        (_objections_over(periods.retention_days), objecting.erase),
        (_subscriptions_over(periods.retention_days), notifying.erase),
    )
    for records, erase in found:
        for record, why in records:
            yield record, why, erase


def _requests_over(periods: _Periods) -> Iterator[tuple[DpaRequest, str]]:
    requests = DpaRequest.objects
    # An offer may have gone to an address that nobody had verified: its request was of use, and ends as others do.
    never = Q(verified_at=None, agreements=None) & ~Q(verify_by=None)
    expired = requests.with_identity().filter(never, state=State.EXPIRED)
    yield from _because("nobody verified the address in time", requests.unverified(), expired)
    ended = (State.DECLINED, State.WITHDRAWN, State.EXPIRED)
    over = requests.past_retention(periods.declined_days, *ended).exclude(pk__in=expired.values("pk"))
    for request in over:
        yield request, f"{request.state} more than {periods.declined_days} days ago"
    closed = requests.past_retention(periods.retention_days, State.CLOSED)
    yield from _because(f"closed more than {periods.retention_days} days ago", closed)
    # Not closed by anybody: what was in force has ended, and claims are time-barred.
    over = requests.with_identity().filter(state=State.COUNTERSIGNED).exclude(pk__in=keeping.held().values("request"))
    yield from _because("its agreement has ended and claims are time-barred", over)


def _objections_over(days: int) -> Iterator[tuple[Objection, str]]:
    yield from _because(f"closed more than {days} days ago", Objection.objects.past_retention(days))
    forgotten = Objection.objects.unverified(objecting.UNVERIFIED_DAYS)
    yield from _because("nobody verified the address in time", forgotten)


def _subscriptions_over(days: int) -> Iterator[tuple[Subscriber, str]]:
    asked_days = notifying.CONFIRM_WITHIN.days
    yield from _because(f"ended more than {days} days ago", Subscriber.objects.past_retention(days, asked_days))
    yield from _because("nobody confirmed the address in time", Subscriber.objects.unconfirmed(asked_days))


def _because[Record](why: str, *found: Iterable[Record]) -> Iterator[tuple[Record, str]]:
    for records in found:
        for record in records:
            yield record, why


def _clear() -> None:
    Attempt.objects.past_their_day().delete()
    lockouts: Any = caches["lockouts"]
    lockouts.forget_expired()
    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - TASKS_KEPT).delete()
    # A worker that was killed between writing a mail's file and looking at its record again has left one.
    leave_no_trace(*Erasure.objects.values_list("reference", flat=True))
    _free_pages()


def _free_pages() -> None:
    """PostgreSQL leaves what was deleted in its pages until VACUUM, which by itself may never come to small tables."""
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return
    tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in _PERSONAL)
    try:
        with connection.cursor() as cursor:
            # A table that is being vacuumed already is left to that.
            cursor.execute(f"VACUUM (SKIP_LOCKED) {tables}")
    except DatabaseError as error:
        logger.warning("The pages of what was erased could not be freed: %s", type(error).__name__)


# --- After a restore --------------------------------------------------------------------------------------------------


def replay_erasures(entries: Iterable[tuple[str, datetime, str]] = ()) -> list[str]:
    """Apply an erasure log (references, times, grounds) to a restored backup; return the references erased just now.

    The log in the database is applied as well. What the backup still holds as an agreement in force keeps nobody: it
    had ended when its people were erased. Doing it twice changes nothing.
    """
    log = {reference: (at, ground) for reference, at, ground in entries}
    own = Erasure.objects.values_list("reference", "erased_at", "ground")
    log |= {reference: (at, ground) for reference, at, ground in own}
    for reference, (at, ground) in log.items():
        Erasure.objects.get_or_create(reference=reference, defaults={"erased_at": at, "ground": ground})
    found = ((record, kind) for kind in _KINDS for record in kind.model.objects.filter(reference__in=log))
    return sorted(record.reference for record, kind in found if _replayed(record, kind, *log[record.reference]))


def _replayed(record: Any, kind: _Kind, at: datetime, ground: str) -> bool:
    more = {"replayed": True} if kind.model is DpaRequest else {}
    return kind.erase(record, at=at, ground=ground, **more)
