"""What one worker has in hand: mails that it has claimed and not sent yet, which nobody else may send meanwhile."""

import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from threading import Event, Thread
from typing import Any, Self

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Func, QuerySet, Value
from django.db.models.fields import TextField
from django.utils import timezone

from ..models import Delivery

# How many mails may go out twice where a worker dies: the one that it is handing over. Each is marked by itself.
CHUNK = 1
# Mails to all subscribers are claimed so many at a time. Where the machine of the database itself fails, without
# writing what it had promised to write within moments, so many may go out twice.
BATCH = 50
# A worker that sends reports every few seconds; one that has not for so long is dead.
BEAT = timedelta(seconds=5)
STALE = timedelta(seconds=30)
# So often a worker looks, between mails to all subscribers, for one that somebody waits for.
LOOK = timedelta(seconds=0.5)


class Hand:
    """Claims mails, one after the other, and keeps the claims fresh; leave it by `with`, and the rest is put back."""

    def __init__(self) -> None:
        self._bulk: deque[Delivery] = deque()
        # The number of the attempt fences: a worker taken for dead cannot speak for the one that came after it.
        self._claimed: dict[int, int] = {}
        self._look_at = 0.0
        self._relaxed = False
        self._over = Event()
        self._thread = Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, error: type[BaseException] | None, *_rest: object) -> None:
        self._over.set()
        self._thread.join()
        # Without a database the reaper puts them back.
        with suppress(DatabaseError):
            self._relax(False)
            self._put_back()

    def next(self) -> Delivery | None:
        """The next mail, claimed: one that somebody waits for before those to all subscribers."""
        now = time.monotonic()
        if not self._bulk or now >= self._look_at:
            self._relax(False)
            if awaited := _claim(Delivery.Priority.AWAITED, 1):
                self._claimed[awaited[0].pk] = awaited[0].attempts
                return awaited[0]
            self._look_at = now + LOOK.total_seconds()
        if not self._bulk:
            self._bulk.extend(_claim(Delivery.Priority.BULK, BATCH))
            self._claimed.update({delivery.pk: delivery.attempts for delivery in self._bulk})
        if not self._bulk:
            return None
        self._relax(True)
        return self._bulk.popleft()

    def settle(self, delivery: Delivery, **values: Any) -> bool:
        """Say what became of a mail; False where the claim was lost meanwhile."""
        self._claimed.pop(delivery.pk, None)
        claim = held({delivery.pk: delivery.attempts})[0]
        return bool((_at_leisure(claim) if self._relaxed else claim).update(**values))

    def _put_back(self) -> None:
        for claims in held(self._claimed):
            claims.update(state=Delivery.State.QUEUED, claimed_at=None, attempts=F("attempts") - 1)
        self._claimed.clear()
        self._bulk.clear()

    def _beat(self) -> None:
        """Report while the mail server takes its time, so that nobody takes the claims for stale."""
        try:
            while not self._over.wait(BEAT.total_seconds()):
                for claims in held(dict(self._claimed)):
                    claims.update(claimed_at=timezone.now())
        finally:
            connection.close()

    def _relax(self, relaxed: bool) -> None:
        """On SQLite, let a mark be written within moments rather than wait for the disk, as _at_leisure does elsewhere.

        A worker's death loses nothing of it, nor the death of all of them: that takes the machine.
        """
        if relaxed == self._relaxed:
            return
        self._relaxed = relaxed
        # Inside a transaction it is refused.
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA synchronous = {'NORMAL' if relaxed else 'FULL'}")


def held(claimed: dict[int, int]) -> list[QuerySet[Delivery]]:
    """The mails that are still claimed by these attempts."""
    by_attempt: dict[int, list[int]] = {}
    for pk, attempt in claimed.items():
        by_attempt.setdefault(attempt, []).append(pk)
    mine = Delivery.objects.filter(state=Delivery.State.CLAIMED)
    return [mine.filter(pk__in=pks, attempts=attempt) for attempt, pks in by_attempt.items()]


def put_back_stale() -> int:
    """Queue again what a dead worker had claimed."""
    stale = Delivery.objects.stale(timezone.now() - STALE)
    return stale.update(state=Delivery.State.QUEUED, claimed_at=None, due_at=timezone.now())


def _claim(priority: int, most: int) -> list[Delivery]:
    with transaction.atomic():
        due = Delivery.objects.due().filter(priority=priority).select_for_update(skip_locked=True)
        found = list(due[:most])
        now = timezone.now()
        _rows(found).update(state=Delivery.State.CLAIMED, claimed_at=now, attempts=F("attempts") + 1)
    for delivery in found:
        delivery.state, delivery.claimed_at, delivery.attempts = Delivery.State.CLAIMED, now, delivery.attempts + 1
    return found


def _rows(found: Iterable[Delivery]) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk__in=[delivery.pk for delivery in found])


def _at_leisure(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """On PostgreSQL, an update that does not wait for the disk; for this one statement alone, also behind a pooler."""
    if connection.vendor != "postgresql":
        return rows
    setting = Func(
        Value("synchronous_commit"), Value("off"), Value(True), function="set_config", output_field=TextField()
    )
    return rows.annotate(at_leisure=setting).filter(at_leisure="off")
