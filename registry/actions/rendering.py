"""Which mail a delivery is, rendered when it is sent: the queue holds no address and no text."""

from dataclasses import replace

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from ..exchange import dpa_mail, message_id
from ..exchange.content import decode
from ..models import Delivery, DpaRequest, ServiceProfile
from . import linking


class Held(Exception):
    """Staff have paused what this mail belongs to."""


def message(delivery: Delivery) -> EmailMessage | None:
    """The mail; None where it is not to be sent any more: the person has been erased, or has unsubscribed.

    Raise Held where it has to wait for staff.
    """
    from . import announcing  # noqa: PLC0415 - it queues mails for the pump, which asks here

    if delivery.release_id:
        return announcing.mail(delivery)
    made = _made(delivery)
    if made is not None:
        # As announcements have theirs: whatever comes back of it is known as ours.
        message_id.stamp(made, delivery.pk)
    return made


def _made(delivery: Delivery) -> EmailMessage | None:
    from . import notifying, objecting  # noqa: PLC0415 - they queue mails for the pump, which asks here

    if delivery.request_id:
        return _about_a_request(delivery)
    if delivery.objection_id:
        return objecting.mail(delivery)
    return notifying.mail(delivery)


def _about_a_request(delivery: Delivery) -> EmailMessage | None:
    request = DpaRequest.objects.select_related("requester", "release").get(deliveries=delivery)
    about = dpa_mail.About(request, decode(request.release.content), event=delivery.event)
    if delivery.kind == Delivery.Kind.DPA_NOTICE:
        page = settings.PUBLIC_URL + reverse("admin:registry_dparequest_change", args=[request.pk])
        return dpa_mail.notice(about, to=_mailbox_of_staff(about), page=page)
    if not hasattr(request, "requester"):
        return None
    if delivery.kind == Delivery.Kind.DPA_CHECK:
        open_to_it = request.verified_at is None and request.state not in DpaRequest.ENDED
        link = linking.token(request, linking.Purpose.VERIFY) if open_to_it else None
        return dpa_mail.check(about, _address(request, "verify", link)) if link else None
    about = replace(about, page=_address(request, "status", linking.page(request)))
    return dpa_mail.receipt(about)


def _mailbox_of_staff(about: dpa_mail.About) -> str:
    profile = ServiceProfile.load()
    return profile.contact if profile else str(about.service["contact"])


def _address(request: DpaRequest, page: str, token: str) -> str:
    return f"{settings.PUBLIC_URL}/{request.language}/dpa/{page}/{token}/"
