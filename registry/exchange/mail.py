"""The shape of every mail, text and HTML from one set of values, and the mails about a DPA request.

Mails are rendered when they are sent.
"""

from datetime import datetime
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from ..models import Delivery, DpaRequest
from .content import Content
from .localized import day, tag, territory, text_direction
from .placeholders import Facts, fill


def receipt(request: DpaRequest, content: Content) -> EmailMultiAlternatives:
    """To the requester, in the language of their form; `content` is that of the release they were shown.

    The note, the address and the account are not repeated: nobody can have us carry a text of theirs, or a link, to a
    mailbox of their choice.
    """
    with override(request.language):
        requester, service = request.requester, content["service"]
        asked = [
            (_("Company"), requester.company),
            (_("Country"), territory(request.country, request.language) or request.country),
            (_("Signatory"), requester.name),
            (_("Hosting region"), region_name(content, request.region, request.language)),
        ]
        context = {
            "request": request,
            "service": service["service"],
            "provider": service["provider"],
            "contact": service["contact"],
            "received_on": received_on(request.received_at, content, request.language),
            "asked": [(label, value) for label, value in asked if value],
            "privacy": f"{settings.PUBLIC_URL}/{request.language}/dpa/privacy/" if content["privacy"] else "",
        }
        subject = _("We have received your DPA request %(reference)s") % {"reference": request.reference}
        return message(
            Delivery.Kind.DPA_RECEIPT,
            request.reference,
            service,
            to=requester.email,
            subject=subject,
            context=context,
            language=request.language,
        )


def notice(request: DpaRequest, content: Content, *, to: str, page: str) -> EmailMultiAlternatives:
    """To staff, in the source language: where to look, and nothing about the person, for fewer copies of it."""
    language = content["source_language"]
    with override(language):
        context = {
            "request": request,
            "service": content["service"]["service"],
            "country": territory(request.country, language) or request.country,
            "region": region_name(content, request.region, language),
            "received_on": received_on(request.received_at, content, language),
            "page": page,
        }
        subject = _("New DPA request %(reference)s") % {"reference": request.reference}
        return message(
            Delivery.Kind.DPA_NOTICE,
            request.reference,
            content["service"],
            to=to,
            subject=subject,
            context=context,
            language=language,
        )


def received_on(at: datetime, content: Content, language: str) -> str:
    """The day in the release's time zone."""
    return day(at.astimezone(ZoneInfo(content["time_zone"])).date(), language)


def region_name(content: Content, key: str, language: str) -> str:
    """The name of a release's region, in the language or else the source's; the key where the release has none."""
    for region in content["regions"]:
        if region["key"] == key:
            told = language if language in region["name"]["text"] else content["source_language"]
            return fill(region["name"]["text"][told], Facts(content["service"], told))
    return key


def message(
    name: str,
    about: str,
    service: dict[str, Any],
    *,
    to: str,
    subject: str,
    context: dict[str, Any],
    language: str,
    event: str = "",
) -> EmailMultiAlternatives:
    """A mail of the templates mail/{name}.txt and .html; the language is active.

    `about` is the reference that the mail is about. `event` tells apart mails of one name about one thing.
    """
    context = {**context, "subject": subject, "tag": tag(language), "direction": text_direction(language)}
    own = ".".join(part for part in (name, about, event) if part)
    made = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"mail/{name}.txt", context).strip() + "\n",
        from_email=sender(service["service"]),
        to=[to],
        reply_to=[service["contact"]],
        headers={
            # The same for every attempt: a mail that goes out twice is known as one.
            "Message-ID": f"<{own}@{urlsplit(settings.PUBLIC_URL).hostname}>",
            "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answers
            "X-Auto-Response-Suppress": "All",
            "Content-Language": tag(language),
            # By it a file in development is found again: a body may be in base64.
            **({"X-Reference": about} if about else {}),
        },
    )
    made.attach_alternative(render_to_string(f"mail/{name}.html", context), "text/html")
    return made


def sender(service: str) -> str:
    """The sender's address, under the service's name where the setting gives none."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return str(Address(display_name=name or " ".join(service.split()), addr_spec=address))
