"""The rows in which an old page lists companies: of tables, lists, and text in which a table's cells ran together.

A line of running text is a row where it begins with a company's name, if need be after a label, and does not go on as a
sentence: "ServersLinode, LLC (USA)" is one, "Linode, LLC hosts our servers" is none.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from .oldpage import Line
from .oldpage_certifications import Claim, claims
from .oldpage_names import Names, Span
from .oldpage_places import named_in, places, speaks_of_customers
from .oldpage_spellings import Spellings

_LABEL = re.compile(r"(?:[^\W\d_]+(?:[ -][^\W\d_]+){0,2})?[\s:|–—-]*")
_BRACKET = re.compile(r"\s*\(([^()]*)\)")
_DASHED = re.compile(r"\s*(?:[–—:]|-\s)\s*([^|\n]+)")
# A table's cell that is on a line of its own, and what else belongs to the row above it.
_MOST_LINES = 6
_SHOWN = 60


@dataclass(frozen=True)
class Row:
    """What a row says of a company. `entity` is None where the company is not known, or not known for certain."""

    text: str
    entity: str | None
    name: str
    where: frozenset[str]
    customers: frozenset[str]
    claims: tuple[Claim, ...]
    # What stands where a place would, and is no country that we know.
    unread: str = ""


@dataclass
class Rows:
    rows: list[Row] = field(default_factory=list)
    # Lines beside rows that name no company, such as a table's heading or another item of the list.
    strange: list[str] = field(default_factory=list)
    # Lines outside all rows, with those.
    rest: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    names: Names
    spelled: Spellings
    registered: tuple[str, ...]

    @property
    def language(self) -> str:
        return self.names.language

    def row(self, text: str, head: Span | None, place_cells: Sequence[str] = ()) -> Row:
        """What a row's text says; `head` is the company that it is about."""
        spans = self.names.find(text)
        found = places(self.names.without(text, spans), self.language, self.spelled)
        unread = ""
        if head and not found.where:
            unread = "; ".join(found.unclear) or self._unread(text[head.end :]) or " · ".join(filter(None, place_cells))
        return Row(
            text=text,
            entity=head.entities[0] if head and len(head.entities) == 1 else None,
            name=head.written if head else "",
            where=found.where,
            customers=found.customers,
            claims=tuple(claims(text, self.language, self.spelled, self.registered)),
            unread=unread,
        )

    def _unread(self, after: str) -> str:
        """What follows a company's name in brackets or after a dash, but for the words about customers."""
        told, place = [], 0
        while match := _BRACKET.match(after, place):
            told.append(match[1])
            place = match.end()
        if match := _DASHED.match(after, place):
            told.append(match[1])
        told = [self._first_cell(part) for part in told]
        return "; ".join(part for part in told if part and not speaks_of_customers(part, self.language, self.spelled))

    def _first_cell(self, text: str) -> str:
        """The words up to where a next cell's text began without a gap; nothing where a sentence about a company is."""
        said = text.strip()
        if self.names.find(said):
            return ""
        plain = self.names.without(said, ())
        for place in range(1, len(said)):
            if (said[place - 1].islower() and said[place].isupper()) or plain[place] != said[place]:
                said = said[:place].strip()
                break
        shown = said if len(said) <= _SHOWN else f"{said[:_SHOWN].rsplit(' ', 1)[0]} …"
        return shown if len(shown) > 2 else ""


def rows(lines: Iterable[Line], reader: Reader) -> Rows:
    """Part a page into rows and the rest."""
    found = Rows()
    for _block, group in groupby(lines, key=lambda line: line.block):
        block = list(group)
        if any(line.cells for line in block):
            _table([line for line in block if line.cells], reader, found)
            found.rest += [line for line in block if not line.cells]
        else:
            _running(block, reader, found)
    return found


def _table(lines: list[Line], reader: Reader, found: Rows) -> None:
    columns = _place_columns(lines, reader)
    for line in lines:
        if line.heading:
            found.rest.append(line)
            continue
        head, column = _head_of_cells(line, reader.names)
        beside = [line.cells[place] for place in columns if place != column and place < len(line.cells)]
        found.rows.append(reader.row(line.text, head, [cell for cell in beside if re.search(r"\w{2}", cell)]))


def _place_columns(lines: list[Line], reader: Reader) -> list[int]:
    """The columns in which some row names a country: where another names none, its place is not recognised."""
    columns: dict[int, bool] = defaultdict(bool)
    for line in lines:
        for place, cell in enumerate(line.cells):
            rest = reader.names.without(cell, reader.names.find(cell))
            columns[place] |= bool(rest and places(rest, reader.language, reader.spelled).where)
    return [place for place, has in columns.items() if has]


def _head_of_cells(line: Line, names: Names) -> tuple[Span | None, int]:
    """The company of a table's row: the one that a cell begins with, else the first that is named; and its column."""
    first: tuple[Span | None, int] = (None, -1)
    place = 0
    for column, cell in enumerate(line.cells):
        spans = [span for span in names.find(line.text) if place <= span.start < place + len(cell)]
        if spans and spans[0].start == place:
            return spans[0], column
        if spans and first[0] is None:
            first = spans[0], column
        place += len(cell) + len(" | ")
    return first


def _running(block: list[Line], reader: Reader, found: Rows) -> None:
    heads = [_head(line, reader.names) for line in block]
    if not any(heads):
        found.rest += block
        return
    above = block[: next(number for number, head in enumerate(heads) if head)]
    found.strange += [line.text for line in above]
    found.rest += above
    for start, head in enumerate(heads):
        if head is None:
            continue
        end = next((later for later in range(start + 1, len(block)) if heads[later] or block[later].item), len(block))
        own = block[start : min(end, start + _MOST_LINES)]
        found.rows.append(reader.row("\n".join(line.text for line in own), head))
        beyond = block[start + len(own) : next((n for n in range(start + 1, len(block)) if heads[n]), len(block))]
        found.strange += [line.text for line in beyond if line.item]
        found.rest += beyond


def _head(line: Line, names: Names) -> Span | None:
    """The company that a line begins with, unless the line goes on as a sentence about it."""
    for span in names.find(line.text)[:1]:
        label = line.text[: span.start]
        if len(label) > 40 or not _LABEL.fullmatch(label):
            return None
        after = line.text[span.end :].lstrip()
        if line.item or not after or after[0].isupper() or after[0] in "(–—:|":
            return span
        # A hyphen that parts ("Twilio - calls"), not one that joins an ending (Twilio-t).
        return span if after.startswith("- ") else None
    return None


def named_countries(lines: Iterable[Line], reader: Reader) -> Iterator[str]:
    """The codes that lines outside of rows name, but for those within the names of companies."""
    for line in lines:
        text = reader.names.without(line.text, reader.names.find(line.text))
        yield from named_in(text, reader.language, reader.spelled)
