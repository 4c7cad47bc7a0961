"""What changed between two texts, word by word, as values: whoever shows it chooses the marks."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

SAME, REMOVED, ADDED = "same", "removed", "added"
Piece = tuple[str, str]
_WORDS = re.compile(r"\w+|[^\w\s]|\s+")
# Beyond this many pieces a search takes seconds; whole lines are compared instead.
_MOST = 2500


def difference(before: str, after: str) -> list[Piece]:
    """The pieces of both texts in order, each (SAME | REMOVED | ADDED, text)."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > _MOST:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return list(_pieces(old, new))


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    # Blanks match everywhere: they join what matches beside them, and begin no match of their own.
    for action, a, b, c, d in SequenceMatcher(str.isspace, old, new, autojunk=False).get_opcodes():
        if action == "equal":
            yield SAME, "".join(old[a:b])
            continue
        if b > a:
            yield REMOVED, "".join(old[a:b])
        if d > c:
            yield ADDED, "".join(new[c:d])
