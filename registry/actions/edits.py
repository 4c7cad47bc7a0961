"""Who has changed the draft since somebody looked at it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model
from django.utils.translation import get_language

from ..exchange.localized import language_name
from ..history import AUDITED, RECORDS
from ..models import TranslationPin, Translator
from ..translation import TRANSLATED, noun_name
from .checking import passage_name


@dataclass(frozen=True)
class Edit:
    """One change of the draft, as its history tells it."""

    model: type[Model]
    name: str
    by: str
    at: datetime

    @property
    def label(self) -> str:
        return str(self.model._meta.verbose_name)


def edits_since(moment: datetime, most: int = 10) -> list[Edit]:
    """Who has changed the draft since, the latest first."""
    edits = [
        edit
        for model in AUDITED.keys() - {*RECORDS, Translator, TranslationPin}
        for edit in _edits(model, moment, most)
    ]
    # A pin that was saved along with its text says nothing more; an approval has no other trace.
    edits += [
        pin
        for pin in _edits(TranslationPin, moment, most)
        if not any(edit.by == pin.by and abs(edit.at - pin.at) < timedelta(seconds=1) for edit in edits)
    ]
    return sorted(edits, key=lambda edit: edit.at, reverse=True)[:most]


def _edits(model: Any, moment: datetime, most: int) -> Iterator[Edit]:
    rows = model.history.filter(history_date__gt=moment).select_related("history_user")
    for row in rows.order_by("-history_date")[:most]:
        name = _pinned(row) if model is TranslationPin else str(row.instance)
        yield Edit(model, name, str(row.history_user or ""), row.history_date)


def _pinned(pin: Any) -> str:
    """The passage that a pin is about, and its language, as staff know them."""
    model = next(model for model in TRANSLATED if noun_name(model) == pin.noun)
    noun = model._default_manager.filter(pk=pin.object_id).first()
    label = passage_name(noun, pin.field) if noun else str(model._meta.verbose_name)
    return f"{label} · {language_name(pin.language, get_language() or 'en')}"
