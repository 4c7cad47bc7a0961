"""Links to a request for its customer: 128 bits, revocable, derived from the secret key and held in no table."""

import base64
import hashlib
import secrets
from datetime import datetime

from django.utils import timezone
from django.utils.crypto import salted_hmac

from ..models import DpaLink, DpaRequest

Purpose = DpaLink.Purpose


class NoLink(Exception):
    """A link that opens nothing: forged, cut, used up, revoked, too old, or of what has been erased. All are one."""


def make(request: DpaRequest, purpose: str, expires_at: datetime | None = None) -> str:
    """A new link’s token."""
    link = DpaLink(request=request, purpose=purpose, nonce=secrets.token_urlsafe(16), expires_at=expires_at)
    token = _token(link)
    link.digest = _digest(token)
    link.save(force_insert=True)
    return token


def token(request: DpaRequest, purpose: str) -> str | None:
    """The token of the newest good link, for a mail; None where there is none, or the secret key has changed since."""
    for link in request.links.good().filter(purpose=purpose).order_by("-made_at"):
        derived = _token(link)
        if _digest(derived) == link.digest:
            return derived
    return None


def page(request: DpaRequest) -> str:
    """The token of the link to the customer’s page; a new link where there is none."""
    return token(request, Purpose.PAGE) or make(request, Purpose.PAGE)


def opened(token: str, purpose: str) -> DpaLink:
    """The link of a token, with its request. Raise NoLink; one query whatever is wrong with it."""
    good = DpaLink.objects.good().filter(purpose=purpose, request__erased_at__isnull=True)
    link = good.select_related("request__requester", "request__release").filter(digest=_digest(token)).first()
    if link is None:
        raise NoLink
    return link


def used(link: DpaLink) -> None:
    """Use a link up, in a transaction. Raise NoLink where somebody was quicker."""
    if not DpaLink.objects.good().filter(pk=link.pk).update(used_at=timezone.now()):
        raise NoLink


def revoke(request: DpaRequest, *purposes: str) -> None:
    request.links.good().filter(purpose__in=purposes).update(revoked_at=timezone.now())


def _token(link: DpaLink) -> str:
    said = f"{link.purpose} {link.request.reference} {link.nonce}"
    key = salted_hmac("registry.actions.linking", said, algorithm="sha256").digest()[:16]
    return base64.urlsafe_b64encode(key).rstrip(b"=").decode()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
