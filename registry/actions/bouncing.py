"""Mail that comes back, and complaints: which delivery, and whom not to write to again. Telling it twice is once."""

from datetime import datetime
from enum import StrEnum

from django.db import transaction

from ..exchange import message_id
from ..exchange.bounces import Report
from ..exchange.mailbox import mailbox
from ..models import Delivery, Subscriber
from . import notifying


class Outcome(StrEnum):
    """What became of a report."""

    HARD = "hard"  # a delivery has come back for good
    KNOWN = "known"  # as it had been told before
    SOFT = "soft"  # about one mail, or not over yet: the next mail may arrive
    FOREIGN = "foreign"  # about no mail of ours


def take(report: Report, *, by_address: bool = False) -> Outcome:
    """Note what a mail server reports. The Message-ID is signed, so that nobody can make us stop writing to somebody
    else; `by_address` takes the recipient's address as well, from a source that can be trusted."""
    if not report.permanent:
        return Outcome.SOFT
    delivery = _named(report.message_id) or (_sent_to(report.recipient, report.at) if by_address else None)
    if delivery is None:
        return Outcome.FOREIGN
    return Outcome.HARD if _came_back(delivery) else Outcome.KNOWN


def complained(written_id: str, recipient: str, at: datetime | None) -> bool:
    """Somebody called our mail spam, or left by the provider's own link: they are unsubscribed. From a trusted source
    alone. False where that was so, or nobody is known by it."""
    delivery = _named(written_id) or _sent_to(recipient, at)
    subscriber = delivery.subscriber if delivery else None
    if delivery is None or subscriber is None or _confirmed_since(subscriber, delivery.sent_at):
        return False
    return notifying.unsubscribe(subscriber)


def _came_back(delivery: Delivery) -> bool:
    with transaction.atomic():
        sent = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.SENT)
        if not sent.update(state=Delivery.State.BOUNCED):
            return False
        if delivery.subscriber and not _confirmed_since(delivery.subscriber, delivery.sent_at):
            notifying.suppress(delivery.subscriber)
        return True


def _confirmed_since(subscriber: Subscriber, sent_at: datetime | None) -> bool:
    """Whoever confirmed after the mail was sent has received another one since."""
    return bool(sent_at and subscriber.confirmed_at and subscriber.confirmed_at > sent_at)


def _named(written_id: str) -> Delivery | None:
    found = message_id.read(written_id)
    return Delivery.objects.select_related("subscriber").filter(pk=found).first() if found else None


def _sent_to(address: str, at: datetime | None) -> Delivery | None:
    """The newest mail that a subscriber of this address was sent before a moment, since they confirmed."""
    try:
        wanted = mailbox(address)
    except UnicodeError:
        return None
    # As all are that a form takes; the rest no database need be asked for, and some it refuses with an exception.
    if not (wanted.isascii() and wanted.isprintable()):
        return None
    subscriber = Subscriber.objects.confirmed().filter(identity__mailbox=wanted).first()
    if subscriber is None or at is None or subscriber.confirmed_at is None or at < subscriber.confirmed_at:
        return None
    sent = subscriber.deliveries.filter(state=Delivery.State.SENT, sent_at__gte=subscriber.confirmed_at)
    return sent.select_related("subscriber").order_by("-sent_at").first()
