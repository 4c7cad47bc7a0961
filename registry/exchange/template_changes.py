"""What one version of a DPA template says and another does not, passage by passage and fact by fact."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ..models import DataCategory, DataSubject, DpaTemplate
from .difference import SAME, Piece, difference
from .localized import language_name, listing, tag, territory, text_direction
from .template_content import FACTS, PASSAGES, Content

_CODES: dict[str, Any] = {"data_subjects": DataSubject, "data_categories": DataCategory}
# Lines that stay as they are, shown before and after what does not.
_BEFORE, _AFTER = 4, 3


@dataclass(frozen=True)
class Change:
    """`language` is that of a passage, empty for a fact, which is named in the reader's."""

    label: str
    language: str
    words: list[Piece]

    @property
    def language_label(self) -> str:
        return capfirst(language_name(self.language, get_language() or "en")) if self.language else ""

    @property
    def tag(self) -> str:
        return tag(self.language or get_language() or "en")

    @property
    def direction(self) -> str:
        return text_direction(self.language or get_language() or "en")


def changes(before: Content | None, after: Content) -> list[Change]:
    """In the active language; from nothing, all that a version says in its source language."""
    return [*_facts(before, after), *_passages(before, after)]


def _facts(before: Content | None, after: Content) -> Iterator[Change]:
    for field in ("languages", "machine", *FACTS):
        old, new = (before[field] if before else None), after[field]
        if (old or None) != (new or None):
            yield Change(_label(field), "", difference(_told(field, old), _told(field, new)))


def _passages(before: Content | None, after: Content) -> Iterator[Change]:
    source = after["source_language"]
    for field in PASSAGES:
        old = before[field]["text"] if before and before[field] else {}
        new = after[field]["text"] if after[field] else {}
        # A language that came or went is told as one, and what it says where it is worked on.
        both = [code for code in after["languages"] if before and code in before["languages"]]
        for code in sorted({source, *both}, key=lambda code: (code != source, code)):
            if old.get(code) != new.get(code):
                yield Change(_label(field), code, _near(difference(old.get(code, ""), new.get(code, ""))))


def _near(pieces: list[Piece]) -> list[Piece]:
    """Of a long text what has changed, with a few lines around it: a word in twenty clauses is not found by reading."""
    last = len(pieces) - 1
    return [
        (action, _ends(text, _AFTER if at else 0, _BEFORE if at < last else 0) if action == SAME else text)
        for at, (action, text) in enumerate(pieces)
    ]


def _ends(text: str, first: int, last: int) -> str:
    lines = text.splitlines(keepends=True)
    if len(lines) <= first + last + 1:
        return text
    return "".join([*lines[:first], "…\n", *lines[len(lines) - last :]])


def _label(field: str) -> str:
    if field == "languages":
        return _("Languages")
    if field == "machine":
        return _("Languages with machine translation")
    return capfirst(str(DpaTemplate._meta.get_field(field).verbose_name))  # type: ignore[union-attr]  # a column


def _told(field: str, value: Any) -> str:
    reader = get_language() or "en"
    if not value:
        return _("not stated")
    if field in {"languages", "machine"}:
        return listing([language_name(code, reader) for code in value], reader)
    if field in _CODES:
        labels = {code: str(label) for code, label in _CODES[field].choices}
        return "\n".join(labels.get(code, code) for code in value)
    return str(value) if field == "authority" else territory(value, reader) or str(value)
