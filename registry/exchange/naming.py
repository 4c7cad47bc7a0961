"""How a reader's language names what a release lists: rows by their names, codes by their labels, days, countries."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from ..models import (
    DataCategory,
    DataSubject,
    PolicySection,
    ProcessingLocation,
    Question,
    Region,
    Safeguard,
    SafeguardSet,
    ServiceProfile,
    Subprocessor,
    TransferMechanism,
)
from . import collation, markdown
from .blocks import blocks, plain
from .content import Content
from .localized import day, language_name, listing, territory
from .passages import shown
from .placeholders import Facts
from .safeguards import pattern

MODELS: dict[str, type[Model]] = {
    "service": ServiceProfile,
    "sections": PolicySection,
    "questions": Question,
    "regions": Region,
    "safeguards": Safeguard,
    "safeguard_sets": SafeguardSet,
    "subprocessors": Subprocessor,
    "locations": ProcessingLocation,
    "transfer_mechanisms": TransferMechanism,
}
_CODES: dict[str, type[Any]] = {"data_categories": DataCategory, "data_subjects": DataSubject}
_DATES = {"valid_until", "dpa_valid_until", "verified_on", "expires_on"}
_COUNTRIES = {"territory", "country", "provider_country"}
# What a release says of itself, and no model's field.
_OWN = {"languages"}

Row = dict[str, Any]


class Names:
    """Names in the active language, which is `language`, of what two contents list.

    What only the earlier one lists is found there. `borrowed` are the languages of passages that were named in another
    language than the reader's.
    """

    def __init__(self, language: str, content: Content, earlier: Content | None = None) -> None:
        self.language, self.content, self.earlier = language, content, earlier
        self.borrowed: set[str] = set()

    def label(self, noun: str, field: str) -> str:
        if field in _OWN:
            return _("Languages")
        label = str(MODELS[noun]._meta.get_field(field).verbose_name)  # type: ignore[union-attr]
        return label[:1].upper() + label[1:]

    def name(self, noun: str, row: Row, of: Row | None = None) -> str:
        """By what readers know a row; a location and a mechanism without the subprocessor that they belong to."""
        if noun == "subprocessors":
            return row["legal_name"]
        if noun == "locations":
            return self.place(row)
        if noun == "transfer_mechanisms":
            return self.mechanism(row)
        if noun == "safeguard_sets":
            return self.sentence(row)
        if noun == "safeguards":
            return self.safeguard(row)
        return self.text(row[{"regions": "name", "sections": "heading", "questions": "question"}[noun]])

    def value(self, noun: str, field: str, value: Any, row: Row) -> str:
        """A fact as readers see it; what is empty was not stated."""
        if value in (None, "", []):
            return self._choices(noun, field).get("", _("not stated"))
        if field in _COUNTRIES:
            return self.country(value)
        if field == "countries":
            return self.listed(self.country(code) for code in value)
        if field in _DATES:
            return day(date.fromisoformat(value), self.language)
        if field in _CODES:
            labels = {code: str(label) for code, label in _CODES[field].choices}
            return self.listed(labels.get(code, code) for code in value)
        if field == "languages":
            return self.languages(value)
        if field == "source_language":
            return language_name(value, self.language)
        if field == "safeguard_sets":
            return "; ".join(self.sentences(value))
        if field == "safeguards":
            return self.sentence({**row, "safeguards": value})
        return self._linked(noun, field, value)

    def _linked(self, noun: str, field: str, value: Any) -> str:
        linked = {"region": "regions", "parent": "subprocessors"}.get(field)
        if linked:
            row = self.row(linked, value)
            return self.name(linked, row) if row else value
        return ", ".join(self._choices(noun, field).get(value, str(value)).splitlines())

    def _choices(self, noun: str, field: str) -> dict[Any, str]:
        if field in _OWN:
            return {}
        choices = MODELS[noun]._meta.get_field(field).flatchoices  # type: ignore[union-attr]
        return {code: str(label) for code, label in choices}

    def country(self, code: str) -> str:
        return territory(code, self.language) or code

    def languages(self, codes: Iterable[str]) -> str:
        found = (language_name(code, self.language) for code in codes)
        return self.listed(sorted(found, key=collation.key(self.language)))

    def listed(self, items: Iterable[str]) -> str:
        return listing(items, self.language)

    def place(self, row: Row) -> str:
        """Germany (EU customers) · United States, Northern California (US customers) · place not stated."""
        parts = [self.country(row["territory"])] if row["territory"] else []
        parts += [self.text(row["place"])] if row["place"] else []
        where = ", ".join(parts) or _("place not stated")
        region = self.row("regions", row["region"]) if row["region"] else None
        whose = self.text(region["customers"] or region["name"]) if region else ""
        return f"{where} ({whose})" if whose else where

    def mechanism(self, row: Row) -> str:
        regime, mechanism = TransferMechanism.Regime.choices, TransferMechanism.Mechanism.choices
        parts = (
            dict(regime).get(row["regime"], row["regime"]),
            dict(mechanism).get(row["mechanism"], row["mechanism"]),
        )
        return ", ".join(map(str, parts))

    def sentences(self, keys: Iterable[str]) -> list[str]:
        """What each of some sets of safeguards claims, certifications before measures of the building."""
        rows = [row for row in (self.row("safeguard_sets", key) for key in keys) if row]
        return [self.sentence(row) for row in sorted(rows, key=lambda row: row["match"] == "all")]

    def sentence(self, row: Row) -> str:
        """A set's claim, as the policy's page makes it: any of them must not read as all of them."""
        found = [safeguard for safeguard in (self.row("safeguards", key) for key in row["safeguards"]) if safeguard]
        any_of = row["match"] == SafeguardSet.Match.ANY
        claims = {safeguard["claim"] for safeguard in found}
        names = listing(
            [self.safeguard(safeguard) for safeguard in found], self.language, "or" if any_of else "standard"
        )
        return pattern(any_of and len(found) > 1, claims.pop() if len(claims) == 1 else None).format(names)

    def safeguard(self, row: Row) -> str:
        return row["name"] or self.text(row["text"])

    def text(self, passage: Any) -> str:
        """A passage of one line in the reader's language, or else in the one that binds, with its facts."""
        if not passage:
            return _("not stated")
        language = shown(passage, self.language, self.content["source_language"])
        if language != self.language:
            self.borrowed.add(language)
        return markdown.plain(passage["text"][language], Facts(self.content["service"], language))

    def prose(self, passage: Any) -> tuple[str, str]:
        """A passage in Markdown as plain text, and its language."""
        language = shown(passage, self.language, self.content["source_language"])
        html = markdown.html(passage["text"][language], Facts(self.content["service"], language, self.language))
        return "\n".join(plain(block) for block in blocks(html)), language

    def row(self, noun: str, key: str) -> Row | None:
        return next((row for row in self._rows(noun) if row["key"] == key), None)

    def _rows(self, noun: str) -> Iterator[Row]:
        yield from self.content[noun]
        yield from self.earlier[noun] if self.earlier else ()
