"""The lines of an HTML page: its main text, a line for each paragraph and item, a row of cells for each row of a table.

nh3 mends the markup first, as browsers do, so that what is read here is well formed whatever stood in the file.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3

from .oldpage import Line

_BLOCKS = frozenset(
    "p div section article main header aside address blockquote pre figure figcaption details summary form fieldset "
    "h1 h2 h3 h4 h5 h6 ul ol dl table caption hr".split()
)
_KEPT = _BLOCKS | frozenset("li dt dd tr td th thead tbody tfoot br".split())
# What a reader of the page's text does not read, or reads on every page of the site.
_LEFT_OUT = frozenset("script style title noscript template svg math nav footer select button iframe object".split())
_MOST_SPANNED = 200


@dataclass
class _Table:
    cells: list[str] = field(default_factory=list)
    headings: int = 0
    # What a cell of an earlier row still says in a column: rows left, text.
    hanging: dict[int, tuple[int, str]] = field(default_factory=dict)
    span: int = 1


def html_lines(text: str) -> list[Line]:
    reader = _Reader()
    reader.feed(_mended(text))
    reader.close()
    reader.flush()
    lines = reader.main if any(line.text for line in reader.main) else reader.lines
    return [line for line in lines if line.text]


def _mended(text: str) -> str:
    spans = {"rowspan", "colspan"}
    return nh3.clean(
        text,
        tags=set(_KEPT),
        clean_content_tags=set(_LEFT_OUT),
        attributes={"td": spans, "th": spans},
        link_rel=None,
    )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self.main: list[Line] = []
        self.tables: list[_Table] = []
        self.text: list[str] = []
        self.block = 0
        self.mains = 0
        self.item = self.heading = False
        self.term: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.text.append(" ")
            return
        if tag in {"td", "th"} and self.tables:
            self._cell_begins(tag, dict(attrs))
            return
        if tag == "table":
            self._outer_cell_ends()
            self.tables.append(_Table())
        self.heading |= tag == "caption"
        if self.tables and tag not in {"table", "tr"}:
            self.text.append(" ")
            return
        if tag == "dd" and self.term is not None:
            return
        # <li><p>: the paragraph is the item.
        item = self.item and not _plain(self.text)
        self.flush()
        self.item = item or tag == "li"
        self.heading = tag in {"h1", "h2", "h3", "h4", "h5", "h6", "caption"}
        if tag == "main":
            self.mains += 1
        if tag in _BLOCKS:
            self.block += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"} and self.tables:
            self._cell_ends()
            return
        if tag == "caption" and self.tables:
            self.flush()
            return
        if tag == "tr" and self.tables:
            self._row_ends()
            return
        if tag == "table" and self.tables:
            self._row_ends()
            self.tables.pop()
            self.block += 1
            return
        if self.tables:
            self.text.append(" ")
            return
        if tag == "dt" and _plain(self.text):
            # A term and what stands under it are a row of two cells.
            self.term = _plain(self.text)
            self.text = []
            return
        self.flush()
        if tag == "main":
            self.mains -= 1
        if tag in _BLOCKS:
            self.block += 1

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def flush(self) -> None:
        """A paragraph, item or heading ends here."""
        said = _plain(self.text)
        self.text = []
        if self.term is not None:
            cells = (self.term, said)
            self.term = None
            if any(cells):
                self._add(Line(" | ".join(cells), self.block, cells))
        elif said:
            self._add(Line(said, self.block, item=self.item, heading=self.heading))
        self.item = self.heading = False

    def _add(self, line: Line) -> None:
        self.lines.append(line)
        if self.mains:
            self.main.append(line)

    def _outer_cell_ends(self) -> None:
        """A table within a cell: pages are laid out so. What stood before it is a line, not a cell."""
        if self.tables:
            said, self.text = _plain(self.text), []
            if said:
                self._add(Line(said, self.block))
            self.block += 1

    def _cell_begins(self, tag: str, attributes: dict[str, str | None]) -> None:
        table = self.tables[-1]
        self.text = []
        _hang(table)
        span = attributes.get("rowspan") or "1"
        table.span = min(int(span[:4]), _MOST_SPANNED) if span.isascii() and span.isdigit() else 1
        table.headings += tag == "th"

    def _cell_ends(self) -> None:
        table = self.tables[-1]
        said, self.text = _plain(self.text), []
        if table.span > 1:
            table.hanging[len(table.cells)] = (table.span, said)
        table.cells.append(said)

    def _row_ends(self) -> None:
        table = self.tables[-1]
        self.text = []
        heading = 0 < len(table.cells) == table.headings
        _hang(table)
        cells = tuple(table.cells)
        table.cells, table.headings = [], 0
        table.hanging = {column: (left - 1, said) for column, (left, said) in table.hanging.items() if left > 1}
        if any(cells):
            self._add(Line(" | ".join(cells), self.block, cells, heading=heading))


def _hang(table: _Table) -> None:
    """Repeat what spans down from an earlier row into the columns that come next."""
    while len(table.cells) in table.hanging:
        table.cells.append(table.hanging[len(table.cells)][1])


def _plain(text: list[str]) -> str:
    return " ".join("".join(text).split())
