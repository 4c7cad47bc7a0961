"""What one worker has in hand: mails that it has claimed and not sent yet, which nobody else may send meanwhile."""

import time
from collections import deque
from contextlib import suppress
from datetime import timedelta
from threading import Event, Thread
from typing import Any, Self

from django.db import DatabaseError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from ..models import Delivery

# How many mails may go out twice where a worker dies: the one that it is handing over. Each is marked by itself.
CHUNK = 1
# Mails to all subscribers are claimed so many at a time. Where the machine of the database itself fails, without
# writing what it had promised to write within moments, so many may go out twice.
BATCH = 100
# So many of them are read at a time, with all that is asked before one is sent.
READ = 25
# A worker that sends reports every few seconds; one that has not for so long is dead.
BEAT = timedelta(seconds=5)
STALE = timedelta(seconds=30)
# So often a worker looks, between mails to all subscribers, for one that somebody waits for, and whether all that it
# has in hand is still to be sent: so long after somebody unsubscribed, a mail may still go out.
LOOK = timedelta(seconds=0.25)

# The first and the last of the priorities that are claimed together.
_AWAITED = (Delivery.Priority.AWAITED, Delivery.Priority.AWAITED)
_TO_ALL = (Delivery.Priority.URGENT, Delivery.Priority.BULK)


class Hand:
    """Claims mails, one after the other, and keeps the claims fresh; leave it by `with`, and the rest is put back."""

    def __init__(self) -> None:
        self._bulk: deque[tuple[int, int]] = deque()
        self._read: deque[Delivery] = deque()
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
        if not (self._read or self._bulk) or time.monotonic() >= self._look_at:
            self._relax(False)
            if awaited := _read(self._take(_AWAITED, 1)):
                return awaited[0]
            self._read = _read({delivery.pk: delivery.attempts for delivery in self._read})
            self._look_at = time.monotonic() + LOOK.total_seconds()
        while not self._read:
            if not self._bulk:
                self._relax(False)
                self._bulk.extend(self._take(_TO_ALL, BATCH).items())
            if not self._bulk:
                return None
            self._read = _read(dict(self._bulk.popleft() for _one in range(min(READ, len(self._bulk)))))
        self._relax(True)
        return self._read.popleft()

    def _take(self, priorities: tuple[int, int], most: int) -> dict[int, int]:
        claimed = _claim(priorities, most)
        self._claimed.update(claimed)
        return claimed

    def settle(self, delivery: Delivery, **values: Any) -> bool:
        """Say what became of a mail; False where the claim was lost meanwhile."""
        self._claimed.pop(delivery.pk, None)
        return bool(held({delivery.pk: delivery.attempts})[0].update(**values))

    def sent(self, delivery: Delivery) -> bool:
        """Mark a mail as sent; False where the claim was lost meanwhile."""
        self._claimed.pop(delivery.pk, None)
        return _mark_sent(delivery, at_leisure=self._relaxed)

    def sent_all_the_same(self, delivery: Delivery) -> None:
        """Mark a mail as sent whose claim was lost while it went out, whatever has become of it meanwhile: evidence
        says who was told. Where another worker has claimed it since, that one speaks for it."""
        mine = Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts)
        lost = mine.filter(state__in=(Delivery.State.QUEUED, Delivery.State.PAUSED, Delivery.State.CANCELLED))
        lost.update(state=Delivery.State.SENT, claimed_at=None, sent_at=timezone.now(), problem="")

    def _put_back(self) -> None:
        for claims in held(self._claimed):
            claims.update(state=Delivery.State.QUEUED, claimed_at=None, attempts=F("attempts") - 1)
        self._claimed.clear()
        self._bulk.clear()
        self._read.clear()

    def _beat(self) -> None:
        """Report while the mail server takes its time, so that nobody takes the claims for stale."""
        try:
            while not self._over.wait(BEAT.total_seconds()):
                for claims in held(dict(self._claimed)):
                    claims.update(claimed_at=timezone.now())
        finally:
            connection.close()

    def _relax(self, relaxed: bool) -> None:
        """On SQLite, let a mark be written within moments rather than wait for the disk, as _mark_sent does elsewhere.

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


def _claim(priorities: tuple[int, int], most: int) -> dict[int, int]:
    """The keys of the mails claimed, with the number of the attempt."""
    with transaction.atomic():
        due = Delivery.objects.due().filter(priority__range=priorities).select_for_update(skip_locked=True)
        found = dict(due.values_list("pk", "attempts")[:most])
        rows = Delivery.objects.filter(pk__in=found)
        rows.update(state=Delivery.State.CLAIMED, claimed_at=timezone.now(), attempts=F("attempts") + 1)
    return {pk: attempts + 1 for pk, attempts in found.items()}


def _read(claimed: dict[int, int]) -> deque[Delivery]:
    """Those that are still claimed by these attempts, in order, with all that is asked before one is sent."""
    if not claimed:
        return deque()
    rows = Delivery.objects.filter(pk__in=claimed, state=Delivery.State.CLAIMED).order_by("priority", "due_at", "id")
    found = rows.select_related("subscriber__identity", "release__announcement").defer("release__content")
    return deque(delivery for delivery in found if claimed[delivery.pk] == delivery.attempts)


def _mark_sent(delivery: Delivery, *, at_leisure: bool) -> bool:
    """In SQL of our own: for each of many mails, Django would take longer to make it than the database to obey.

    On PostgreSQL, `at_leisure` lets this one statement not wait for the disk, also behind a pooler of connections.
    """
    sql = (
        "UPDATE registry_delivery SET state = 'sent', sent_at = %s, problem = '' "
        "WHERE id = %s AND state = 'claimed' AND attempts = %s"
    )
    if at_leisure and connection.vendor == "postgresql":
        sql += " AND set_config('synchronous_commit', 'off', true) = 'off'"
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(sql, [now, delivery.pk, delivery.attempts])
        return bool(cursor.rowcount)
