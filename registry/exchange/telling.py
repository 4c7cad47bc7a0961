"""What changed, told in a reader's language: a line for each change, names and facts in the nominative after a colon.

Every page, mail and export that says what changed says it with these lines.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

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
    State,
    Subprocessor,
    TransferMechanism,
)
from .comparison import ADDED, CHANGED, REMOVED, Change, is_passage, states_changed
from .content import Content
from .localized import day, language_name, listing, territory
from .placeholders import Facts, fill

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

_LINES: dict[str, dict[str, str | Promise]] = {
    ADDED: {
        "subprocessors": _("New subprocessor: %(name)s"),
        "locations": _("New processing location: %(name)s"),
        "transfer_mechanisms": _("New transfer mechanism: %(name)s"),
        "regions": _("New region: %(name)s"),
        "safeguard_sets": _("New set of safeguards: %(name)s"),
        "safeguards": _("New safeguard: %(name)s"),
        "sections": _("New section: %(name)s"),
        "questions": _("New question: %(name)s"),
    },
    REMOVED: {
        "subprocessors": _("Subprocessor no longer listed: %(name)s"),
        "locations": _("Processing location no longer listed: %(name)s"),
        "transfer_mechanisms": _("Transfer mechanism no longer listed: %(name)s"),
        "regions": _("Region no longer listed: %(name)s"),
        "safeguard_sets": _("Set of safeguards no longer listed: %(name)s"),
        "safeguards": _("Safeguard no longer listed: %(name)s"),
        "sections": _("Section left out: %(name)s"),
        "questions": _("Question left out: %(name)s"),
    },
    CHANGED: {
        "service": _("Service profile changed"),
        "subprocessors": _("Subprocessor changed: %(name)s"),
        "locations": _("Processing location changed: %(name)s"),
        "transfer_mechanisms": _("Transfer mechanism changed: %(name)s"),
        "regions": _("Region changed: %(name)s"),
        "safeguard_sets": _("Set of safeguards changed: %(name)s"),
        "safeguards": _("Safeguard changed: %(name)s"),
        "sections": _("Section changed: %(name)s"),
        "questions": _("Question changed: %(name)s"),
    },
}


def tell(changes: Iterable[Change], content: Content, language: str, earlier: Content | None = None) -> list[str]:
    """A line of plain text for each change, in `language`.

    `content` is what the changes lead to, `earlier` what they come from: where names stand that only one of them has.
    A subprocessor that joins or leaves takes its processing locations into its line.
    """
    changes = list(changes)
    whole = {(c.action, c.key) for c in changes if c.noun == "subprocessors" and c.action != CHANGED}
    with override(language):
        teller = _Teller(language, content, earlier)
        return [
            teller.line(change)
            for change in changes
            if change.noun != "locations" or change.of is None or (change.action, change.of["key"]) not in whole
        ]


@dataclass(frozen=True)
class _Teller:
    language: str
    content: Content
    earlier: Content | None

    def line(self, change: Change) -> str:
        said = str(_LINES[change.action][change.noun]) % {"name": self.name(change.noun, change.row, change.of)}
        if change.noun == "subprocessors" and change.action != CHANGED and change.row["locations"]:
            places = listing([self.place(row) for row in change.row["locations"]], self.language)
            return gettext("%(change)s — processing locations: %(places)s") % {"change": said, "places": places}
        if change.action != CHANGED:
            return said
        if is_passage(change.before) or is_passage(change.after):
            return self._reworded(said, change)
        return gettext("%(change)s — %(fact)s: %(before)s → %(after)s") % {
            "change": said,
            "fact": self.label(change),
            "before": self.value(change, change.before),
            "after": self.value(change, change.after),
        }

    def _reworded(self, said: str, change: Change) -> str:
        told = {"change": said, "passage": self.label(change)}
        if not change.before:
            return gettext("%(change)s — now stated: %(passage)s") % told
        if not change.after:
            return gettext("%(change)s — no longer stated: %(passage)s") % told
        before, after = change.before["text"], change.after["text"]
        both = change.before["state"].keys() & change.after["state"].keys()
        touched = {code for code in both if before.get(code) != after.get(code)}
        if not touched:
            return self._restated(told, states_changed(change.before, change.after))
        if touched == both:
            return gettext("%(change)s — reworded: %(passage)s") % told
        return gettext("%(change)s — reworded: %(passage)s (languages: %(languages)s)") % {
            **told,
            "languages": self._languages(touched),
        }

    def _restated(self, told: dict[str, str], states: dict[str, tuple[str, str]]) -> str:
        """The texts are what they were; only what readers are told of their translations is not."""
        said = {**told, "languages": self._languages(states)}
        if all(new == State.OUTDATED for _old, new in states.values()):
            return gettext("%(change)s — translation now outdated: %(passage)s (languages: %(languages)s)") % said
        if all(old == State.OUTDATED for old, _new in states.values()):
            return gettext("%(change)s — translation no longer outdated: %(passage)s (languages: %(languages)s)") % said
        return gettext("%(change)s — state of translations: %(passage)s") % told

    def _languages(self, codes: Iterable[str]) -> str:
        return listing([language_name(code, self.language) for code in sorted(codes)], self.language)

    def label(self, change: Change) -> str:
        if change.field == "languages":
            return gettext("Languages")
        label = str(MODELS[change.noun]._meta.get_field(change.field).verbose_name)  # type: ignore[union-attr]
        return label[:1].upper() + label[1:]

    def name(self, noun: str, row: dict[str, Any], of: dict[str, Any] | None) -> str:
        told: dict[str, Callable[[], str]] = {
            "service": lambda: "",
            "subprocessors": lambda: row["legal_name"],
            "locations": lambda: f"{of and of['legal_name']} – {self.place(row)}",
            "transfer_mechanisms": lambda: f"{of and of['legal_name']} – {self.mechanism(row)}",
            "regions": lambda: self.text(row["name"]),
            "safeguard_sets": lambda: self.safeguards(row["safeguards"], row["match"]),
            "safeguards": lambda: self.safeguard(row),
            "sections": lambda: self.text(row["heading"]),
            "questions": lambda: self.text(row["question"]),
        }
        return told[noun]()

    def value(self, change: Change, value: Any) -> str:
        """A fact as readers see it; what is empty was not stated."""
        if value in (None, "", []):
            return gettext("not stated")
        field = change.field
        if field in _COUNTRIES:
            return territory(value, self.language) or value
        if field == "countries":
            return listing([territory(code, self.language) or code for code in value], self.language)
        if field in _DATES:
            return day(date.fromisoformat(value), self.language)
        if field in _CODES:
            return listing([str(_CODES[field](code).label) for code in value], self.language)
        if field == "languages":
            return listing([language_name(code, self.language) for code in value], self.language)
        if field == "source_language":
            return language_name(value, self.language)
        return self._linked(change, value)

    def _linked(self, change: Change, value: Any) -> str:
        if change.field == "region":
            row = self._row("regions", value)
            return self.text(row["name"]) if row else value
        if change.field == "parent":
            row = self._row("subprocessors", value)
            return row["legal_name"] if row else value
        if change.field == "safeguard_sets":
            sets = [(key, self._row("safeguard_sets", key)) for key in value]
            return "; ".join(self.safeguards(row["safeguards"], row["match"]) if row else key for key, row in sets)
        if change.field == "safeguards":
            return self.safeguards(value, change.row["match"])
        choices = dict(MODELS[change.noun]._meta.get_field(change.field).flatchoices)  # type: ignore[union-attr]
        return str(choices.get(value, value))

    def place(self, row: dict[str, Any]) -> str:
        """Germany (EU customers) · United States, Northern California (US customers) · not stated."""
        parts = [territory(row["territory"], self.language) or row["territory"]] if row["territory"] else []
        parts += [self.text(row["place"])] if row["place"] else []
        where = ", ".join(parts) or gettext("place not stated")
        region = self._row("regions", row["region"]) if row["region"] else None
        whose = self.text(region["customers"] or region["name"]) if region else ""
        return f"{where} ({whose})" if whose else where

    def mechanism(self, row: dict[str, Any]) -> str:
        regime, mechanism = TransferMechanism.Regime(row["regime"]), TransferMechanism.Mechanism(row["mechanism"])
        return f"{regime.label}, {mechanism.label}"

    def safeguards(self, keys: list[str], match: str) -> str:
        rows = [(key, self._row("safeguards", key)) for key in keys]
        names = [self.safeguard(row) if row else key for key, row in rows]
        return listing(names, self.language, "or" if match == SafeguardSet.Match.ANY else "standard")

    def safeguard(self, row: dict[str, Any]) -> str:
        return row["name"] or self.text(row["text"])

    def text(self, passage: Any) -> str:
        """A passage in the reader's language, or else in the one that binds, with its facts."""
        if not passage:
            return gettext("not stated")
        source = self.content["source_language"]
        text = passage["text"].get(self.language) or passage["text"][source]
        return fill(text, Facts(self.content["service"], self.language))

    def _row(self, noun: str, key: str) -> dict[str, Any] | None:
        return next((row for row in self._rows(noun) if row["key"] == key), None)

    def _rows(self, noun: str) -> Iterator[dict[str, Any]]:
        yield from self.content[noun]
        yield from self.earlier[noun] if self.earlier else ()
