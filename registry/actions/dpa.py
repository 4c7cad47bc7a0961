"""What may happen to a request for a data processing agreement, each in one transaction."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import caches
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

from ..models import Attempt, Delivery, DpaNote, DpaRequest, DpaRequester, Erasure, ServiceProfile
from . import mailing

# Finished tasks are of no more use than for a look at what happened today.
TASKS_KEPT = timedelta(days=1)


class CannotMove(Exception):
    """The request stays as it is; the message says why."""


class Overtaken(CannotMove):
    """Somebody else has acted since this person looked."""


# --- By the requester -------------------------------------------------------------------------------------------------


def submit(*, token: str, language: str, release: int, country: str, region: str, **identity: str) -> DpaRequest:
    """Keep a request, its requester and its two mails, all or nothing; return the request.

    The same form sent twice, with the same `token` and the same answers, is one request, also when both arrive at the
    same moment. A form sent again with other answers is another request: nothing that we accept is dropped.
    """
    form_token = _form_token(token, language=language, country=country, region=region, **identity)
    facts = {"language": language, "country": country, "region": region, "release_id": release}
    try:
        with transaction.atomic():
            return _keep(form_token, facts, identity)
    except IntegrityError:
        found = DpaRequest.objects.filter(form_token=form_token).first()
        if found is None:
            raise
        return found


def submitted(*, token: str, **answers: str) -> DpaRequest | None:
    """The request that this form, with these answers, has already made."""
    return DpaRequest.objects.filter(form_token=_form_token(token, **answers)).first()


def _form_token(token: str, **answers: str) -> str:
    """Keyed, and over a token that is kept nowhere: nobody can test guesses about a person against it."""
    said = json.dumps([token, answers], sort_keys=True)
    return salted_hmac("registry.actions.dpa", said, algorithm="sha256").hexdigest()


def _keep(form_token: str, facts: dict[str, Any], identity: dict[str, str]) -> DpaRequest:
    request = DpaRequest.objects.create(form_token=form_token, **facts)
    requester = DpaRequester(request=request, **identity)
    requester.clean_fields(exclude=["request"])
    requester.save(force_insert=True)
    mails = (Delivery.Kind.DPA_RECEIPT, Delivery.Kind.DPA_NOTICE)
    Delivery.objects.bulk_create(Delivery(kind=kind, request=request) for kind in mails)
    mailing.pump.enqueue()
    return request


# --- By staff ---------------------------------------------------------------------------------------------------------


def take(seen: DpaRequest, by: Any) -> DpaRequest:
    """Make `by` the one who answers for a request. Raise Overtaken where it is not as `seen` any more."""
    with transaction.atomic():
        request = _locked(seen)
        if request.assignee_id == by.pk:
            return request
        request.assignee = by
        return _saved(request, by)


def move(seen: DpaRequest, to: str, by: Any, note: str = "") -> DpaRequest:
    """Move a request to another state. Raise Overtaken where it is not as `seen` any more, CannotMove where
    DpaRequest.MOVES does not allow it."""
    with transaction.atomic():
        request = _locked(seen)
        if not request.may_move_to(to):
            raise CannotMove(_("This request cannot be moved to that state."))
        request.state = to
        request.ended_at = timezone.now() if to in DpaRequest.ENDED else None
        if note.strip():
            DpaNote.objects.create(request=request, state=to, text=note.strip(), by=by)
        return _saved(request, by)


def _locked(seen: DpaRequest) -> DpaRequest:
    request = DpaRequest.objects.select_for_update().get(pk=seen.pk)
    if request.erased_at:
        raise CannotMove(_("The personal data of this request has been erased. Nothing more can happen to it."))
    if (request.state, request.assignee_id) != (seen.state, seen.assignee_id):
        raise Overtaken(_("Somebody else has changed this request since you opened it. Look at it, then decide again."))
    return request


def _saved(request: Any, by: Any) -> DpaRequest:
    request._history_user = by  # simple_history reads it
    request.save()
    return request


# --- By the clock, and by the person ----------------------------------------------------------------------------------


def erase(seen: DpaRequest, by: Any = None, at: datetime | None = None) -> bool:
    """Erase who asked, everywhere (GDPR Art. 17); False where that was done before.

    What stays names nobody: state, dates, language, country, region, release, and a line in the erasure log.
    """
    with transaction.atomic():
        request = DpaRequest.objects.select_for_update().get(pk=seen.pk)
        if request.erased_at and not DpaRequester.objects.filter(request=request).exists():
            return False
        DpaRequester.objects.filter(request=request).delete()
        DpaNote.objects.filter(request=request).delete()
        unsent = (Delivery.State.QUEUED, Delivery.State.CLAIMED)
        Delivery.objects.filter(request=request, kind=Delivery.Kind.DPA_RECEIPT, state__in=unsent).update(
            state=Delivery.State.CANCELLED
        )
        request.form_token = f"erased {request.reference}"
        log, _created = Erasure.objects.get_or_create(
            reference=request.reference, defaults={"erased_at": at or timezone.now()}
        )
        request.erased_at = log.erased_at
        _saved(request, by)
        DpaRequest.history.filter(id=request.pk).update(history_change_reason=None)  # type: ignore[attr-defined]
        transaction.on_commit(lambda: _leave_no_trace(request.reference))
    return True


def erase_named(reference: str) -> bool:
    """Erase by reference number. Raise DpaRequest.DoesNotExist."""
    return erase(DpaRequest.objects.get(reference=reference.strip().upper()))


def _leave_no_trace(*references: str) -> None:
    """What no transaction reaches: mails in files, and SQLite's write-ahead log, which still holds the old pages."""
    mailing.remove_files(references)
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def apply_retention(days: int | None = None, *, dry_run: bool = False) -> list[str]:
    """Erase the requesters whose time is over, and clear what nobody needs any more; return the references erased.

    `days` is counted from the end of a request, and comes from the service profile where it is not given.
    """
    if days is None:
        profile = ServiceProfile.load()
        days = profile.retention_days if profile else ServiceProfile._meta.get_field("retention_days").default
    due = list(DpaRequest.objects.past_retention(days))
    if dry_run:
        return [request.reference for request in due]
    for request in due:
        erase(request)
    Attempt.objects.past_their_day().delete()
    lockouts: Any = caches["lockouts"]
    lockouts.forget_expired()
    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - TASKS_KEPT).delete()
    # A worker that was killed between writing a mail's file and looking at its request again has left one.
    _leave_no_trace(*Erasure.objects.values_list("reference", flat=True))
    return [request.reference for request in due]


def replay_erasures(entries: Iterable[tuple[str, datetime]] = ()) -> list[str]:
    """Apply an erasure log, references and times, to a restored backup; return the references erased just now.

    The log in the database is applied as well. Doing it twice changes nothing.
    """
    log = dict(entries)
    log |= dict(Erasure.objects.values_list("reference", "erased_at"))
    for reference, at in log.items():
        Erasure.objects.get_or_create(reference=reference, defaults={"erased_at": at})
    found = DpaRequest.objects.filter(reference__in=log).order_by("reference")
    return [request.reference for request in found if erase(request, at=log[request.reference])]
