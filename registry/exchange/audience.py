"""Whom an entry of the chain concerns: the customers of some regions, or all of them."""

from collections.abc import Iterable, Iterator
from typing import Any

from ..models import Release, Safeguard
from .comparison import Change, compare
from .content import Content, continues, is_withdrawal

# The keys of regions; None means everybody.
Concerned = frozenset[str] | None
_OF_PLACES = {"subprocessors", "locations", "transfer_mechanisms", "safeguard_sets", "safeguards"}


def is_told(entry: Content) -> bool:
    """Whether anybody is told of an entry: not of an archive, nor of an announced release over again."""
    return not continues(entry) and not entry.get("backfill", False)


def lies_ahead(entry: Content) -> bool:
    """Whether whoever asked for announcements alone is told of an entry: of what is to come, or could not wait."""
    if is_withdrawal(entry) or entry["kind"] == Release.Kind.URGENT:
        return True
    # Days in ISO form stand in their order.
    return entry["kind"] == Release.Kind.CHANGE and entry["in_force_existing_on"] > entry["announced_on"]


def concerned(before: Content | None, after: Content) -> Concerned:
    """The regions whose customers a release concerns, against the release that it changes.

    What no region can be told of concerns everybody: prose, facts of the service, safeguards by contract, a place
    without a region, a subprocessor without a place.
    """
    if before is None or after["kind"] == Release.Kind.EDITORIAL:
        return None
    changes = compare(before, after)
    found: set[str] = set()
    for change in changes:
        regions = set(_regions(change, before, after))
        if not regions or "" in regions:
            return None
        found |= regions
    return frozenset(found) if changes else None


def tells(chosen: Iterable[str], regions: Concerned) -> bool:
    """Whether whoever chose some regions is told."""
    return regions is None or not regions.isdisjoint(chosen)


def _regions(change: Change, before: Content, after: Content) -> Iterator[str]:
    """The regions of the places that a change is about; nothing, or an empty one, where it is about all."""
    if change.noun not in _OF_PLACES:
        return
    if change.noun == "safeguards" and change.row["kind"] == Safeguard.Kind.CONTRACTUAL:
        return
    for content in (before, after):
        for party in content["subprocessors"]:
            for place in party["locations"]:
                if _about(change, party, place, content):
                    yield place["region"] or ""


def _about(change: Change, party: dict[str, Any], place: dict[str, Any], content: Content) -> bool:
    if change.noun == "locations":
        return place["key"] == change.key
    if change.noun == "subprocessors":
        return party["key"] == change.key
    if change.noun == "transfer_mechanisms":
        return change.of is not None and party["key"] == change.of["key"]
    if change.noun == "safeguard_sets":
        return change.key in place["safeguard_sets"]
    return any(
        row["key"] in place["safeguard_sets"] and change.key in row["safeguards"] for row in content["safeguard_sets"]
    )
