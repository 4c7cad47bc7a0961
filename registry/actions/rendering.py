"""Which mail a delivery is, rendered when it is sent: the queue holds no address and no text."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from ..exchange import mail, message_id
from ..exchange.content import decode
from ..models import Delivery, DpaRequest, ServiceProfile


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
    content = decode(request.release.content)
    if delivery.kind == Delivery.Kind.DPA_RECEIPT:
        return mail.receipt(request, content) if hasattr(request, "requester") else None
    profile = ServiceProfile.load()
    to = profile.contact if profile else content["service"]["contact"]
    page = settings.PUBLIC_URL + reverse("admin:registry_dparequest_change", args=[request.pk])
    return mail.notice(request, content, to=to, page=page)
