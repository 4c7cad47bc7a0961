"""A passage before and after, with the words that left and those that joined: as HTML, as plain text, as values."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from . import markdown
from .blocks import Block, Word, blocks, line
from .content import Content, Passage
from .difference import ADDED, REMOVED, SAME, Effort, pieces
from .localized import language_name, tag, text_direction
from .passages import shown
from .placeholders import Facts

# Two paragraphs with so large a share of words in common are one that was reworded.
_ALIKE = 0.4
# So many pairs of paragraphs are weighed; of more, each stands beside the one in its place.
_MOST_PAIRS = 900

Run = tuple[str, tuple[Word, ...]]


@dataclass(frozen=True)
class Line:
    """A paragraph, a list's item or a heading with what changed in it; without runs, those left out between two."""

    tag: str
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Rewritten:
    """`key` is the passage's (`sections/definition/body`); `title` says which it is, where a sentence does not.

    `language` is the one in which the words are compared: the reader's, or where there is no translation to compare,
    the source's.
    """

    key: str
    title: str
    language: str
    foreign: bool
    outdated: bool
    lines: tuple[Line, ...]

    @property
    def tag(self) -> str:
        return tag(self.language)

    @property
    def direction(self) -> str:
        return text_direction(self.language)

    @property
    def whole(self) -> bool:
        """Whether the passage is new from its first word to its last."""
        return all([action for action, _words in line.runs] == [ADDED] for line in self.lines)

    def language_name(self, reader: str) -> str:
        return language_name(self.language, reader)

    def html(self, public_url: str = "", *, spoken: bool = False) -> SafeString:
        """`public_url` makes links to our own pages absolute, for mails and feeds.

        `spoken` adds words before each mark, which public.css hides from eyes: a screen reader may not tell the marks.
        """
        parts = []
        for item, lines in groupby(self.lines, key=lambda line: line.tag == "li"):
            told = mark_safe("".join(_element(line, public_url, spoken) for line in lines))  # noqa: S308 - escaped there
            parts.append(format_html("<ul>{}</ul>", told) if item else told)
        return mark_safe("".join(parts))  # noqa: S308 - likewise

    def text(self, public_url: str = "") -> list[str]:
        """What was and what is, for a mail's plain text: a line each. A passage that is new as a whole stands alone."""
        if self.whole:
            return [("- " if line.tag == "li" else "") + _text(line, REMOVED, public_url) for line in self.lines]
        return [told for line in self.lines for told in _told(line, public_url)]


def rewritten(
    before: tuple[Content, Passage | None],
    after: tuple[Content, Passage | None],
    language: str,
    *,
    key: str,
    title: str = "",
    block: bool,
    effort: Effort | None = None,
) -> Rewritten | None:
    """What a passage says in other words to a reader; None where it says the same to them.

    `before` and `after` are its content and itself, None where that content has no such passage. `effort` is
    shared by the passages of one page.
    """
    spoken = _language(before, after, language)
    if spoken is None:
        return None
    lines = tuple(
        _lines(_blocks(before, spoken, language, block), _blocks(after, spoken, language, block), effort or Effort())
    )
    if not lines:
        return None
    state = after[1]["state"].get(spoken) if after[1] else None
    return Rewritten(key, title, spoken, spoken != language, state == "outdated", lines)


def _language(
    before: tuple[Content, Passage | None], after: tuple[Content, Passage | None], language: str
) -> str | None:
    """The reader's language where its text changed, else the source's where that did."""
    found = [(content, passage) for content, passage in (before, after) if passage is not None]
    for spoken in (language, after[0]["source_language"]):
        own = [shown(passage, spoken, content["source_language"]) == spoken for content, passage in found]
        texts = [passage["text"].get(spoken) if passage else None for _content, passage in (before, after)]
        if own and own[-1] and texts[0] != texts[1]:
            return spoken
    return None


def _blocks(said: tuple[Content, Passage | None], spoken: str, language: str, block: bool) -> list[Block]:
    content, passage = said
    if passage is None or spoken not in passage["text"]:
        return []
    facts = Facts(content["service"], spoken, pages=language)
    text = passage["text"][spoken]
    return blocks(markdown.html(text, facts)) if block else line(markdown.plain(text, facts))


# --- which paragraph became which -------------------------------------------------------------------------------------


def _lines(before: list[Block], after: list[Block], effort: Effort) -> list[Line]:
    """What stayed is left out, with a mark between what did not; nothing where all of it stayed."""
    found: list[Line] = []
    removed: list[Block] = []
    for action, part in [*pieces(before, after), (SAME, ())]:
        if action == REMOVED:
            removed = list(part)
            continue
        found += _paired(removed, list(part) if action == ADDED else [], effort)
        removed = []
        if action == SAME and part:
            found.append(Line("p", ()))
    return found if any(line.runs for line in found) else []


