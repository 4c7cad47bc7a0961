"""The shape of every mail, text and HTML from one set of values. Mails are rendered when they are sent."""

from datetime import datetime
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from .content import Content
from .localized import day, tag, text_direction
from .placeholders import Facts, fill


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
