"""What holds for everything that people send us and staff answers: kept once, acted on as it was seen, erased whole."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from ..models import Erasure
from . import mailing


class CannotMove(Exception):
    """The case stays as it is; the message says why."""


class Overtaken(CannotMove):
    """Somebody else has acted since this person looked."""


def form_token(salt: str, token: str, **answers: str) -> str:
    """Which form with which answers: keyed, and over a token that is kept nowhere, so that nobody can test guesses
    about a person against it."""
    said = json.dumps([token, answers], sort_keys=True)
    return salted_hmac(salt, said, algorithm="sha256").hexdigest()


def kept_once[Case](model: type[Case], token: str, keep: Callable[[], Case]) -> Case:
    """What `keep` makes, all or nothing; or, where another one was quicker with the same form token, what that made."""
    try:
        with transaction.atomic():
            return keep()
    except IntegrityError:
        found: Case | None = model.objects.filter(form_token=token).first()  # type: ignore[attr-defined]
        if found is None:
            raise
        return found


def one_at_a_time(about: str) -> None:
    """For this transaction: many at the same moment do not slip past a limit together. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        key = salted_hmac("registry.actions.cases", about, algorithm="sha256").digest()[:8]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(key, signed=True)])


def locked(seen: Any, erased: str) -> Any:
    """The row as it is now, for this transaction. Raise CannotMove with the words of `erased` where it has been."""
    found = type(seen).objects.select_for_update().get(pk=seen.pk)
    if found.erased_at:
        raise CannotMove(erased)
    return found


def saved(row: Any, by: Any) -> Any:
    row._history_user = by  # simple_history reads it
    row.save()
    return row


def erased(row: Any, by: Any, at: datetime | None, ground: str) -> None:
    """Note on the row and in the log that its person has been erased, in this transaction, and leave no trace after."""
    said = {"erased_at": at or timezone.now(), "ground": ground}
    log, _created = Erasure.objects.get_or_create(reference=row.reference, defaults=said)
    row.erased_at = log.erased_at
    scrubbed(row, by)
    transaction.on_commit(lambda: leave_no_trace(row.reference))


def scrubbed(row: Any, by: Any) -> None:
    """Save a row whose person is gone; no reason of an earlier change, which somebody typed, may name them."""
    saved(row, by)
    type(row).history.filter(id=row.pk).update(history_change_reason=None)


def leave_no_trace(*references: str) -> None:
    """What no transaction reaches: mails in files, and SQLite's write-ahead log, which still holds the old pages."""
    mailing.remove_files(references)
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
