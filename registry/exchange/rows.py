"""The lists of a policy page as values for its templates: who processes what, where, under which safeguards."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ..models import DataCategory, DataSubject, ProcessingLocation, Subprocessor, TransferMechanism
from .localized import day, listing, moment, territory
from .passages import Reader, Said
from .published import Entry, Site
from .safeguards import Set, sets


@dataclass(frozen=True)
class Place:
    """A processing location. What is not stated is empty."""

    key: str
    country: str
    territory: str
    place: Said | None
    region: str
    customers: Said | None
    region_page: str
    use: str
    use_label: str
    safeguard_sets: list[Set]
    since: SafeString


@dataclass(frozen=True)
class Party:
    """A subprocessor. `details` are facts that take space only where they are stated: a label and its values."""

    key: str
    kind: str
    kind_label: str
    legal_name: str
    brand_name: str
    purpose: Said | None
    places: list[Place]
    details: list[tuple[str, list[SafeString]]]
    since: SafeString


def label(choices: Any, code: str) -> str:
    """A code's label in the active language; a code that this program no longer knows stands for itself."""
    return str(dict(choices.choices).get(code, code))


class Lists:
    """The rows of one release for one reader."""

    def __init__(self, site: Site, entry: Entry, reader: Reader) -> None:
        self.site, self.entry, self.reader = site, entry, reader
        self.content, self.language = entry.content, reader.language
        self._names = {row["key"]: row for row in self.content["subprocessors"]}
        self._regions = {row["key"]: row for row in self.content["regions"]}
        # A region has a page while the release in force lists it.
        self._paged = {row["key"] for row in site.current.content["regions"]} if site.current else set()

    def parties(self) -> list[Party]:
        return [self.party(row) for row in self.content["subprocessors"]]

    def party(self, row: dict[str, Any], places: Iterable[dict[str, Any]] | None = None) -> Party:
        """A subprocessor with all its locations, or with those given."""
        return Party(
            key=row["key"],
            kind=row["kind"],
            kind_label=label(Subprocessor.Kind, row["kind"]),
            legal_name=row["legal_name"],
            brand_name=row["brand_name"] or "",
            purpose=self.reader.block(row["purpose"], f"subprocessor:{row['key']}:purpose", row["legal_name"]),
            places=[self.place(row, place) for place in (row["locations"] if places is None else places)],
            details=[(name, values) for name, values in self._details(row) if values],
            since=self._since("subprocessors", row["key"]),
        )

    def place(self, of: dict[str, Any], row: dict[str, Any]) -> Place:
        region = self._regions.get(row["region"])
        return Place(
            key=row["key"],
            country=row["territory"] or "",
            territory=self.country(row["territory"]) if row["territory"] else "",
            place=self.reader.line(row["place"], f"location:{row['key']}:place", of["legal_name"]),
            region=row["region"] or "",
            customers=self.customers(region, of["legal_name"]) if region else None,
            region_page=f"/{self.language}/regions/{row['region']}/" if row["region"] in self._paged else "",
            use=row["use"],
            use_label=label(ProcessingLocation.Use, row["use"]),
            safeguard_sets=sets(self.reader, row["safeguard_sets"], of["legal_name"]),
            since=self._since("locations", row["key"]),
        )

    def customers(self, region: dict[str, Any], of: str) -> Said | None:
        """Whose data: the region's customers, or where that is not stated, its name."""
        field = "customers" if region["customers"] else "name"
        return self.reader.line(region[field], f"region:{region['key']}:{field}", of)

    def country(self, code: str) -> str:
        return territory(code, self.language) or code

    def _day(self, iso: str) -> str:
        return day(date.fromisoformat(iso), self.language)

    def _since(self, noun: str, key: str) -> SafeString:
        return moment(self.site.since(self.entry, noun, key), self.language)

    def _details(self, row: dict[str, Any]) -> list[tuple[str, list[SafeString]]]:
        return [
            (_("Country of establishment"), [escape(self.country(row["country"]))] if row["country"] else []),
            (_("Registered address"), [escape(row["address"])] if row["address"] else []),
            (_("Engaged by"), self._chain(row)),
            (_("Categories of personal data"), self._codes(DataCategory, row["data_categories"])),
            (_("Categories of data subjects"), self._codes(DataSubject, row["data_subjects"])),
            (_("Transfer mechanisms"), [self._mechanism(found) for found in row["transfer_mechanisms"]]),
            (_("Data processing agreement"), self._agreement(row)),
            (_("More from this subprocessor"), self._pages(row)),
        ]

    def _chain(self, row: dict[str, Any]) -> list[SafeString]:
        """Who engages it, from the one that the provider engages down."""
        names, seen = [], {row["key"]}
        while row["parent"] in self._names and row["parent"] not in seen:
            row = self._names[row["parent"]]
            seen.add(row["key"])
            names.append((f"#subprocessor:{row['key']}", row["legal_name"]))
        return [format_html_join(" › ", '<a href="{}">{}</a>', reversed(names))] if names else []

    def _codes(self, choices: Any, codes: list[str]) -> list[SafeString]:
        names = [label(choices, code) for code in codes]
        return [format_html('<span class="cap">{}</span>', listing(names, self.language))] if names else []

    def _mechanism(self, row: dict[str, Any]) -> SafeString:
        parts = [label(TransferMechanism.Regime, row["regime"]), label(TransferMechanism.Mechanism, row["mechanism"])]
        if row["scc_module"]:
            parts.append(label(TransferMechanism.Module, row["scc_module"]))
        if row["reference"]:
            parts.append(row["reference"])
        if row["verified_on"]:
            parts.append(_("verified on: %(day)s") % {"day": self._day(row["verified_on"])})
        if row["expires_on"]:
            parts.append(_("valid until: %(day)s") % {"day": self._day(row["expires_on"])})
        # A list with "and" would not do: the parts hold commas of their own.
        return format_html('<span class="cap" data-transfer="{}">{}</span>', row["key"], " · ".join(parts))

    def _agreement(self, row: dict[str, Any]) -> list[SafeString]:
        found = [_link(row["dpa_page"], _("Read the agreement"))] if row["dpa_page"] else []
        if row["dpa_valid_until"]:
            until = _("valid until: %(day)s") % {"day": self._day(row["dpa_valid_until"])}
            found.append(format_html('<span class="cap">{}</span>', until))
        return found

    def _pages(self, row: dict[str, Any]) -> list[SafeString]:
        pages = [
            (row["website"], _("Website")),
            (row["privacy_page"], _("Privacy page")),
            (row["subprocessor_list"], _("Its own subprocessors")),
        ]
        return [_link(address, text) for address, text in pages if address]


def _link(address: str, text: str) -> SafeString:
    """A page elsewhere; an address of another scheme than the web's is shown, not linked."""
    if not address.startswith(("https://", "http://")):
        return format_html("{}: {}", text, address)
    return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', address, text)
