"""What a release states of a subprocessor or a processing location that joins, as labels and values."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from .content import Passage
from .localized import language_name
from .naming import Names, Row

# A label and its values.
Fact = tuple[str, tuple[str, ...]]

_OF_SUBPROCESSORS = (
    "brand_name",
    "kind",
    "country",
    "address",
    "parent",
    "data_categories",
    "data_subjects",
    "website",
    "privacy_page",
    "subprocessor_list",
    "dpa_page",
    "dpa_valid_until",
)


def of_subprocessor(row: Row, names: Names) -> tuple[Fact, ...]:
    """What is not stated is left out."""
    facts: list[Fact] = []
    if row["purpose"]:
        facts.append(_purpose(row["purpose"], names))
    for field in _OF_SUBPROCESSORS:
        if row[field]:
            value = names.value("subprocessors", field, row[field], row)
            facts.append((names.label("subprocessors", field), (value,)))
    if row["locations"]:
        facts.append((_("Processing locations"), tuple(_location(place, names) for place in row["locations"])))
    if row["transfer_mechanisms"]:
        mechanisms = tuple(mechanism_told(mechanism, names) for mechanism in row["transfer_mechanisms"])
        facts.append((_("Transfer mechanisms"), mechanisms))
    return tuple(facts)


def of_location(row: Row, names: Names) -> tuple[Fact, ...]:
    facts: list[Fact] = [(names.label("locations", "use"), (names.value("locations", "use", row["use"], row),))]
    claims = names.sentences(row["safeguard_sets"])
    return (*facts, (names.label("locations", "safeguard_sets"), tuple(claims))) if claims else tuple(facts)


def _purpose(passage: Passage, names: Names) -> Fact:
    """In another language than the reader's it names its own."""
    label, (text, language) = names.label("subprocessors", "purpose"), names.prose(passage)
    own = language == names.language
    return label if own else f"{label} ({language_name(language, names.language)})", (text,)


def _location(row: Row, names: Names) -> str:
    use = names.value("locations", "use", row["use"], row)
    return " · ".join([names.place(row), use, *names.sentences(row["safeguard_sets"])])


def mechanism_told(row: Row, names: Names) -> str:
    return " · ".join([names.mechanism(row), *_of_mechanism(row, names)])


def _of_mechanism(row: Row, names: Names) -> Iterator[Any]:
    for field in ("scc_module", "reference", "verified_on", "expires_on"):
        if row[field]:
            value = names.value("transfer_mechanisms", field, row[field], row)
            yield (
                value
                if field in {"scc_module", "reference"}
                else f"{names.label('transfer_mechanisms', field)}: {value}"
            )
