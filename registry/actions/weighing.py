"""What an entry of a translators' file would do to the passage that it names, and why it is refused."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import Truncator, capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

from ..exchange import composing, po
from ..exchange.composing import Draft
from ..exchange.difference import Piece, difference
from ..exchange.placeholders import Values
from ..exchange.terms import stand_for
from ..exchange.wording import faults_beside
from ..models import ProcessingLocation, ServiceProfile, State, Subprocessor, TranslationPin
from ..translation import TRANSLATED, normal, prose, text_digest
from .publishing import draft
from .translating import Passage, made_from, passages, place
from .translators import may_translate

ADDED, CHANGED, CONFIRMED, OUTDATED = "added", "changed", "confirmed", "outdated"
REFUSED, UNCHANGED = "refused", "unchanged"
_TAKEN = frozenset({ADDED, CHANGED, CONFIRMED, OUTDATED})


@dataclass(frozen=True)
class Line:
    """What an import does with one entry; `source` is what a text that is taken is pinned to."""

    entry: po.Entry
    action: str
    passage: Passage | None = None
    source: str = ""
    reasons: tuple[str, ...] = ()

    @property
    def taken(self) -> bool:
        return self.action in _TAKEN

    @property
    def name(self) -> str:
        return name_of(self.passage, get_language() or "en") if self.passage else ""

    @property
    def words(self) -> list[Piece]:
        return difference(self.passage.text if self.passage else "", self.entry.text)


@dataclass(frozen=True)
class Plan:
    language: str
    lines: tuple[Line, ...]

    def of(self, action: str) -> list[Line]:
        return [line for line in self.lines if line.action == action]

    @cached_property
    def taken(self) -> list[Line]:
        return [line for line in self.lines if line.taken]

    @cached_property
    def refused(self) -> list[Line]:
        return self.of(REFUSED)

    @property
    def unchanged(self) -> int:
        return len(self.lines) - len(self.taken) - len(self.refused)

    @cached_property
    def fingerprint(self) -> str:
        """Names what a preview showed: which texts are put in place of which, and what they are pinned to."""
        told = [
            (line.action, line.entry.key, line.entry.text, line.passage.text, line.passage.source, line.source)
            for line in self.taken
            if line.passage
        ]
        return hashlib.sha256(repr((self.language, told)).encode()).hexdigest()


def plan(entries: Iterable[po.Entry], language: str, *, by: Any = None, found: Draft | None = None) -> Plan:
    """What each entry does to the draft as it stands; nothing is saved. `by` is None for a command."""
    found = found or draft()
    rows = {row.key: row for row in passages(found, [language])}
    entries = list(entries)
    asked = [rows[entry.key] for entry in entries if entry.key in rows]
    weighing = _Weighing(made_from(asked), composing.service(found.profile), by)
    return Plan(language, tuple(weighing.line(entry, rows.get(entry.key)) for entry in entries))


class _Weighing:
    """One entry against the passage that it names."""

    def __init__(self, pins: dict[Any, TranslationPin], service: dict[str, Any], by: Any) -> None:
        self.pins, self.service, self.by = pins, service, by

    def line(self, entry: po.Entry, passage: Passage | None) -> Line:
        if passage is None:
            return Line(entry, REFUSED, reasons=(_("The policy has no passage with this key."),))
        if self.by is not None and not may_translate(self.by, passage.language, type(passage.noun)):
            return Line(entry, REFUSED, passage, reasons=(_("You may not change this text."),))
        if not entry.text.strip():
            return Line(entry, UNCHANGED, passage)
        same = normal(entry.text) == normal(passage.text)
        if entry.fuzzy:
            return self._fuzzy(entry, passage, same)
        if normal(entry.source) != normal(passage.source):
            return self._of_another_source(entry, passage, same)
        if same:
            action = CONFIRMED if passage.state == State.OUTDATED else UNCHANGED
            return self._checked(entry, action, passage, passage.source)
        return self._overtaken(entry, passage) or self._checked(
            entry, CHANGED if passage.text else ADDED, passage, passage.source
        )

    def _fuzzy(self, entry: po.Entry, passage: Passage, same: bool) -> Line:
        """Not ready: what is outdated here may be mended a little and stay outdated; a tool's guess is no text."""
        if same or entry.edited is False:
            return Line(entry, UNCHANGED, passage)
        made_of = pinned_source(passage, self.pins.get(place(passage.noun, passage.field, passage.language)))
        guess = entry.guessed_from or not made_of or normal(entry.previous) != made_of
        if passage.state != State.OUTDATED or guess:
            return Line(entry, REFUSED, passage, reasons=(_("It is still marked as fuzzy."),))
        return self._overtaken(entry, passage) or self._checked(entry, OUTDATED, passage, made_of)

    def _of_another_source(self, entry: po.Entry, passage: Passage, same: bool) -> Line:
        """The source has moved since the export: the text is kept as outdated, and never put over a newer one."""
        untouched = same or entry.edited is False
        if passage.state not in {State.MISSING, State.OUTDATED}:
            if untouched:
                return Line(entry, UNCHANGED, passage)
            told = _("It has been translated anew since the export, from a newer source text.")
            return Line(entry, REFUSED, passage, reasons=(told,))
        pin = self.pins.get(place(passage.noun, passage.field, passage.language))
        made_of_it = pinned_source(passage, pin) == normal(entry.source)
        if untouched and not (same and entry.released and not made_of_it):
            return Line(entry, UNCHANGED, passage)
        return (None if same else self._overtaken(entry, passage)) or self._checked(
            entry, OUTDATED, passage, entry.source
        )

    def _overtaken(self, entry: po.Entry, passage: Passage) -> Line | None:
        """Somebody changed the text here after the export."""
        if not entry.digest or entry.digest == po.digits(passage.text):
            return None
        if not entry.edited and not (entry.released and passage.state == State.OUTDATED):
            return Line(entry, UNCHANGED, passage)
        return Line(entry, REFUSED, passage, reasons=(_("It was changed here since the export."),))

    def _checked(self, entry: po.Entry, action: str, passage: Passage, source: str) -> Line:
        if action == UNCHANGED:
            return Line(entry, action, passage)
        facts: Values = stand_for(passage.noun, self.service, passage.language)
        reasons = faults_beside(entry.text, source, facts)
        if reasons and action == OUTDATED and not faults_beside(entry.text, passage.source, facts):
            # It was on its way to the source as it stands.
            reasons = []
        field = passage.noun._meta.get_field(build_localized_fieldname(passage.field, passage.language))
        try:
            field.clean(entry.text, passage.noun)
        except ValidationError as error:
            reasons = [*reasons, *error.messages]
        if reasons:
            return Line(entry, REFUSED, passage, reasons=tuple(reasons))
        return Line(entry, action, passage, source)


def pinned_source(passage: Passage, pin: TranslationPin | None) -> str:
    """The source that a text was made from; empty where nobody can say."""
    return pin.source_text if pin and pin.text_digest == text_digest(passage.text) else ""


def name_of(passage: Passage, language: str) -> str:
    """A passage as people know it: Policy section “Definition”, body. `language` is its text's, where it speaks it."""
    noun = passage.noun
    kind = capfirst(str(noun._meta.verbose_name))
    field = noun._meta.get_field(passage.field).verbose_name
    if isinstance(noun, ServiceProfile):
        return f"{kind}, {field}"
    return _("%(kind)s “%(name)s”, %(field)s") % {"kind": kind, "name": _named(noun, language), "field": field}


def _named(noun: Any, language: str) -> str:
    match noun:
        case Subprocessor():
            return noun.legal_name
        case ProcessingLocation():
            return f"{noun.subprocessor.legal_name}: {noun.key}"
    texts = prose(noun, TRANSLATED[type(noun)][0])
    return Truncator(texts.get(language) or next(iter(texts.values()), noun.key)).chars(60)
