"""What may happen to a request for a data processing agreement, each in one transaction."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..exchange.mailbox import mailbox
from ..exchange.network import shortened
from ..models import (
    AgreementFile,
    Delivery,
    DpaDraft,
    DpaEvent,
    DpaLink,
    DpaNote,
    DpaRequest,
    DpaRequester,
    Erasure,
    ServiceProfile,
    Signature,
)
from . import cases, drafting, eventing, keeping, linking
from .cases import CannotMove, saved
from .dpa_moves import entered, lapse, locked, now, queue

State = DpaRequest.State
# Mails with a link that a mailbox gets in a day, whatever it asks for: anybody can type any address.
LINKS_A_DAY = 3
_LINKS = (Delivery.Kind.DPA_CHECK, Delivery.Kind.DPA_LINK)
_TO_STAFF = (Delivery.Kind.DPA_NOTICE, Delivery.Kind.DPA_TASK)
_UNSENT = (Delivery.State.QUEUED, Delivery.State.CLAIMED)
# Where staff moves a request by itself; the other states come with verbs of their own.
BY_STAFF = (State.IN_REVIEW, State.CLOSED)
# From here, a review is of an amendment.
CONCLUDED = (State.COUNTERSIGNED, State.CLOSED)

# --- By the requester -------------------------------------------------------------------------------------------------


def submit(
    *, token: str, language: str, release: int, country: str, region: str, address_from: str = "", **identity: str
) -> DpaRequest:
    """Keep a request, its requester and the mail that asks to verify the address, all or nothing; return the request.

    The same form sent twice, with the same `token` and the same answers, is one request, also when both arrive at the
    same moment. A form sent again with other answers is another request: nothing that we accept is dropped. Of the
    network address `address_from` its network is kept.
    """
    form_token = _form_token(token, language=language, country=country, region=region, **identity)
    facts = {"language": language, "country": country, "region": region, "release_id": release}
    identity["received_from"] = shortened(address_from)
    return cases.kept_once(DpaRequest, form_token, lambda: _keep(form_token, facts, identity))


def submitted(*, token: str, **answers: str) -> DpaRequest | None:
    """The request that this form, with these answers, has already made."""
    return DpaRequest.objects.filter(form_token=_form_token(token, **answers)).first()


def _form_token(token: str, **answers: str) -> str:
    return cases.form_token("registry.actions.dpa", token, **answers)


def _keep(form_token: str, facts: dict[str, Any], identity: dict[str, str]) -> DpaRequest:
    request = DpaRequest.objects.create(form_token=form_token, verify_by=timezone.now() + days_to_verify(), **facts)
    requester = DpaRequester(request=request, **identity)
    requester.clean_fields(exclude=["request"])
    requester.save(force_insert=True)
    eventing.record(request, State.RECEIVED, release=facts["release_id"])
    linking.make(request, linking.Purpose.VERIFY, request.verify_by)
    _queue_link(request, Delivery.Kind.DPA_CHECK)
    return request


def days_to_verify() -> timedelta:
    profile = ServiceProfile.load()
    days = profile.unverified_days if profile else ServiceProfile._meta.get_field("unverified_days").default
    return timedelta(days=days)


def verify(token: str, address_from: str = "") -> DpaRequest:
    """The address is the requester’s: send them a receipt with the link to their page, and tell staff.

    Who confirms the address of a request that has ended is led to their page alone: there is nothing to be told of.
    Raise linking.NoLink for a link that opens nothing, one that has been used among them.
    """
    link = linking.opened(token, linking.Purpose.VERIFY)
    with transaction.atomic():
        try:
            request = now(link.request)
        except CannotMove as error:
            raise linking.NoLink from error
        linking.used(link)
        request.verified_at = timezone.now()
        DpaRequester.objects.filter(request=request).update(verified_from=shortened(address_from))
        linking.page(request)
        if request.state == State.RECEIVED:
            entered(request, State.VERIFIED)
        else:
            # Staff took it up meanwhile: it stays where it is.
            eventing.record(request, State.VERIFIED)
            saved(request, None)
        if request.state not in DpaRequest.ENDED:
            queue(request, Delivery.Kind.DPA_RECEIPT, Delivery.Kind.DPA_NOTICE)
    return request


def send_link(reference: str, email: str) -> bool:
    """Queue a mail with a good link, to whoever names a request and its mailbox; False where nothing fits.

    The door answers both alike. An unverified request gets a new time to be verified in, any other the link to its
    page. A link that waits to be sent is not queued twice.
    """
    request = DpaRequest.objects.with_identity().filter(reference=reference.strip().upper()).first()
    if request is None or mailbox(request.requester.email) != mailbox(email):
        return False
    with transaction.atomic():
        try:
            request = now(request)
        except CannotMove:
            # Erased since we looked.
            return False
        if request.deliveries.filter(kind__in=_LINKS, state__in=_UNSENT).exists():
            return True
        if request.state == State.RECEIVED and request.verify_by:
            linking.revoke(request, linking.Purpose.VERIFY)
            request.verify_by = timezone.now() + days_to_verify()
            linking.make(request, linking.Purpose.VERIFY, request.verify_by)
            saved(request, None)
            kind = Delivery.Kind.DPA_CHECK
        else:
            linking.page(request)
            kind = Delivery.Kind.DPA_LINK
        _queue_link(request, kind, event=str(request.deliveries.filter(kind=kind).count() + 1))
    return True


def _queue_link(request: DpaRequest, kind: Delivery.Kind, event: str = "") -> None:
    """The mail goes out when the mailbox has room for it: nothing is dropped, and nobody is flooded."""
    owner = mailbox(request.requester.email)
    cases.one_at_a_time(owner)
    # As mailboxes are told apart no database can; before the @ are ASCII letters alone.
    near = Delivery.objects.filter(
        kind__in=_LINKS,
        due_at__gt=timezone.now() - timedelta(days=1),
        request__requester__email__istartswith=f"{owner.rpartition('@')[0]}@",
    )
    found = near.order_by("-due_at").values_list("request__requester__email", "due_at")
    due = [due_at for email, due_at in found if mailbox(email) == owner]
    later = due[LINKS_A_DAY - 1] + timedelta(days=1) if len(due) >= LINKS_A_DAY else timezone.now()
    queue(request, kind, event=event, due_at=later)


def withdraw(seen: DpaRequest) -> DpaRequest:
    """By the customer, on their page. Raise CannotMove where it is too late, or done."""
    with transaction.atomic():
        request = entered(now(seen), State.WITHDRAWN)
        queue(request, Delivery.Kind.DPA_ENDED, event=_event(request))
    return request


# --- By staff ---------------------------------------------------------------------------------------------------------


def take(seen: DpaRequest, by: Any) -> DpaRequest:
    """Make `by` the one who answers for a request. Raise Overtaken where it is not as `seen` any more."""
    with transaction.atomic():
        request = locked(seen)
        if request.assignee_id == by.pk:
            return request
        request.assignee = by
        return saved(request, by)


def move(seen: DpaRequest, to: str, by: Any, note: str = "") -> DpaRequest:
    """Move a request into review, or close it. Raise Overtaken where it is not as `seen` any more, CannotMove where
    DpaRequest.MOVES does not allow it."""
    with transaction.atomic():
        request = locked(seen)
        if to not in BY_STAFF:
            raise CannotMove(_("This request cannot be moved to that state."))
        if to == State.IN_REVIEW and request.state in CONCLUDED:
            drafting.amending(request)
        entered(request, to, by)
        _note(request, note, by)
        return request


def decline(seen: DpaRequest, reason: str, by: Any) -> DpaRequest:
    """Decline a request with a reason that the customer is told. Raise Overtaken or CannotMove."""
    if not reason.strip():
        raise CannotMove(_("Say why: the customer is told the reason."))
    with transaction.atomic():
        request = entered(locked(seen), State.DECLINED, by)
        _note(request, reason, by, answer=True)
        queue(request, Delivery.Kind.DPA_ENDED, event=_event(request))
    return request


def annotate(seen: DpaRequest, text: str, by: Any) -> None:
    """Keep a note for staff; it is in nobody’s way, whatever they saw."""
    if not text.strip():
        raise CannotMove(_("There is no note to keep yet. Write it first."))
    with transaction.atomic():
        _note(now(seen), text, by)


def new_page_link(seen: DpaRequest, by: Any) -> DpaRequest:
    """Revoke the links to the customer’s page, and mail the requester a new one."""
    with transaction.atomic():
        request = locked(seen)
        linking.revoke(request, linking.Purpose.PAGE)
        linking.make(request, linking.Purpose.PAGE)
        queue(request, Delivery.Kind.DPA_LINK, event=f"new {request.links.count()}")
    return request


def _note(request: DpaRequest, text: str, by: Any, *, answer: bool = False) -> None:
    if text.strip():
        DpaNote.objects.create(request=request, state=request.state, text=text.strip(), by=by, answer=answer)


def _event(request: DpaRequest) -> str:
    """Tells apart the mails of a request that was reopened and ended again."""
    return str(request.events.count())


# --- By the clock -----------------------------------------------------------------------------------------------------


def expire(seen: DpaRequest) -> bool:
    """End a request that nobody verified, or a document that nobody accepted, in time; False where there is no such
    thing any more. An unverified address is told nothing."""
    with transaction.atomic():
        request = now(seen)
        at = timezone.now()
        unverified = request.state == State.RECEIVED and request.verify_by and request.verify_by < at
        offered = request.state == State.ISSUED and request.agreements.offered().filter(open_until__lt=at).exists()
        if not (unverified or offered):
            return False
        entered(request, State.EXPIRED)
        if offered:
            queue(request, Delivery.Kind.DPA_ENDED, event=_event(request))
    return True


# --- Because the person asks, or their time is over -------------------------------------------------------------------


def erase(
    seen: DpaRequest,
    by: Any = None,
    at: datetime | None = None,
    *,
    ground: str = Erasure.Ground.REQUEST,
    replayed: bool = False,
) -> bool:
    """Erase who asked and who signed, everywhere (GDPR Art. 17); False where that was done before.

    What stays names nobody: states, dates, digests, language, country, region, release, events, and a line in the
    erasure log. Raise keeping.Kept while an agreement is in the way; what the log of erasures says (`replayed`) has
    been weighed before, and the backup does not know of the agreement's end.
    """
    with transaction.atomic():
        request = DpaRequest.objects.select_for_update().get(pk=seen.pk)
        if request.erased_at and not DpaRequester.objects.filter(request=request).exists():
            return False
        kept = keeping.kept(request)
        if kept and not replayed:
            raise kept
        lapse(request, by)
        for of_request in (DpaRequester, DpaNote, DpaDraft, DpaLink):
            of_request._default_manager.filter(request=request).delete()
        for of_agreement in (AgreementFile, Signature):
            of_agreement._default_manager.filter(agreement__request=request).delete()
        to_customer = Delivery.objects.filter(request=request).exclude(kind__in=_TO_STAFF)
        to_customer.filter(state__in=_UNSENT).update(state=Delivery.State.CANCELLED)
        request.form_token = f"erased {request.reference}"
        eventing.record(request, DpaEvent.Kind.ERASED, ground=ground)
        cases.erased(request, by, at, ground)
        for agreement in request.agreements.all():
            agreement.erased_at = request.erased_at
            cases.scrubbed(agreement, by)
    return True
