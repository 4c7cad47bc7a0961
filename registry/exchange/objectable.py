"""To which changes of a release a customer can object: those of a subprocessor each, or all of them."""

from typing import NamedTuple

from .comparison import Change, compare
from .content import Content
from .telling import tell

# The nouns that are told with their subprocessor.
_PARTS = frozenset({"locations", "transfer_mechanisms"})


class Objectable(NamedTuple):
    """What a release changes about one subprocessor, told in a line or several."""

    key: str
    name: str
    lines: list[str]


def objectable(earlier: Content | None, content: Content, language: str) -> list[Objectable]:
    """In the order in which changes are told. `key` is what an objection keeps: "subprocessors/{key}"."""
    by_subprocessor: dict[str, list[Change]] = {}
    names: dict[str, str] = {}
    for change in compare(earlier, content):
        row = change.of if change.noun in _PARTS else change.row if change.noun == "subprocessors" else None
        if row is not None:
            key = f"subprocessors/{row['key']}"
            by_subprocessor.setdefault(key, []).append(change)
            names.setdefault(key, row["legal_name"])
    return [
        Objectable(key, names[key], tell(changes, content, language, earlier))
        for key, changes in by_subprocessor.items()
    ]


def lines(earlier: Content | None, content: Content, change: str, language: str) -> list[str]:
    """What is objected to; no line where it is the release as a whole."""
    found = (one for one in objectable(earlier, content, language) if one.key == change)
    return next((one.lines for one in found), [])
