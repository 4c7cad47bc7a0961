"""Which fields speak languages, and how to read and write them: by language, never by the un-suffixed attribute,
whose column holds whatever language its writer had active."""

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.db.models import Model
from modeltranslation.translator import TranslationOptions, translator
from modeltranslation.utils import build_localized_fieldname

from .models import (
    DpaTemplate,
    PolicySection,
    ProcessingLocation,
    Question,
    Region,
    Safeguard,
    ServiceProfile,
    State,
    Subprocessor,
    TranslationPin,
)

TRANSLATED: dict[type[Model], tuple[str, ...]] = {
    ServiceProfile: ("privacy",),
    PolicySection: ("heading", "body"),
    Question: ("question", "answer"),
    Region: ("name", "customers"),
    Safeguard: ("text",),
    Subprocessor: ("purpose",),
    ProcessingLocation: ("place",),
    DpaTemplate: ("title", "body", "purposes", "retention", "measures"),
}

for _model, _fields in TRANSLATED.items():
    translator.register(_model, type(f"{_model.__name__}Translation", (TranslationOptions,), {"fields": _fields}))


def prose(noun: Any, field: str) -> dict[str, str]:
    """What a translated field says, by language code, without the languages in which it says nothing."""
    texts = {code: getattr(noun, build_localized_fieldname(field, code)) for code, _name in settings.LANGUAGES}
    return {code: text for code, text in texts.items() if text and text.strip()}


def set_prose(noun: Any, field: str, texts: dict[str, str]) -> None:
    """Set a translated field in the languages given; the others keep their text."""
    for code, text in texts.items():
        setattr(noun, build_localized_fieldname(field, code), text)


def normal(text: str) -> str:
    """A text as a release freezes it: NFC, lines that end in a line feed."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n"))


def text_digest(text: str) -> str:
    """SHA-256, hex: two texts with one digest read the same in a release."""
    return hashlib.sha256(normal(text).encode()).hexdigest()


def noun_name(noun: Any) -> str:
    """How pins name a row's model; takes a row or a class."""
    return noun._meta.model_name


@dataclass(frozen=True)
class Pinned:
    """What of a pin decides a passage's state."""

    source_digest: str
    text_digest: str
    status: str


class Pins:
    """The pins of many rows, asked of the database once; `state` says what they mean for the texts at hand."""

    def __init__(self, found: dict[tuple[str, int, str, str], Pinned]) -> None:
        self._found = found

    @classmethod
    def load(cls, **among: Any) -> Self:
        """All pins, or those that a filter names."""
        rows = TranslationPin.objects.filter(**among).values_list(
            "noun", "object_id", "field", "language", "source_digest", "text_digest", "status"
        )
        return cls({row[:4]: Pinned(*row[4:]) for row in rows.iterator()})

    @classmethod
    def of(cls, model: Any, pks: Iterable[int]) -> Self:
        return cls.load(noun=noun_name(model), object_id__in=list(pks))

    def state(self, noun: Any, field: str, language: str, texts: dict[str, str], source: str) -> State:
        """`texts` are the field's, by language; `source` is the source language, in which the field says something."""
        return self.state_at((noun_name(noun), noun.pk, field, language), texts, source)

    def state_at(self, place: tuple[str, int, str, str], texts: dict[str, str], source: str) -> State:
        """The same of a row that nobody has read: its model's name and id, the field, the language."""
        language = place[3]
        if language not in texts:
            return State.MISSING
        pin = self._found.get(place)
        if pin is None or pin.text_digest != text_digest(texts[language]):
            return State.OUTDATED
        if pin.source_digest != text_digest(texts[source]):
            return State.OUTDATED
        return _STATES[pin.status]


_STATES = {
    TranslationPin.Status.MACHINE.value: State.MACHINE,
    TranslationPin.Status.HUMAN.value: State.CURRENT,
    TranslationPin.Status.APPROVED.value: State.APPROVED,
}
