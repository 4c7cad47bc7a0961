"""The mails that the subscription form brings: one asks to confirm, one tells who is subscribed already."""

from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _
from django.utils.translation import override

from ..models import Delivery, SubscriberIdentity
from .content import Content
from .mail import message
from .subscription import chosen


def confirmation(
    identity: SubscriberIdentity, content: Content, language: str, link: str, days: int, delivery: Delivery
) -> EmailMultiAlternatives:
    with override(language):
        subject = _("Please confirm: notice of changes, %(service)s") % {"service": content["service"]["service"]}
        return _mail(identity, content, language, delivery, subject, {"link": link, "days": days})


def preferences(
    identity: SubscriberIdentity, content: Content, language: str, link: str, delivery: Delivery
) -> EmailMultiAlternatives:
    with override(language):
        subject = _("You are subscribed already: notice of changes, %(service)s") % {
            "service": content["service"]["service"]
        }
        return _mail(identity, content, language, delivery, subject, {"link": link})


def _mail(
    identity: SubscriberIdentity,
    content: Content,
    language: str,
    delivery: Delivery,
    subject: str,
    context: dict[str, Any],
) -> EmailMultiAlternatives:
    """What was typed into the form, but for the choices, is not repeated: anybody can type any address into it."""
    service = content["service"]
    return message(
        str(delivery.kind),
        identity.subscriber.reference,
        service,
        to=identity.email,
        subject=subject,
        context={
            "reference": identity.subscriber.reference,
            "service": service["service"],
            "provider": service["provider"],
            "contact": service["contact"],
            "chosen": chosen(identity.subscriber, content, language),
            **context,
        },
        language=language,
    )
