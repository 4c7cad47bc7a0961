"""What changed between two releases, as values: facts and prose, by key, so that renaming is not remove-and-add."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..models import Safeguard, State
from .content import UNPINNED, Content, facts_of, rows

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
    changes = [] if before is None else _fields("service", "service", *_services(before, after), None)
    if before is not None:
        for name in ("privacy", "languages", "source_language", "time_zone"):
            if other(before[name], after[name]):
                changes.append(Change(CHANGED, "service", "service", after, None, name, before[name], after[name]))
    for noun in NOUNS:
        changes += _rows(noun, rows(before, noun) if before else {}, rows(after, noun))
    return changes


def only_removes(changes: Iterable[Change]) -> bool:
    """Whether the changes do no more than take subprocessors or places away, with the safeguards that stood there.

    A safeguard or a transfer mechanism that is lost by what stays is something else: customers may object to it.
    """
    changes = list(changes)
    gone = {change.key for change in changes if change.action == REMOVED and change.noun == "subprocessors"}
    return all(
        change.action == REMOVED
        and (
            change.noun in {"subprocessors", "locations", "safeguard_sets"}
            or (change.noun == "safeguards" and change.row["kind"] != Safeguard.Kind.CONTRACTUAL)
            or (change.noun == "transfer_mechanisms" and change.of is not None and change.of["key"] in gone)
        )
        for change in changes
    )


def differs(before: Content, after: Content) -> bool:
    """Whether readers get anything else, be it in another order. What `compare` finds, and more."""
    unpinned = UNPINNED in _states(before)
    was, now = _services(before, after)
    return _as_read({**facts_of(before), "service": was}, unpinned) != _as_read(
        {**facts_of(after), "service": now}, unpinned
    )


def _services(before: Content, after: Content) -> tuple[dict[str, Any], dict[str, Any]]:
    """The facts of the service that both state: one that an older schema did not know has not changed."""
    of = before["service"], after["service"]
    unstated = {name for service in of for name, value in service.items() if value is None}
    was, now = ({name: value for name, value in service.items() if name not in unstated} for service in of)
    return was, now


def states_changed(before: Any, after: Any) -> dict[str, tuple[str, str]]:
    """The languages in which a passage's text stayed and readers are told another state: from which to which.

    Approval is not told to readers. A translation of schema 1 had no pin: whether it was a machine's or a person's,
    nobody has changed it since.
    """
    states: dict[str, tuple[str, str]] = {}
    for code in before["state"].keys() & after["state"].keys():
        old, new = before["state"][code], after["state"][code]
        unpinned = UNPINNED in {old, new}
        if before["text"].get(code) == after["text"].get(code) and _read(old, unpinned) != _read(new, unpinned):
            states[code] = (old, new)
    return states


def is_passage(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"text", "state"}


def _states(value: Any) -> set[str]:
    if is_passage(value):
        return set(value["state"].values())
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*(_states(part) for part in parts))


def _as_read(value: Any, unpinned: bool) -> Any:
    """A content with each passage's states as readers are told of them."""
    if is_passage(value):
        return {**value, "state": {code: _read(state, unpinned) for code, state in value["state"].items()}}
    if isinstance(value, dict):
        return {name: _as_read(part, unpinned) for name, part in value.items()}
    return [_as_read(part, unpinned) for part in value] if isinstance(value, list) else value


def _read(state: str, unpinned: bool) -> str:
    whole = {UNPINNED, State.CURRENT, State.APPROVED} | ({State.MACHINE} if unpinned else set())
    return str(State.CURRENT if state in whole else state)


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
        if field not in {"locations", "transfer_mechanisms"} and other(before.get(field), after[field])
    ]


def other(before: Any, after: Any) -> bool:
    """A language that one of two passages alone speaks came or went with the release's languages, which are told."""
    if not is_passage(before) or not is_passage(after):
        return before != after
    both = before["state"].keys() & after["state"].keys()
    reworded = any(before["text"].get(code) != after["text"].get(code) for code in both)
    return reworded or bool(states_changed(before, after))
