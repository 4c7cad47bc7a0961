"""What changed between two releases, as values: facts and prose, by key, so that renaming is not remove-and-add."""

from dataclasses import dataclass
from typing import Any

from .content import Content

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
# The lists of a content, and the list in which they stand, in the order in which changes are told.
NOUNS = (
    "subprocessors",
    "locations",
    "transfer_mechanisms",
    "regions",
    "safeguard_sets",
    "safeguards",
    "sections",
    "questions",
)


@dataclass(frozen=True)
class Change:
    """One noun added or removed (`field` is empty), or one of its fields changed.

    `of` is the subprocessor's row that a location or mechanism belongs to; `row` the noun's own, newest state.
    """

    action: str
    noun: str
    key: str
    row: dict[str, Any]
    of: dict[str, Any] | None = None
    field: str = ""
    before: Any = None
    after: Any = None


def compare(before: Content | None, after: Content) -> list[Change]:
    """The changes from one content to another; from nothing, all that it lists."""
    changes = [] if before is None else _fields("service", "service", before["service"], after["service"], None)
    if before is not None:
        for name in ("privacy", "languages", "source_language", "time_zone"):
            if before[name] != after[name]:
                changes.append(Change(CHANGED, "service", "service", after, None, name, before[name], after[name]))
    for noun in NOUNS:
        changes += _rows(noun, _index(before, noun) if before else {}, _index(after, noun))
    return changes


def _index(content: Content, noun: str) -> dict[str, tuple[dict[str, Any], dict[str, Any] | None]]:
    """Rows by key, each with the subprocessor it belongs to; a subprocessor's own lists are told apart from it."""
    if noun in {"locations", "transfer_mechanisms"}:
        return {row["key"]: (row, of) for of in content["subprocessors"] for row in of[noun]}
    return {row["key"]: (row, None) for row in content[noun]}


def _rows(noun: str, before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    changes = [Change(REMOVED, noun, key, *before[key]) for key in before if key not in after]
    changes += [Change(ADDED, noun, key, *after[key]) for key in after if key not in before]
    for key, (row, of) in after.items():
        if key in before:
            changes += _fields(noun, key, before[key][0], row, of)
    return changes


def _fields(noun: str, key: str, before: dict[str, Any], after: dict[str, Any], of: Any) -> list[Change]:
    return [
        Change(CHANGED, noun, key, after, of, field, before.get(field), after[field])
        for field in after
        if field not in {"locations", "transfer_mechanisms"} and before.get(field) != after[field]
    ]
