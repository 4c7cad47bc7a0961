"""The last pages of an agreement that both parties have signed: who, when, which document, what happened, how to check.

HTML with the tags that pdf.py prints. It is set together with the text of the agreement.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from io import BytesIO

from django.template.loader import render_to_string
from django.utils.translation import override
from pypdf import PdfReader

from .localized import tag, text_direction

_HEADING = re.compile(r"<h1\b[^>]*>(.*?)</h1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


@dataclass(frozen=True)
class Signed:
    """One party’s signature. `address` and `browser` are empty for the provider, whose staff was signed in."""

    name: str
    role: str
    at: datetime
    address: str
    browser: str
    digest: str

    @property
    def moment(self) -> str:
        return moment(self.at)


@dataclass(frozen=True)
class Happened:
    """An event of the chain. `kind` is in the language of the page."""

    number: int
    kind: str
    at: datetime
    digest: str

    @property
    def moment(self) -> str:
        return moment(self.at)


@dataclass(frozen=True)
class Evidence:
    """`way` is "click" or "upload"; of an upload `unchanged` says whether it begins with the document issued, and
    `signatures` how many electronic signatures were found in it, which nobody has checked."""

    reference: str
    request: str
    language: str
    template: str
    version: int
    version_digest: str
    release: int
    release_digest: str
    text_digest: str
    issued_digest: str
    signed_digest: str
    way: str
    unchanged: bool | None
    signatures: int
    customer: Signed
    provider: Signed
    events: tuple[Happened, ...]
    supersedes: str = ""


def html(evidence: Evidence) -> str:
    with override(evidence.language):
        context = {
            "evidence": evidence,
            "tag": tag(evidence.language),
            "direction": text_direction(evidence.language),
            "issued": attached_as(evidence.reference, "issued"),
            "signed": attached_as(evidence.reference, "signed"),
        }
        return render_to_string("agreement/evidence.html", context).strip() + "\n"


def attached_as(reference: str, kind: str) -> str:
    """The name of a file inside the final PDF."""
    return f"{reference}-{kind}.pdf"


def moment(at: datetime) -> str:
    """To the second and in UTC, so that nobody takes it for another one."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def heading(text: str) -> str:
    """The first heading of an agreement’s text, plain."""
    found = _HEADING.search(text)
    return unescape(_TAG.sub("", found[1])).strip() if found else ""


def digests_in(final: bytes) -> set[str]:
    """Every digest that a final document of ours shows."""
    return {found for page in PdfReader(BytesIO(final)).pages for found in _DIGEST.findall(page.extract_text())}
