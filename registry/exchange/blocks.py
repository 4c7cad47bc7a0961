"""A passage's HTML as paragraphs, list items and headings of words, so that two passages can be compared."""

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import NamedTuple

from .difference import words

_BLOCKS = frozenset({"p", "li", "h3", "h4", "h5", "h6"})
_MARKS = frozenset({"strong", "em", "code", "a"})


class Word(NamedTuple):
    """A word, a sign or a blank, and the marks around it: a tag each, of a link with its address."""

    text: str
    marks: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Block:
    """`tag` is p, li or h3 to h6."""

    tag: str
    words: tuple[Word, ...]


def blocks(html: str) -> list[Block]:
    """Of HTML as `markdown.html` gives it. What stands in a list item is one, however it is nested."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.flush()
    return reader.found


def line(text: str) -> list[Block]:
    """A passage of one line, which is plain text."""
    return [Block("p", tuple(Word(word) for word in words(text)))] if text else []


def plain(block: Block) -> str:
    return "".join(word.text for word in block.words)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Block] = []
        self.words: list[Word] = []
        self.open: list[str] = []
        self.marks: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.flush()
            self.open.append(tag)
        elif tag in _MARKS:
            self.marks.append((tag, dict(attrs).get("href") or ""))
        elif tag == "br":
            self.handle_data(" ")
        else:
            self.flush()

    def handle_endtag(self, tag: str) -> None:
        if tag in _MARKS:
            self.marks = self.marks[:-1]
            return
        self.flush()
        if tag in _BLOCKS:
            self.open = self.open[:-1]

    def handle_data(self, data: str) -> None:
        for word in words(data):
            if not word.isspace():
                self.words.append(Word(word, tuple(self.marks)))
            elif not self.words or self.words[-1].text != " ":
                self.words.append(Word(" ", tuple(self.marks)))

    def flush(self) -> None:
        """What has been read is a block."""
        found = list(self.words)
        while found and found[0].text.isspace():
            found.pop(0)
        while found and found[-1].text.isspace():
            found.pop()
        self.words = []
        if found:
            tag = "li" if "li" in self.open else self.open[-1] if self.open else "p"
            self.found.append(Block(tag, tuple(found)))
