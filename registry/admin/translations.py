"""What is translated and what is not, in lists: missing and outdated told apart."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import State
from ..translation import TRANSLATED, Pins, prose
from .naming import language_label, listed_names
from .speaking import Speech, lacking


class _ByLanguage(admin.SimpleListFilter):
    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.speech = Speech.of(request)
        super().__init__(request, *args, **kwargs)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, language_label(code)) for code in self.speech.shown if code != self.speech.source]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in dict(self.lookup_choices):
            return self.narrowed(queryset, str(self.value()))
        return queryset

    def narrowed(self, queryset: QuerySet[Any], language: str) -> QuerySet[Any]:
        raise NotImplementedError


class MissingFilter(_ByLanguage):
    title = _("translation missing")
    parameter_name = "lacking"

    def narrowed(self, queryset: QuerySet[Any], language: str) -> QuerySet[Any]:
        return queryset.filter(lacking(queryset.model, language, self.speech.source))


class OutdatedFilter(_ByLanguage):
    title = _("translation outdated")
    parameter_name = "outdated"

    def narrowed(self, queryset: QuerySet[Any], language: str) -> QuerySet[Any]:
        """No database compares digests of texts: the nouns of a kind are few enough to be read."""
        model = queryset.model
        pins = Pins.load(noun=model._meta.model_name, language=language)
        behind = [
            noun.pk
            for noun in model._default_manager.order_by()
            if State.OUTDATED in dict(_states(noun, [language], self.speech.source, pins))[language]
        ]
        return queryset.filter(pk__in=behind)


class Rows:
    """The rows of a list, whose pins are asked for once."""

    def __init__(self, model: type[Model], speech: Speech, rows: Iterable[Any]) -> None:
        self.model, self.speech, self.rows = model, speech, rows

    @cached_property
    def _pins(self) -> Pins:
        return Pins.of(self.model, [row.pk for row in self.rows])

    def translated(self, noun: Any) -> str:
        """All there, or the public languages in which something is missing, and in which something is outdated."""
        states = dict(_states(noun, self.speech.public, self.speech.source, self._pins))
        told = []
        if missing := [code for code in self.speech.public if State.MISSING in states.get(code, ())]:
            told.append(gettext("missing: %(languages)s") % {"languages": _names(missing)})
        if behind := [code for code in self.speech.public if State.OUTDATED in states.get(code, ())]:
            told.append(gettext("outdated: %(languages)s") % {"languages": _names(behind)})
        if not told:
            return format_html('<span class="good">{}</span>', gettext("complete"))
        return format_html_join("", '<span class="lacking">{}</span>', ((sentence,) for sentence in told))


def _states(noun: Any, codes: Sequence[str], source: str, pins: Pins) -> Iterator[tuple[str, set[State]]]:
    said = {field: texts for field in TRANSLATED[type(noun)] if source in (texts := prose(noun, field))}
    for code in codes:
        if code != source:
            yield code, {pins.state(noun, field, code, texts, source) for field, texts in said.items()}


def _names(codes: list[str]) -> str:
    return listed_names(language_label(code) for code in codes)
