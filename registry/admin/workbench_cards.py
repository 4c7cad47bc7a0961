"""One passage in one language as its page shows it: source, difference, text, and who answers for it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import CharField
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.utils import build_localized_fieldname

from ..actions.translating import Passage, made_from, place
from ..actions.translators import may_approve, may_approve_pin, may_translate
from ..exchange import composing
from ..exchange.difference import Piece, difference
from ..exchange.placeholders import Values, names
from ..exchange.terms import stand_for
from ..models import ServiceProfile, State, TranslationPin
from ..translation import text_digest
from .naming import name_of
from .standing import answers

KINDS = {ServiceProfile: gettext_lazy("privacy notice")}


@dataclass(frozen=True)
class Reader:
    """Who looks, at which language, and what they need to be told it."""

    user: Any
    language: str
    profile: ServiceProfile
    zone: ZoneInfo

    @cached_property
    def service(self) -> dict[str, Any]:
        return composing.service(self.profile)

    def facts(self, noun: Any) -> Values:
        return stand_for(noun, self.service, self.language)


@dataclass(frozen=True)
class Told:
    """What came of a form: the text as typed, and why it is not saved; or what was done."""

    typed: str | None = None
    faults: tuple[str, ...] = ()
    moved: str = ""
    saved: str = ""


@dataclass(frozen=True)
class Card:
    reader: Reader
    passage: Passage
    pin: TranslationPin | None
    told: Told = Told()
    focused: bool = False

    @property
    def key(self) -> str:
        return self.passage.key

    @property
    def state(self) -> State:
        return State(self.passage.state)

    @property
    def kind(self) -> str:
        noun = self.passage.noun
        return capfirst(KINDS.get(type(noun), noun._meta.verbose_name))

    @property
    def name(self) -> str:
        noun = self.passage.noun
        return "" if isinstance(noun, ServiceProfile) else Truncator(name_of(noun)).chars(100)

    @property
    def field(self) -> str:
        return capfirst(self.passage.noun._meta.get_field(self.passage.field).verbose_name)

    @property
    def text(self) -> str:
        """What the field holds: as typed where it is not saved yet."""
        return self.passage.text if self.told.typed is None else self.told.typed

    @property
    def source_digest(self) -> str:
        return self.passage.digests[0]

    @property
    def one_line(self) -> bool:
        return isinstance(self._field, CharField)

    @property
    def rows(self) -> int:
        """How high the field is where neither style nor script makes it grow."""
        lines = sum(1 + len(line) // 60 for line in max(self.text, self.passage.source, key=len).split("\n"))
        return min(max(lines, 2), 24)

    @property
    def longest(self) -> int | None:
        return self._field.max_length

    @property
    def seen(self) -> str:
        """What a form carries of the texts that were looked at."""
        return " ".join(self.passage.digests)

    @property
    def ticket(self) -> str:
        return f"{self.key} {self.seen}"

    @cached_property
    def change(self) -> list[Piece]:
        """Of an outdated translation: from the source it was made from to the source now."""
        if self.state != State.OUTDATED or self.pin is None or not self.pin.source_text:
            return []
        if self.pin.source_digest == text_digest(self.passage.source):
            return []
        return difference(self.pin.source_text, self.passage.source)

    @property
    def placeholders(self) -> list[tuple[str, str]]:
        """What the source names in braces, each with what it stands for in this language; empty where for nothing."""
        return [(f"{{{name}}}", self._fact(name)) for name in dict.fromkeys(names(self.passage.source))]

    def _fact(self, name: str) -> str:
        try:
            return self.reader.facts(self.passage.noun)[name]
        except KeyError:
            return ""

    @property
    def may_write(self) -> bool:
        return may_translate(self.reader.user, self.passage.language, type(self.passage.noun))

    @property
    def may_confirm(self) -> bool:
        """Whether saving the text as it stands says something: that it is right beside the source as it stands."""
        return self.may_write and self.state in {State.OUTDATED, State.MACHINE}

    @property
    def may_approve(self) -> bool:
        return self._to_approve and may_approve_pin(self.reader.user, self._pin, self.reader.profile)

    @property
    def waits_for_others(self) -> bool:
        """Whether the reader could approve it, had somebody else made it."""
        return self._to_approve and may_approve(self.reader.user, self.passage.language) and not self.may_approve

    @property
    def _to_approve(self) -> bool:
        return self.pin is not None and self.state in {State.MACHINE, State.CURRENT}

    @property
    def _pin(self) -> Any:
        return self.pin

    @property
    def _field(self) -> Any:
        return self.passage.noun._meta.get_field(build_localized_fieldname(self.passage.field, self.passage.language))

    @property
    def history(self) -> list[str]:
        """Who answers for the text, a sentence each."""
        pin = self.pin
        if pin is None or not self.passage.text or pin.text_digest != text_digest(self.passage.text):
            return []
        return answers(pin, self.reader.zone)

    @property
    def unpinned(self) -> str:
        """Why an outdated translation has no difference to show."""
        if self.state != State.OUTDATED or self.change:
            return ""
        return _("Nobody has said which source text this translation was made from. Compare it with the source text.")


def cards(passages: Iterable[Passage], reader: Reader, told: dict[str, Told], at: str = "") -> Iterator[Card]:
    """A card for each passage; `told` and `at` name passages by their keys."""
    rows = list(passages)
    pins = made_from(rows)
    for row in rows:
        pin = pins.get(place(row.noun, row.field, row.language))
        yield Card(reader, row, pin, told.get(row.key, Told()), focused=row.key == at)
