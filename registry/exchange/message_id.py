"""The Message-ID of a mail that we send: whatever comes back with it is about a mail of ours, for it is signed."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage

_OURS = re.compile(r"\s*<?\s*([0-9]{1,18}\.[A-Za-z0-9_-]+)@[^<>@\s]+\s*>?\s*")


def make(delivery_id: int) -> str:
    """The same for every attempt: a mail that goes out twice is known as one."""
    return f"<{_signer().sign(str(delivery_id))}@{urlsplit(settings.PUBLIC_URL).hostname}>"


def read(message_id: str) -> int | None:
    """The delivery that a Message-ID names; None where it is none of ours. The host may have changed since."""
    found = _OURS.fullmatch(message_id)
    try:
        return int(_signer().unsign(found[1])) if found else None
    except signing.BadSignature:
        return None


def stamp(made: EmailMessage, delivery_id: int) -> None:
    """A bounce names the mail by it; a mail provider's webhook, with a number of its own, does so by the metadata
    (django-anymail)."""
    made.extra_headers["Message-ID"] = own = make(delivery_id)
    made.metadata = {"message_id": own}  # type: ignore[attr-defined]


def _signer() -> signing.Signer:
    # RFC 5322, 3.6.4: what stands before the @ is a dot-atom.
    return signing.Signer(salt="registry.exchange.message_id", sep=".")
