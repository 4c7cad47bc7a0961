"""Other words for a release's passages, without any other fact: what an editorial correction puts in."""

import copy
from collections.abc import Iterator, Set
from typing import Any

from ..models import State
from .comparison import is_passage, other
from .content import Content, Passage, rows

# Where passages stand in a content, besides the privacy notice.
_NOUNS = ("sections", "questions", "regions", "safeguards", "subprocessors", "locations")


def reworded(content: Content, drafted: Content) -> dict[str, tuple[Passage, Passage]]:
    """The passages of a content that a draft says in other words, by key (`sections/definition/body`), in order.

    A passage that only one of them has is no rewording.
    """
    found = {}
    drafts = {key: passage for key, _place, _field, passage in _spoken(drafted)}
    for key, _place, _field, passage in _spoken(content):
        if key in drafts:
            told = _in_languages_of(content, drafted, passage, drafts[key])
            if other(passage, told):
                found[key] = (passage, told)
    return found


def put(content: Content, drafted: Content, keys: Set[str]) -> Content:
    """The content with the draft's wording of some passages; a key that is no passage of both changes nothing.

    Facts that the content's schema did not know are the draft's: its wording may name them.
    """
    amended = copy.deepcopy(content)
    for name, value in amended["service"].items():
        amended["service"][name] = drafted["service"][name] if value is None else value
    told = reworded(content, drafted)
    for key, place, field, _passage in list(_spoken(amended)):
        if key in keys and key in told:
            place[field] = told[key][1]
    return amended


def _spoken(content: Content) -> Iterator[tuple[str, dict[str, Any], str, Passage]]:
    """Each passage: its key, and where it stands."""
    if content["privacy"]:
        yield "profile/privacy", content, "privacy", content["privacy"]
    for noun in _NOUNS:
        for key, (row, _of) in rows(content, noun).items():
            for field, value in row.items():
                if is_passage(value):
                    yield f"{noun}/{key}/{field}", row, field, value


def _in_languages_of(content: Content, drafted: Content, before: Passage, after: Passage) -> Passage:
    """The draft's passage in the languages of the release; one that the draft has no more keeps its text."""
    source, text, state = content["source_language"], {}, {}
    moved = before["text"][source] != after["text"][source]
    for code in content["languages"]:
        told = after if code in drafted["languages"] else before
        if code in told["text"]:
            text[code] = told["text"][code]
        state[code] = told["state"].get(code, State.MISSING.value)
        if told is before and moved and code in text:
            state[code] = State.OUTDATED.value
    return {"text": text, "state": state}
