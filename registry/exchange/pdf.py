"""HTML of ours as PDF: accessible, archivable, and the same bytes for the same input on every day."""

import io
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from . import typesetter
from .localized import tag
from .pdf_tree import tree

log = logging.getLogger(__name__)

# Twenty pages take half a second; a machine under load takes longer.
TIMEOUT = 60
# At once, in each process of the server: each takes up to 150 MB.
_SETTING = threading.BoundedSemaphore(2)
PROGRAM = Path(settings.BASE_DIR) / "templates" / "pdf" / "paper.typ"


@dataclass(frozen=True)
class Attachment:
    """A file inside the PDF. Its name is ASCII: readers do not agree on others."""

    name: str
    content: bytes
    description: str
    mime_type: str = "application/pdf"


@dataclass(frozen=True)
class Paper:
    """What a document is beside its text.

    `language` is one of our codes, of the document as a whole; parts in another one carry `lang` in the HTML. `day` is
    the only time in the file. The lines of `footer` stand on each page, beside its number. Links within our own site
    become whole with `address`, and plain text where it is empty.
    """

    title: str
    language: str
    day: date
    footer: Sequence[str] = ()
    attachments: Sequence[Attachment] = ()
    author: str = ""
    address: str = ""


class Unprintable(Exception):
    """`characters` are in no font: the document is not made, rather than made with boxes in their place."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        super().__init__(f"No font has: {', '.join(f'U+{ord(char):04X}' for char in characters)}")


class Unfinished(Exception):
    """The typesetter took too long, or broke: perhaps not the next time."""


def pdf(html: str, paper: Paper) -> bytes:
    """Raise Unprintable, Unfinished, and ValueError for HTML that pdf_tree does not know."""
    (made,) = _typeset(html, paper, 0)
    return made


def pictures(html: str, paper: Paper, ppi: int = 96) -> list[bytes]:
    """The pages as PNG, as the PDF shows them. Raise as `pdf` does."""
    return _typeset(html, paper, ppi)


def _typeset(html: str, paper: Paper, ppi: int) -> list[bytes]:
    job = {
        "program": PROGRAM.read_text("utf-8"),
        "document": {"paper": _about(paper), "blocks": tree(html, paper.address), "attachments": _named(paper)},
        "day": paper.day.isoformat(),
        "fonts": [str(settings.FONTS_DIR)] if settings.FONTS_DIR else [],
        "ppi": ppi,
    }
    asked = io.BytesIO()
    typesetter.send(asked, job, [attachment.content for attachment in paper.attachments])
    head, files = typesetter.receive(io.BytesIO(_run(asked.getvalue())))
    if head.get("missing"):
        raise Unprintable(head["missing"])
    if "fault" in head:
        # What typst says names our program's lines, never the text.
        log.error("The typesetter refuses its program: %s", head["fault"])
        raise Unfinished
    return files


def _run(asked: bytes) -> bytes:
    """Isolated (-I): no module of the folder it stands in, none of our secrets in its environment."""
    try:
        with _SETTING:
            done = subprocess.run(  # noqa: S603 - our own file, no shell
                [sys.executable, "-I", typesetter.__file__],
                input=asked,
                capture_output=True,
                env={name: os.environ[name] for name in ("TMPDIR", "LD_LIBRARY_PATH") if name in os.environ},
                timeout=TIMEOUT,
            )
    except (OSError, subprocess.TimeoutExpired) as error:
        log.error("The typesetter did not finish: %s", type(error).__name__)
        raise Unfinished from error
    if done.returncode:
        # By its number alone: what it wrote may hold the text, and so a person.
        log.error("The typesetter ended with %s.", done.returncode)
        raise Unfinished
    return done.stdout


def _about(paper: Paper) -> dict[str, Any]:
    language, _dash, region = tag(paper.language).partition("-")
    with override(paper.language):
        # Translators: at the foot of each page of a PDF. Keep {page} and {pages}.
        numbers = _("Page {page} of {pages}")
    return {
        "title": paper.title,
        "author": paper.author,
        "lang": language,
        "region": region or None,
        "footer": list(paper.footer),
        "numbers": _parts(numbers, "{page}", "{pages}"),
    }


def _parts(text: str, *marks: str) -> list[str]:
    """The text cut around its marks, which stand for themselves."""
    parts = [text]
    for mark in marks:
        parts = [piece for part in parts for piece in _cut(part, mark)]
    return [part for part in parts if part]


def _cut(part: str, mark: str) -> list[str]:
    before, found, after = part.partition(mark)
    return [before, found, after] if found else [part]


def _named(paper: Paper) -> list[dict[str, str]]:
    return [
        {"name": file.name, "description": file.description, "mime_type": file.mime_type} for file in paper.attachments
    ]
