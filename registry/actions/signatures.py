"""One party’s signature under an agreement."""

import secrets
import unicodedata
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.html import escape
from django.utils.translation import gettext as _

from ..exchange import agreement_paper, pdf
from ..exchange import signature as shape
from ..exchange.pdf import Paper, Unfinished, Unprintable
from ..models import Agreement, Signature
from .cases import CannotMove
from .drawing_up import unfinished, unprintable

BROWSER = 400
# They turn text around, on a page that proves who signed.
_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def made(
    agreement: Agreement,
    party: str,
    at: datetime,
    *,
    name: str,
    role: str,
    address: str = "",
    browser: str = "",
    by: Any = None,
) -> Signature:
    """A signature, not saved yet. Raise ValidationError where a name or a role is missing, too long or cannot be
    printed on the evidence page. It may start a process: not in a transaction."""
    signature = Signature(
        agreement=agreement,
        party=party,
        name=_seen(name),
        role=_seen(role),
        at=at,
        address=address,
        browser=_ascii(browser),
        by=by,
        salt=secrets.token_urlsafe(32),
    )
    signature.clean_fields(exclude=["agreement", "by"])
    _refuse_turned(signature)
    _refuse_unprintable(signature)
    return signature


def digest(signature: Signature) -> str:
    """The digest that the chain of events keeps of a signature."""
    return shape.said(
        agreement=signature.agreement.reference,
        party=signature.party,
        name=signature.name,
        role=signature.role,
        at=signature.at,
        address=signature.address,
        browser=signature.browser,
        salt=signature.salt,
    )


def _seen(text: str) -> str:
    """Nothing where nobody would see anything: a space of no width is no name."""
    return " ".join(text.split()) if any(char.isalnum() for char in text) else ""


def _refuse_turned(signature: Signature) -> None:
    told = _("This field contains a line break or another character that cannot be shown. Please remove it.")
    wrong = {name: told for name in ("name", "role") if any(map(_turns, getattr(signature, name)))}
    if wrong:
        raise ValidationError(wrong)


def _turns(char: str) -> bool:
    return unicodedata.category(char) == "Cc" or unicodedata.bidirectional(char) in _TURNING


def _ascii(browser: str) -> str:
    """What a browser says of itself: ASCII by RFC 9110, and whatever else a stranger may send."""
    return "".join(char if " " <= char <= "~" else "?" for char in browser[:BROWSER])


def _refuse_unprintable(signature: Signature) -> None:
    wrong = {}
    paper = Paper(title=signature.agreement.reference, language=signature.agreement.language, day=signature.at.date())
    for name in ("name", "role"):
        text = getattr(signature, name)
        if agreement_paper.surely_printable(text):
            continue
        try:
            pdf.pdf(f"<p>{escape(text)}</p>", paper)
        except Unprintable as error:
            wrong[name] = unprintable(error)
        except Unfinished as error:
            raise CannotMove(unfinished()) from error
    if wrong:
        raise ValidationError(wrong)
