"""How far each language has come with each part of the draft, for many languages at once: two queries in all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, F, IntegerField, QuerySet, Value
from modeltranslation.utils import build_localized_fieldname

from ..models import INCOMPLETE, DpaTemplate, PolicySection, ServiceProfile
from ..translation import TRANSLATED, Pins, noun_name
from .publishing import listed_rows
from .translating import percent

PROFILE = "profile"


@dataclass(frozen=True)
class Count:
    """How many passages are in which state."""

    states: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return self.states.total()

    @property
    def left(self) -> int:
        return sum(self.states[state] for state in INCOMPLETE)

    @property
    def done(self) -> int:
        return self.total - self.left

    @property
    def percent(self) -> int:
        return percent(self.done, self.total)

    def share(self, state: str) -> int:
        return percent(self.states[state], self.total) if self.total else 0


@dataclass(frozen=True)
class Part:
    """One part of the draft: a section, or all entries of another kind. `heading` is a section's, by language."""

    key: str
    heading: dict[str, str]
    counts: dict[str, Count]


def part_of(noun: Any) -> str:
    """The key of the part in which a noun's passages are told: a section is one, of the others each kind is."""
    return _part(type(noun), getattr(noun, "key", ""))


def _part(model: Any, key: str) -> str:
    if model is ServiceProfile:
        return PROFILE
    return f"{model.released_as}/{key}" if model is PolicySection else model.released_as


def survey(languages: Sequence[str], source: str) -> list[Part]:
    """The parts that say something in the source language, sections first and in their order."""
    pins = Pins.load(language__in=languages)
    found: dict[str, Part] = {}
    for row in sorted(_rows([source, *languages]), key=lambda row: (row.rank, row.position, row.key)):
        said = {code: text for code, text in row.texts.items() if text and text.strip()}
        if source not in said:
            continue
        part = found.setdefault(row.part, Part(row.part, {}, {code: Count() for code in languages}))
        if row.field == "heading":
            part.heading.update(said)
        for code in languages:
            state = pins.state_at((row.noun, row.pk, row.field, code), said, source)
            part.counts[code].states[state.value] += 1
    return list(found.values())


def together(counts: Iterable[Count]) -> Count:
    return Count(sum((count.states for count in counts), Counter()))


@dataclass(frozen=True)
class _Row:
    part: str
    rank: int
    position: int
    key: str
    noun: str
    pk: int
    field: str
    texts: dict[str, str | None]


def _rows(codes: Sequence[str]) -> Iterator[_Row]:
    """Every passage of the draft in one query: a row each, whatever its kind."""
    listed: dict[Any, QuerySet[Any]] = {
        **listed_rows(),
        ServiceProfile: ServiceProfile.objects.all(),
        DpaTemplate: DpaTemplate.objects.listed(),
    }
    models = list(listed)
    told: list[dict[str, Any]] = [
        {
            # Under names of our own: columns of the tables would come in an order of their own.
            "of_rank": Value(rank, IntegerField()),
            "of_place": F("position") if model is PolicySection else Value(0, IntegerField()),
            "of_key": Value("", CharField()) if model is ServiceProfile else F("key"),
            "of_field": Value(name, CharField()),
            "of_pk": F("pk"),
            **{f"of_text_{i}": F(build_localized_fieldname(name, code)) for i, code in enumerate(codes)},
        }
        for rank, model in enumerate(models)
        for name in TRANSLATED[model]
    ]
    parts = [
        listed[models[columns["of_rank"].value]].order_by().annotate(**columns).values_list(*columns)
        for columns in told
    ]
    for rank, position, key, name, pk, *texts in parts[0].union(*parts[1:], all=True).order_by():
        model = models[rank]
        said = dict(zip(codes, texts, strict=True))
        yield _Row(_part(model, key), rank, position, key, noun_name(model), pk, name, said)
