"""Which mail about a DPA request a delivery is, as things stand when it is sent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from ..exchange import agreement_mail, dpa_mail
from ..exchange.content import decode
from ..models import Agreement, AgreementFile, Delivery, DpaNote, DpaRequest, Release, ServiceProfile
from . import agreed, keeping, linking

Kind = Delivery.Kind
State = Agreement.State
# Told in the words of the release whose privacy notice the requester was shown.
_AT_FIRST = (Kind.DPA_CHECK, Kind.DPA_RECEIPT, Kind.DPA_NOTICE)


def mail(delivery: Delivery) -> EmailMessage | None:
    """The mail; None where the person has been erased, or what it says is so no longer."""
    request = DpaRequest.objects.select_related("requester", "release").get(deliveries=delivery)
    about = dpa_mail.About(request, _words(delivery, request), event=delivery.event)
    if delivery.kind in _TO_STAFF:
        profile = ServiceProfile.load()
        return _TO_STAFF[Kind(delivery.kind)](about, profile.contact if profile else about.service["contact"])
    if request.erased_at or not hasattr(request, "requester"):
        return None
    if delivery.kind == Kind.DPA_CHECK:
        return _check(about)
    return _TO_THE_CUSTOMER[Kind(delivery.kind)](replace(about, page=_address(about, "status", linking.page(request))))


def _words(delivery: Delivery, request: DpaRequest) -> dict[str, object]:
    """The release in whose words the service is told: later, the one of the day, for its mailbox is read."""
    profile = ServiceProfile.load()
    today = profile.today() if profile and delivery.kind not in _AT_FIRST else None
    found = Release.objects.in_force_new(today).first() if today else None
    return decode((found or request.release).content)


def _address(about: dpa_mail.About, page: str, token: str) -> str:
    return f"{settings.PUBLIC_URL}/{about.language}/dpa/{page}/{token}/"


def _agreement(about: dpa_mail.About, *states: str) -> Agreement | None:
    """The one that the event names first, in one of the states."""
    found = about.request.agreements.filter(reference=about.event.partition(" ")[0], state__in=states)
    return found.filter(erased_at__isnull=True).select_related("supersedes", "release").first()


# --- To staff ---------------------------------------------------------------------------------------------------------


def _notice(about: dpa_mail.About, to: str) -> EmailMessage:
    return dpa_mail.notice(about, to=to, page=_page_of_staff(about.request))


def _task(about: dpa_mail.About, to: str) -> EmailMessage | None:
    agreement = _agreement(about, State.ACCEPTED)
    return agreement_mail.task(about, agreement, to=to, page=_page_of_staff(agreement)) if agreement else None


def _page_of_staff(noun: Model) -> str:
    return settings.PUBLIC_URL + reverse(f"admin:registry_{noun._meta.model_name}_change", args=[noun.pk])


# --- To the customer --------------------------------------------------------------------------------------------------


def _check(about: dpa_mail.About) -> EmailMessage | None:
    request = about.request
    if request.verified_at or request.state in DpaRequest.ENDED:
        return None
    link = linking.token(request, linking.Purpose.VERIFY)
    return dpa_mail.check(about, _address(about, "verify", link)) if link else None


def _link(about: dpa_mail.About) -> EmailMessage:
    return dpa_mail.link(about, new=about.event.startswith("new "))


def _issued(about: dpa_mail.About) -> EmailMessage | None:
    agreement = _agreement(about, State.OFFERED)
    if agreement is None:
        return None
    # One that lapsed before another came into force was told of long ago.
    before = about.request.agreements.filter(issued_at__lt=agreement.issued_at).order_by("-issued_at").first()
    return agreement_mail.issued(about, agreement, replaces=before is not None and before.state == State.LAPSED)


def _reminder(about: dpa_mail.About) -> EmailMessage | None:
    agreement = _agreement(about, State.OFFERED)
    if agreement is None or agreement.open_until <= timezone.now():
        return None
    return agreement_mail.reminder(about, agreement)


def _accepted(about: dpa_mail.About) -> EmailMessage | None:
    agreement = _agreement(about, *State)
    return agreement_mail.accepted(about, agreement) if agreement and agreement.accepted_at else None


def _final(about: dpa_mail.About) -> EmailMessage | None:
    agreement = _agreement(about, *Agreement.SIGNED)
    file = agreement and agreement.files.filter(kind=AgreementFile.Kind.FINAL).first()
    return agreement_mail.final(about, agreement, bytes(file.content)) if agreement and file else None


def _ended(about: dpa_mail.About) -> EmailMessage | None:
    request = about.request
    if request.state not in (DpaRequest.State.DECLINED, DpaRequest.State.WITHDRAWN, DpaRequest.State.EXPIRED):
        return None
    told = DpaNote.objects.filter(request=request, answer=True, state=DpaRequest.State.DECLINED).order_by("-at", "-pk")
    note = told.first() if request.state == DpaRequest.State.DECLINED else None
    return dpa_mail.ended(about, reason=note.text if note else "", kept_until=_kept_until(about))


def _kept_until(about: dpa_mail.About) -> date | None:
    """The day after which retention erases; None where an agreement of the request is in the way of that."""
    profile, ended_at = ServiceProfile.load(), about.request.ended_at
    if profile is None or ended_at is None or keeping.kept(about.request):
        return None
    return (ended_at + timedelta(days=profile.declined_days)).astimezone(ZoneInfo(profile.time_zone)).date()


def _kept(about: dpa_mail.About) -> EmailMessage | None:
    found = keeping.kept(about.request)
    if found is None:
        return None
    with override(about.language):
        until = found.when(about.language)
    return dpa_mail.kept(about, found.agreements, until)


def _change(about: dpa_mail.About) -> EmailMessage | None:
    agreement, number = _agreement(about, State.IN_FORCE), about.event.partition(" ")[2]
    if agreement is None or not agreement.tell_changes:
        return None
    entry = Release.objects.get(number=int(number))
    since = agreed.since_signed(agreement, about.language, entry)
    return agreement_mail.change(about, agreement, decode(entry.content), since.changes, since.release.number)


_TO_STAFF: dict[Kind, Callable[[dpa_mail.About, str], EmailMessage | None]] = {
    Kind.DPA_NOTICE: _notice,
    Kind.DPA_TASK: _task,
}
_TO_THE_CUSTOMER: dict[Kind, Callable[[dpa_mail.About], EmailMessage | None]] = {
    Kind.DPA_RECEIPT: dpa_mail.receipt,
    Kind.DPA_LINK: _link,
    Kind.DPA_ISSUED: _issued,
    Kind.DPA_REMINDER: _reminder,
    Kind.DPA_ACCEPTED: _accepted,
    Kind.DPA_FINAL: _final,
    Kind.DPA_ENDED: _ended,
    Kind.DPA_KEPT: _kept,
    Kind.DPA_CHANGE: _change,
}
