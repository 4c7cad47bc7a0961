"""The links in a subscriber's mails: signed, without an address, each good for one purpose alone.

A mail program is given the link that unsubscribes (RFC 8058); it must not open the preferences, which show the address.
"""

import re
from datetime import datetime, timedelta
from typing import Literal

from django.core import signing
from django.utils import timezone

Purpose = Literal["confirm", "preferences", "unsubscribe"]

# How long a link that confirms is good, and an address that nobody confirms is kept.
CONFIRM_WITHIN = timedelta(days=7)
# Signatures and times are of the letters of a URL, without this one.
_SEP = "."
_REFERENCE = re.compile(r"(SUB-[0-9A-Z]{4}-[0-9A-Z]{4})\..+")


class Forged(Exception):
    """Not ours; or of an address that has been erased, or given a new secret, since."""


class Expired(Exception):
    """Ours, and too old."""


def make(purpose: Purpose, reference: str, secret: str) -> str:
    return _signer(purpose, secret).sign(reference)


def reference(token: str) -> str:
    """Whose link it says it is. Raise Forged where it is none."""
    found = _REFERENCE.fullmatch(token)
    if found is None:
        raise Forged
    return found[1]


def check(purpose: Purpose, token: str, secret: str, ended_at: datetime | None = None) -> None:
    """Raise Forged or Expired. `ended_at` is when whoever has the link unsubscribed: what confirmed before that has
    had its day, and does not bring the mails back."""
    signer = _signer(purpose, secret)
    try:
        if isinstance(signer, signing.TimestampSigner):
            signer.unsign(token, max_age=min(CONFIRM_WITHIN, _since(ended_at)))
        else:
            signer.unsign(token)
    except signing.SignatureExpired as error:
        raise Expired from error
    except signing.BadSignature as error:
        raise Forged from error


def _since(moment: datetime | None) -> timedelta:
    """With room for a signature's time, which is in whole seconds: what is asked at once after it is not before it."""
    return timezone.now() - moment + timedelta(seconds=1) if moment else timedelta.max


def _signer(purpose: Purpose, secret: str) -> signing.Signer:
    """By the address’s own secret, so that erasing the address ends its links."""
    salt = f"registry.exchange.subscriber_link.{purpose}.{secret}"
    # Only what confirms grows old: whoever finds a mail of years ago can still unsubscribe.
    return (signing.TimestampSigner if purpose == "confirm" else signing.Signer)(salt=salt, sep=_SEP)
