"""Release content: exact bytes, and back.

The text is RFC 8785 JSON (keys sorted, no spaces, no floats) with NFC strings; the digest is the SHA-256 of its UTF-8
bytes. Each schema keeps its reader: old content is never rewritten.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import rfc8785

from ..models import INCOMPLETE, State
from ..translation import normal

SCHEMA = 4

Content = dict[str, Any]
# {"text": {language: text}, "state": {language: "source" or a State}}; None where the source is silent. Releases of
# schema 1 knew no pins: there a translation's state is "translated", whatever the source that it was made from.
Passage = dict[str, dict[str, str]]
SOURCE, UNPINNED = "source", "translated"
# What an entry says of itself.
OWN = frozenset(
    {
        "schema",
        "type",
        "number",
        "kind",
        "published_at",
        "announced_on",
        "in_force_new_on",
        "in_force_existing_on",
        "objection_deadline",
        "ends",
        "backfill",
        "previous_digest",
        "summary",
        "reason",
    }
)


def passages(content: Content) -> Iterator[Passage]:
    """Every passage that a content states, wherever it stands."""

    def walk(value: Any) -> Iterator[Passage]:
        if isinstance(value, dict) and value.keys() == {"text", "state"}:
            yield value
        elif isinstance(value, dict):
            for part in value.values():
                yield from walk(part)
        elif isinstance(value, list):
            for part in value:
                yield from walk(part)

    yield from walk({name: value for name, value in content.items() if name not in {"summary", "reason"}})


def rows(content: Content, noun: str) -> dict[str, tuple[dict[str, Any], dict[str, Any] | None]]:
    """The rows of one list by key, each with the subprocessor it belongs to, where the list is one of its own."""
    if noun in {"locations", "transfer_mechanisms"}:
        return {row["key"]: (row, of) for of in content["subprocessors"] for row in of[noun]}
    return {row["key"]: (row, None) for row in content[noun]}


def completeness(content: Content, language: str) -> tuple[int, int]:
    """How many of a content's passages a language has whole, neither missing nor outdated, and how many there are."""
    found = states(content)
    return whole(found, language), len(found)


def states(content: Content) -> list[dict[str, str]]:
    """Each passage's states, by language."""
    return [passage["state"] for passage in passages(content)]


def whole(found: list[dict[str, str]], language: str) -> int:
    return sum(passage.get(language, State.MISSING) not in INCOMPLETE for passage in found)


def encode(content: Content) -> str:
    """The exact text of a content. Raise ValueError for a float, which has no one form in every language."""
    return rfc8785.dumps(_normal(content)).decode()


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def decode(text: str) -> Content:
    """Read content of any schema into the shape of the newest. Raise ValueError for a schema of the future."""
    content = json.loads(text)
    reader = _READERS.get(content.get("schema"))
    if reader is None:
        raise ValueError(f"Release content of schema {content.get('schema')!r} is newer than this program.")
    return reader(content)


def facts_of(content: Content) -> Content:
    """What a release says, without what it says of itself: two releases that say the same have equal facts."""
    return {name: value for name, value in content.items() if name not in OWN}


def is_withdrawal(content: Content) -> bool:
    return content["type"] == "withdrawal"


def continues(content: Content) -> bool:
    """Whether an entry is an announced release over again, with a correction that the entry before it tells.

    Nobody is told of one event twice: it is in no feed and no mail.
    """
    return content["ends"] is not None and not is_withdrawal(content)


def _without_ends(content: Content) -> Content:
    """Before schema 3 no entry ended another one, and none gave a reason."""
    return _without_terms({**content, "ends": None, "reason": None})


def _without_terms(content: Content) -> Content:
    """Before schema 4 a release did not state for how long requests and agreements are kept."""
    unstated = dict.fromkeys(("unverified_days", "declined_days", "limitation_years"))
    return {**content, "service": {**content["service"], **unstated}} if "service" in content else content


def _read(content: Content) -> Content:
    return content


# Schema 1 differs from 2 in the states of passages alone (see Passage), which every reader of states knows.
_READERS = {1: _without_ends, 2: _without_ends, 3: _without_terms, 4: _read}


def _normal(value: Any) -> Any:
    if isinstance(value, float):
        raise ValueError("Release content holds no floats.")
    if isinstance(value, str):
        return normal(value)
    if isinstance(value, dict):
        return {_normal(name): _normal(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_normal(part) for part in value]
    return value
