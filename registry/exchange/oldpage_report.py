"""What old pages disagree about, as text for a terminal, as HTML for a browser and as CSV for a spreadsheet."""

import textwrap
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.template.loader import render_to_string

from .table import write_csv

NOTHING = "—"


@dataclass(frozen=True)
class Disagreement:
    """One fact, as each page has it, in the pages' order, and as the registry has it. Empty: nothing is said."""

    kind: str
    subject: str
    values: tuple[str, ...]
    registry: str = ""


@dataclass(frozen=True)
class Presence:
    """A company's line in the table: a cell of short lines for each page, and the registry's."""

    name: str
    cells: tuple[tuple[str, ...], ...]
    registry: tuple[str, ...] = ()


@dataclass(frozen=True)
class Unrecognised:
    label: str
    file: str
    # Kind, text and how often.
    found: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True)
class Report:
    """`labels` name the pages: their languages, with the file where two pages have one language."""

    labels: tuple[str, ...]
    files: tuple[str, ...]
    with_registry: bool
    table: tuple[Presence, ...] = ()
    disagreements: tuple[Disagreement, ...] = ()
    unrecognised: tuple[Unrecognised, ...] = field(default=())


def as_csv(report: Report) -> bytes:
    columns = ["kind", "subject", *report.labels, *(["registry"] if report.with_registry else [])]
    return write_csv(
        columns,
        [[d.kind, d.subject, *d.values, *([d.registry] if report.with_registry else [])] for d in report.disagreements],
    )


def as_html(report: Report) -> str:
    """A page of its own, to be opened from disk: its style is in it, and it asks nobody for anything."""
    kinds: dict[str, list[Disagreement]] = defaultdict(list)
    for disagreement in report.disagreements:
        kinds[disagreement.kind].append(disagreement)
    context = {"report": report, "pages": list(zip(report.labels, report.files, strict=True)), "kinds": dict(kinds)}
    return render_to_string("compare_pages/report.html", context)


def sentence(report: Report, disagreement: Disagreement) -> str:
    """Which pages say what, in a line: "Linode, LLC: listed (et, lv); — (da). Registry: not listed." """
    said: dict[str, list[str]] = defaultdict(list)
    for label, value in zip(report.labels, disagreement.values, strict=True):
        said[value or NOTHING].append(label)
    pages = "; ".join(f"{value} ({', '.join(labels)})" for value, labels in said.items())
    registry = f". Registry: {disagreement.registry or NOTHING}" if report.with_registry else ""
    return f"{disagreement.subject}: {pages}{registry}"


def as_text(report: Report, width: int) -> Iterator[tuple[str, bool]]:
    """Lines for a terminal, and whether each is a heading."""
    yield "Companies by page", True
    yield from ((line, False) for line in _table(report, width))
    yield "", False
    yield _count(len(report.disagreements), "disagreement", "disagreements"), True
    kind = ""
    for disagreement in report.disagreements:
        if disagreement.kind != kind:
            kind = disagreement.kind
            yield f"  {kind}", False
        yield f"    {sentence(report, disagreement)}", False
    yield "", False
    yield "Not recognised (add spellings, or ignore it, in the file of --spellings)", True
    for page in report.unrecognised:
        yield f"  {page.file} ({page.label})", False
        for what, text, times in page.found:
            yield f"    {what}: {text}{f' (×{times})' if times > 1 else ''}", False
        if not page.found:
            yield "    nothing", False


def _table(report: Report, width: int) -> Iterator[str]:
    headings = ["", *report.labels, *(["registry"] if report.with_registry else [])]
    first = min(max([len(row.name) for row in report.table] + [8]), 28)
    each = max((width - first) // max(len(headings) - 1, 1) - 2, 10)
    widths = [first, *([each] * (len(headings) - 1))]
    yield from _row([[heading] for heading in headings], widths)
    for row in report.table:
        cells = [[row.name], *row.cells, *([row.registry] if report.with_registry else [])]
        yield from _row([list(cell) or [NOTHING] for cell in cells], widths)


def _row(cells: Sequence[Sequence[str]], widths: Sequence[int]) -> Iterator[str]:
    wrapped = [
        [part for line in cell for part in (textwrap.wrap(line, width, subsequent_indent="  ") or [""])]
        for cell, width in zip(cells, widths, strict=True)
    ]
    for number in range(max(len(cell) for cell in wrapped)):
        line = (cell[number] if number < len(cell) else "" for cell in wrapped)
        yield "  ".join(part.ljust(width) for part, width in zip(line, widths, strict=True)).rstrip()


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
