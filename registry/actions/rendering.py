"""Which mail a delivery is, rendered when it is sent: the queue holds no address and no text."""

from django.core.mail import EmailMessage

from ..exchange import message_id
from ..models import Delivery


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
    from . import corresponding, notifying, objecting  # noqa: PLC0415 - they queue mails for the pump, which asks here

    if delivery.request_id:
        return corresponding.mail(delivery)
    if delivery.objection_id:
        return objecting.mail(delivery)
    return notifying.mail(delivery)
