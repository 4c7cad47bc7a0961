"""What may happen to a request for a data processing agreement, each in one transaction."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import Delivery, DpaNote, DpaRequest, DpaRequester
from . import cases, mailing
from .cases import CannotMove, Overtaken, saved

# --- By the requester -------------------------------------------------------------------------------------------------


def submit(*, token: str, language: str, release: int, country: str, region: str, **identity: str) -> DpaRequest:
    """Keep a request, its requester and its two mails, all or nothing; return the request.

    The same form sent twice, with the same `token` and the same answers, is one request, also when both arrive at the
    same moment. A form sent again with other answers is another request: nothing that we accept is dropped.
    """
    form_token = _form_token(token, language=language, country=country, region=region, **identity)
    facts = {"language": language, "country": country, "region": region, "release_id": release}
    return cases.kept_once(DpaRequest, form_token, lambda: _keep(form_token, facts, identity))


def submitted(*, token: str, **answers: str) -> DpaRequest | None:
    """The request that this form, with these answers, has already made."""
    return DpaRequest.objects.filter(form_token=_form_token(token, **answers)).first()


def _form_token(token: str, **answers: str) -> str:
    return cases.form_token("registry.actions.dpa", token, **answers)


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
        return saved(request, by)


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
        return saved(request, by)


def _locked(seen: DpaRequest) -> DpaRequest:
    gone = _("The personal data of this request has been erased. Nothing more can happen to it.")
    request: DpaRequest = cases.locked(seen, gone)
    if (request.state, request.assignee_id) != (seen.state, seen.assignee_id):
        raise Overtaken(_("Somebody else has changed this request since you opened it. Look at it, then decide again."))
    return request


# --- By the clock, or because the person asks -------------------------------------------------------------------------


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
        cases.erased(request, by, at)
    return True
