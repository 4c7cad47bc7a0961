"""What changed between two texts, word by word, as values: whoever shows it chooses the marks."""

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher

SAME, REMOVED, ADDED = "same", "removed", "added"
Piece = tuple[str, str]
_WORDS = re.compile(r"\w+|[^\w\s]|\s+")
# A search looks at the pairs of equal words again and again: so many take a twentieth of a second at worst, which is a
# paragraph of a thousand words. Of a whole text, which staff look at alone, three times as many.
_MOST, _MOST_OF_A_TEXT = 20_000, 60_000


def words(text: str) -> list[str]:
    """Words, signs and blanks; together they are the text."""
    return _WORDS.findall(text)


def difference(before: str, after: str) -> list[Piece]:
    """The pieces of both texts in order, each (SAME | REMOVED | ADDED, text); of very long ones, whole lines."""
    old, new = words(before), words(after)
    if _pairs(old, new) > _MOST_OF_A_TEXT:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return [(action, "".join(piece)) for action, piece in pieces(old, new, _MOST_OF_A_TEXT)]


def pieces[T: Hashable](old: Sequence[T], new: Sequence[T], most: int = _MOST) -> Iterator[tuple[str, Sequence[T]]]:
    """The same of any two sequences; where a search would take too long, all of one for all of the other."""
    begin = _common(old, new)
    end = _common(old[begin:][::-1], new[begin:][::-1])
    if begin:
        yield SAME, old[:begin]
    yield from _between(old[begin : len(old) - end], new[begin : len(new) - end], most)
    if end:
        yield SAME, old[len(old) - end :]


class Effort:
    """What one page may search altogether; when it is used up, a paragraph is told as a whole: before, and after."""

    def __init__(self, most: int = 10 * _MOST) -> None:
        self.left = most

    def pieces[T: Hashable](self, old: Sequence[T], new: Sequence[T]) -> list[tuple[str, Sequence[T]]]:
        found = list(pieces(old, new, min(_MOST, self.left)))
        self.left = max(0, self.left - _pairs(old, new))
        return found


def _common[T: Hashable](old: Sequence[T], new: Sequence[T]) -> int:
    """How many begin both alike."""
    return next(
        (at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), min(len(old), len(new))
    )


def _between[T: Hashable](old: Sequence[T], new: Sequence[T], most: int) -> Iterator[tuple[str, Sequence[T]]]:
    if _pairs(old, new) > most:
        yield from ((action, part) for action, part in ((REMOVED, old), (ADDED, new)) if part)
        return
    # Blanks match everywhere: they join what matches beside them, and begin no match of their own.
    for action, a, b, c, d in SequenceMatcher(_blank, old, new, autojunk=False).get_opcodes():
        if action == "equal":
            yield SAME, old[a:b]
            continue
        if b > a:
            yield REMOVED, old[a:b]
        if d > c:
            yield ADDED, new[c:d]


def _pairs[T: Hashable](old: Sequence[T], new: Sequence[T]) -> int:
    counted = Counter(new)
    return sum(counted[word] for word in old if not _blank(word))


def _blank(word: Hashable) -> bool:
    return str(word).isspace()
