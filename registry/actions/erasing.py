"""Erase the people behind requests, subscriptions and objections: by the clock, by name, and after a restore."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.core.cache import caches
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from ..models import Attempt, DpaRequest, Erasure, Objection, ServiceProfile, Subscriber
from . import dpa, notifying, objecting
from .cases import leave_no_trace

# Finished tasks are of no more use than for a look at what happened today.
TASKS_KEPT = timedelta(days=1)


class NoSuchReference(Exception):
    """Nothing of ours has this reference."""


class _Kind(NamedTuple):
    """Records whose person can be erased. `over` gives those whose time is over, `days` after their end."""

    model: Any
    erase: Callable[..., bool]
    over: Callable[[int], Iterable[Any]]


def _objections_over(days: int) -> Iterator[Objection]:
    yield from Objection.objects.past_retention(days)
    yield from Objection.objects.unverified(objecting.UNVERIFIED_DAYS)


def _subscriptions_over(days: int) -> Iterator[Subscriber]:
    asked_days = notifying.CONFIRM_WITHIN.days
    yield from Subscriber.objects.past_retention(days, asked_days)
    yield from Subscriber.objects.unconfirmed(asked_days)


_KINDS = (
    _Kind(DpaRequest, dpa.erase, lambda days: DpaRequest.objects.past_retention(days, *DpaRequest.ENDED)),
    _Kind(Objection, objecting.erase, _objections_over),
    _Kind(Subscriber, notifying.erase, _subscriptions_over),
)


def erase_named(reference: str) -> bool:
    """Erase by reference number; False where that was done before. Raise NoSuchReference."""
    wanted = reference.strip().upper()
    for kind in _KINDS:
        found = kind.model.objects.filter(reference=wanted).first()
        if found is not None:
            return kind.erase(found)
    raise NoSuchReference(wanted)


def apply_retention(days: int | None = None, *, dry_run: bool = False) -> list[str]:
    """Erase the people whose time is over, and clear what nobody needs any more; return the references erased.

    `days` is counted from the end of a request, a subscription or an objection, and comes from the service profile
    where it is not given. What nobody confirmed has a shorter time of its own.
    """
    if days is None:
        profile = ServiceProfile.load()
        days = profile.retention_days if profile else ServiceProfile._meta.get_field("retention_days").default
    due = [(record, kind.erase) for kind in _KINDS for record in kind.over(days)]
    references = [record.reference for record, _erase in due]
    if dry_run:
        return references
    for record, erase in due:
        erase(record)
    Attempt.objects.past_their_day().delete()
    lockouts: Any = caches["lockouts"]
    lockouts.forget_expired()
    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - TASKS_KEPT).delete()
    # A worker that was killed between writing a mail's file and looking at its record again has left one.
    leave_no_trace(*Erasure.objects.values_list("reference", flat=True))
    return references


def replay_erasures(entries: Iterable[tuple[str, datetime]] = ()) -> list[str]:
    """Apply an erasure log, references and times, to a restored backup; return the references erased just now.

    The log in the database is applied as well. Doing it twice changes nothing.
    """
    log = dict(entries)
    log |= dict(Erasure.objects.values_list("reference", "erased_at"))
    for reference, at in log.items():
        Erasure.objects.get_or_create(reference=reference, defaults={"erased_at": at})
    found = ((record, kind) for kind in _KINDS for record in kind.model.objects.filter(reference__in=log))
    return sorted(record.reference for record, kind in found if kind.erase(record, at=log[record.reference]))