def _paired(old: list[Block], new: list[Block], effort: Effort) -> Iterator[Line]:
    left, right = 0, 0
    for one, other in [*_alike(old, new), (len(old), len(new))]:
        yield from (Line(block.tag, ((REMOVED, block.words),)) for block in old[left:one])
        yield from (Line(block.tag, ((ADDED, block.words),)) for block in new[right:other])
        if one < len(old):
            runs = tuple((action, tuple(words)) for action, words in effort.pieces(old[one].words, new[other].words))
            yield Line(new[other].tag, runs)
        left, right = one + 1, other + 1


def _alike(old: list[Block], new: list[Block]) -> list[tuple[int, int]]:
    """Which of the old became which of the new, in order: the pairs with most words in common altogether."""
    if len(old) == len(new) == 1:
        return [(0, 0)]
    counted = [[_counted(block) for block in side] for side in (old, new)]
    if len(old) * len(new) > _MOST_PAIRS:
        beside = zip(*counted, strict=False)
        return [(at, at) for at, (one, other) in enumerate(beside) if _share(one, other) >= _ALIKE]
    best: list[list[tuple[float, tuple[int, int] | None]]] = [
        [(0.0, None)] * (len(new) + 1) for _row in range(len(old) + 1)
    ]
    for i, one in enumerate(counted[0], 1):
        for j, other in enumerate(counted[1], 1):
            share = _share(one, other)
            best[i][j] = max(
                (best[i - 1][j][0], (i - 1, j)),
                (best[i][j - 1][0], (i, j - 1)),
                (best[i - 1][j - 1][0] + share if share >= _ALIKE else -1.0, (i - 1, j - 1)),
                key=lambda found: found[0],
            )
    return _path(best, len(old), len(new))


def _path(best: list[list[tuple[float, tuple[int, int] | None]]], i: int, j: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    while (came := best[i][j][1]) is not None:
        if came == (i - 1, j - 1):
            found.append(came)
        i, j = came
    return found[::-1]


def _counted(block: Block) -> Counter[str]:
    return Counter(word.text.casefold() for word in block.words if not word.text.isspace())


def _share(one: Counter[str], other: Counter[str]) -> float:
    return 2 * (one & other).total() / (one.total() + other.total())


# --- as HTML and as text ----------------------------------------------------------------------------------------------


def _element(line: Line, public_url: str, spoken: bool) -> SafeString:
    if not line.runs:
        return mark_safe("<p>[…]</p>")
    runs = format_html_join("", "{}", ((_run(run, public_url, spoken),) for run in line.runs))
    if line.tag == "li":
        return format_html("<li>{}</li>", runs)
    return format_html("<p>{}</p>" if line.tag == "p" else "<p><strong>{}</strong></p>", runs)


def _run(run: Run, public_url: str, spoken: bool) -> SafeString:
    action, words = run
    told = format_html_join("", "{}", ((_marked(list(part), public_url),) for _marks, part in groupby(words, _marks)))
    if action == SAME:
        return told
    mark, word = ("del", _("removed:")) if action == REMOVED else ("ins", _("added:"))
    voice = format_html('<span class="sr">{} </span>', word) if spoken else ""
    return format_html("<{0}>{1}{2}</{0}>", mark, voice, told)


def _marks(word: Word) -> tuple[tuple[str, str], ...]:
    return word.marks


def _marked(words: list[Word], public_url: str) -> SafeString:
    told = escape(_joined(words))
    for name, address in reversed(words[0].marks):
        if name != "a":
            told = format_html("<{0}>{1}</{0}>", name, told)
        elif address:
            told = format_html('<a href="{}" rel="noopener noreferrer">{}</a>', _absolute(address, public_url), told)
    return told


def _absolute(address: str, public_url: str) -> str:
    return f"{public_url}{address}" if address.startswith("/") and not address.startswith("//") else address


def _joined(words: Iterable[Word]) -> str:
    return "".join(word.text for word in words)


def _told(line: Line, public_url: str) -> list[str]:
    if not line.runs:
        return ["[…]"]
    before, now = _text(line, ADDED, public_url), _text(line, REMOVED, public_url)
    actions = {action for action, _words in line.runs}
    if actions == {ADDED}:
        return [_("Added: %(text)s") % {"text": now}]
    if actions == {REMOVED}:
        return [_("Removed: %(text)s") % {"text": before}]
    return [_("Before: %(text)s") % {"text": before}, _("Now: %(text)s") % {"text": now}]


def _text(line: Line, without: str, public_url: str) -> str:
    """The line as it was or as it is, with the address of each link behind its words."""
    words = [word for action, found in line.runs if action != without for word in found]
    parts = []
    for marks, part in groupby(words, _marks):
        told = _joined(part)
        address = next((address for name, address in marks if name == "a"), "")
        shown_address = _absolute(address.removeprefix("mailto:"), public_url)
        parts.append(f"{told} ({shown_address})" if address and shown_address != told else told)
    return "".join(parts)
