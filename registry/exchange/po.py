"""Translators' files: the passages of one language as a gettext PO, and back.

The context is the passage's key, the text to translate its source as it stands. `fuzzy` means outdated, and the
previous text (`#| msgid`) is the source that the translation was made from. Comments tell the passage by its name, its
state, and the first digits of the translation's digest: with them an import can tell who changed what.

The digits stand there twice. msgmerge takes extracted comments (`#.`) from the newer file, and the translator's (`#`)
from the older one, as it does with the text: only the latter still say what a merged text was made over. They name
their passage, since a guess brings along the translator's comment of the passage that it was taken from.

Texts go out as a release freezes them (NFC, lines that end in a line feed) and come back as they were typed.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import polib
from django.utils.translation import gettext as _

from ..models import State
from ..translation import normal, text_digest
from .po_languages import code_of, gettext_name, plural_forms

# Several times what a large policy needs. polib's time grows with the square of a text's lines.
MOST_BYTES, MOST_LINES, MOST_IN_A_ROW = 10_000_000, 400_000, 20_000
CONTENT_TYPE = "text/x-gettext-translation; charset=utf-8"
_ASCII = {"utf-8", "utf8", "us-ascii", "ascii", "charset"}
_STATUS, _TEXT = re.compile(r"^status: (\w+)$", re.MULTILINE), re.compile(r"^text: ([0-9a-f]{12})$", re.MULTILINE)
_OWN_TEXT = re.compile(r"^text: ([0-9a-f]{12}) (\S+)$", re.MULTILINE)
# A line that is no comment: a keyword, a string, or both. polib takes what is not quoted for quoted, and cuts its ends.
_LINE = re.compile(
    r'#(?!\|).*|(?:#\|\s*)?(?:(?:msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d+\])\s*)?"(?:[^"\\]|\\.)*"|', re.DOTALL
)
# Bytes by number and the bell, which gettext's programs write on request, and polib does not know.
_ESCAPE = re.compile(r"((?:\\[0-7]{1,3}|\\x[0-9a-fA-F]{2})+)|\\(.)")


class Unreadable(ValueError):
    """The file is no PO file that can be imported; the message tells whoever sent it why."""


@dataclass(frozen=True)
class Entry:
    """A passage as a file has it. What a tool has taken out of the file is empty."""

    key: str
    source: str
    text: str
    fuzzy: bool = False
    # The source that a fuzzy text was made from, and the passage from which a tool took it for a guess.
    previous: str = ""
    guessed_from: str = ""
    # At the export: the state, and the first digits of the text's digest.
    status: str = ""
    digest: str = ""
    # Where the entry stands in a file that was read, and what the passage is called in one that is written.
    line: int = 0
    name: str = ""

    @property
    def edited(self) -> bool | None:
        """Whether the text is another than it was at the export; None where the file does not tell any more."""
        return digits(self.text) != self.digest if self.digest else None

    @property
    def released(self) -> bool:
        """Whether somebody has taken the mark `fuzzy` away since the export."""
        return self.status == State.OUTDATED.value and not self.fuzzy


@dataclass(frozen=True)
class Header:
    """What a file says of itself; a function of what it holds, so that the same state gives the same bytes."""

    project: str
    contact: str
    source: str
    language: str
    # When the youngest of the translations was made; None where there is none.
    revised_at: datetime | None = None


def digits(text: str) -> str:
    return text_digest(text)[:12]


def write(header: Header, entries: Iterable[Entry], remark: str = "") -> bytes:
    # Lines are not wrapped: polib would wrap inside of escapes.
    file = polib.POFile(wrapwidth=0)
    file.header = remark
    revised_at = header.revised_at
    file.metadata = {
        "Project-Id-Version": header.project,
        "Report-Msgid-Bugs-To": header.contact,
        "PO-Revision-Date": revised_at.strftime("%Y-%m-%d %H:%M%z") if revised_at else "",
        "Last-Translator": "",
        "Language-Team": "",
        "Language": gettext_name(header.language),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": plural_forms(header.language),
        "X-Source-Language": gettext_name(header.source),
    }
    for entry in entries:
        text = normal(entry.text)
        told = [" ".join(entry.name.split()), f"status: {entry.status}", f"text: {digits(text)}"]
        file.append(
            polib.POEntry(
                msgctxt=entry.key,
                msgid=normal(entry.source),
                msgstr=text,
                flags=["fuzzy"] if entry.fuzzy else [],
                previous_msgid=normal(entry.previous) if entry.fuzzy and entry.previous else None,
                comment="\n".join(told),
                tcomment=f"text: {digits(text)} {entry.key}",
            )
        )
    return str(file).encode()


@dataclass(frozen=True)
class File:
    # None where the header does not say it.
    language: str | None
    entries: tuple[Entry, ...]


def check_size(size: int) -> None:
    if size > MOST_BYTES:
        raise Unreadable(_("The file is too large. A file of one language has less than 10 MB."))


def read(data: bytes, language: str = "") -> File:
    """What a file holds. Raise Unreadable for one that is broken, or of another language than the one given."""
    check_size(len(data))
    file = _parsed(data)
    charset = file.metadata.get("Content-Type", "").lower().partition("charset=")[2].strip()
    if charset and charset not in _ASCII:
        raise Unreadable(_("The file is not in UTF-8. Save it as UTF-8."))
    found = _language(file.metadata.get("Language", ""), language)
    rows = [entry for entry in file if not entry.obsolete]
    if not rows:
        raise Unreadable(_("The file has no entries."))
    for entry in rows:
        if entry.msgid_plural or entry.msgstr_plural:
            raise Unreadable(
                _("The file has an entry with plural forms, which no passage has. Line: %(line)s.")
                % {"line": entry.linenum}
            )
    keys = [entry.msgctxt for entry in rows if entry.msgctxt]
    doubled = [key for key, count in Counter(keys).items() if count > 1]
    if doubled:
        raise Unreadable(_("Several entries have this key: %(key)s.") % {"key": doubled[0]})
    return File(found, tuple(_entry(entry) for entry in rows))


def _parsed(data: bytes) -> polib.POFile:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(_("The file is not in UTF-8. Save it as UTF-8.")) from None
    if "\0" in text:
        raise Unreadable(_("The file is no PO file."))
    lines = re.split("\r\n|\r|\n", text)
    # A text, or a comment: 400,000 lines of one text would take polib half a minute.
    runs = groupby(lines, key=lambda line: line.strip()[:1])
    in_a_row = max((len(list(run)) for kind, run in runs if kind in {'"', "#"}), default=0)
    if len(lines) > MOST_LINES or in_a_row > MOST_IN_A_ROW:
        raise Unreadable(_("The file has too many lines."))
    for number, line in enumerate(lines, 1):
        if not _LINE.fullmatch(line.strip()):
            raise _broken(number)
    text = _ESCAPE.sub(_unescaped, text)
    # From a file of our own: polib takes a text for the name of a file where there is such a file, and cuts it into
    # lines at characters that end no line in a PO, such as U+2028.
    with tempfile.NamedTemporaryFile("w", suffix=".po", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        try:
            return polib.pofile(file.name, encoding="utf-8")
        except Exception as error:  # Anybody may have broken it, anywhere and in any way.
            line = re.search(r"\(line (\d+)\)", str(error))
            raise _broken(int(line[1]) if line else 1) from error


def _unescaped(escape: re.Match[str]) -> str:
    if escape[1] is None:
        return "\a" if escape[2] == "a" else escape[0]
    numbers = [int(n[1:], 16) if n[0] == "x" else int(n, 8) for n in escape[1].split("\\")[1:]]
    try:
        return polib.escape(bytes(number & 0xFF for number in numbers).decode())
    except UnicodeDecodeError:
        raise Unreadable(_("The file is not in UTF-8. Save it as UTF-8.")) from None


def _broken(line: int) -> Unreadable:
    if line == 1:
        return Unreadable(_("The file is no PO file."))
    return Unreadable(_("The file cannot be read as PO. Line: %(line)s.") % {"line": line})


def _language(named: str, wanted: str) -> str | None:
    found = code_of(named)
    if not named.strip():
        return wanted or None
    if found is None or (wanted and found != wanted):
        raise Unreadable(_("The file is of another language. Its language: %(language)s.") % {"language": named})
    return found


def _entry(entry: polib.POEntry) -> Entry:
    statuses, digests = _STATUS.findall(entry.comment), _TEXT.findall(entry.comment)
    own = [digest for digest, key in _OWN_TEXT.findall(entry.tcomment) if key == entry.msgctxt]
    guess = entry.previous_msgctxt
    return Entry(
        key=entry.msgctxt or "",
        source=entry.msgid,
        text=entry.msgstr,
        fuzzy=entry.fuzzy,
        previous=entry.previous_msgid or "",
        guessed_from=guess if guess is not None and guess != entry.msgctxt else "",
        # The last of each: a passage's name may look like one.
        status=statuses[-1] if statuses else "",
        digest=(own or digests or [""])[-1],
        line=entry.linenum or 0,
    )
