"""A company's old policy page in one language: from the bytes of a text or HTML file to lines and cells of tables.

What the page says is read by the modules beside this one (oldpage_dates, oldpage_names, …), none of which guesses.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import PurePath

from django.conf import settings

MOST_BYTES = 2_000_000
# What is read at once: the work on a line grows faster than its length.
_LONGEST = 4_000
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|main|article|section|div|table|tr|td|ul|ol|li|p|h[1-6])\b[^<>]*>",
    re.IGNORECASE,
)
_LANG = re.compile(r"""<html\b[^<>]*?\slang\s*=\s*["']?([a-z]{2,3}(?:[-_][a-z0-9]+)*)""", re.IGNORECASE)
# Directional marks, soft hyphens and zero-width spaces stand within words and dates; so do spaces that do not break.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u2060\ufeff]")
_SPACE = re.compile("[\u00a0\u2000-\u200a\u202f]")
_BULLET = re.compile(r"\s*(?:[•·▪◦‣*–—-]|\d{1,2}[.)])\s+")
# The lines that Markdown and plain text draw between the rows of a table.
_RULE = re.compile(r"[\s|:+=_–—-]*")


class Unreadable(ValueError):
    """A file cannot be compared; the message says why and what to do."""


@dataclass(frozen=True)
class Line:
    """A line of text, an item of a list, or a row of a table: then `cells` holds its cells.

    `block` counts the paragraphs, lists and tables of the page.
    """

    text: str
    block: int
    cells: tuple[str, ...] = ()
    item: bool = False
    heading: bool = False


@dataclass(frozen=True)
class Page:
    name: str
    language: str
    lines: tuple[Line, ...]


def decoded(name: str, data: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark."""
    if len(data) > MOST_BYTES:
        raise Unreadable(f"{name} is larger than {MOST_BYTES // 1_000_000} MB: that is no policy page.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(f"{name} is in UTF-16. Save it as UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{name} is not in UTF-8 (byte {error.start + 1}). Save it as UTF-8.") from None
    if "\0" in text:
        raise Unreadable(f"{name} is neither text nor HTML.")
    if not text.strip():
        raise Unreadable(f"{name} is empty.")
    return _INVISIBLE.sub("", _SPACE.sub(" ", unicodedata.normalize("NFC", text)))


def is_html(text: str) -> bool:
    return bool(_HTML.search(text))


def known_language(written: str) -> str | None:
    """Our code of a language tag: pt-br for pt_BR, en for en-US, nb for no."""
    codes = {code for code, _name in settings.LANGUAGES}
    tag = written.lower().replace("_", "-")
    base = tag.split("-")[0]
    found = tag if tag in codes else {"no": "nb"}.get(base, base)
    return found if found in codes else None


def language_of(name: str, text: str) -> str:
    """The language that the file's name or its <html lang> says. Raise Unreadable where it stays open."""
    told = _LANG.search(text)
    inside = known_language(told[1]) if told else None
    outside = _language_in_name(name)
    if inside and outside and inside.split("-")[0] != outside.split("-")[0]:
        raise Unreadable(
            f"{name}: its name says {outside}, its <html lang> {inside}. Say which with --language {name}={outside}."
        )
    found = outside or inside
    if found is None:
        raise Unreadable(
            f"{name}: its language is not known. Begin the file's name with the language’s code, such as da-{name}, "
            f"or say --language {name}=da."
        )
    return found


def _language_in_name(name: str) -> str | None:
    """The code that a name begins or ends with: da-2024.txt, pt_BR.html, page.hu.html; None where they differ."""
    parts = [part for part in re.split(r"[-_. ]+", PurePath(name).stem.lower()) if part]
    codes = {code for code, _name in settings.LANGUAGES}
    ends = {
        next((code for code in ("-".join(pair), single) if code in codes), None)
        for pair, single in ((parts[:2], "".join(parts[:1])), (parts[-2:], "".join(parts[-1:])))
    } - {None}
    return ends.pop() if len(ends) == 1 else None


def text_lines(text: str) -> list[Line]:
    """The lines of plain text. Blank lines part blocks; bars and tabs part cells."""
    lines: list[Line] = []
    blocks = count()
    block = next(blocks)
    for raw in text.splitlines():
        line = raw.strip(" \r\f\v")
        if not line.strip():
            block = next(blocks)
            continue
        if _RULE.fullmatch(line):
            continue
        if "|" in line or "\t" in line.strip():
            cells = tuple(cell.strip() for cell in re.split(r"[|\t]", line.strip().strip("|")))
            lines.append(Line(" | ".join(cells), block, cells if len(cells) > 1 or line.endswith("|") else ()))
            continue
        bullet = _BULLET.match(line)
        lines.append(Line(line[bullet.end() :] if bullet else line.strip(), block, item=bool(bullet)))
    return lines


def within_reach(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines, of which those of a page without line breaks are cut between words."""
    for line in lines:
        rest = line.text
        while len(rest) > _LONGEST:
            cut = rest.rfind(" ", 1, _LONGEST) + 1 or _LONGEST
            yield Line(rest[:cut].strip(), line.block)
            rest = rest[cut:]
        yield line if rest is line.text else Line(rest, line.block)
