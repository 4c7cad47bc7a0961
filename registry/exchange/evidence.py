"""Who was told of a change, when, in which language, with which release: CSV for auditors and courts."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

COLUMNS = (
    "subscriber",
    "email",
    "language",
    "state",
    "sent_at",
    "problem",
    "release",
    "release_sha256",
    "release_published_at",
)
# A spreadsheet takes what begins so for a formula, whoever has typed it (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Told:
    """One mail; `email` is empty where the address has been erased: the reference still names the record."""

    reference: str
    email: str
    language: str
    state: str
    sent_at: datetime | None
    problem: str
    release: int
    digest: str
    published_at: datetime


class _Line:
    """A file that gives back what is written into it, for csv's writer."""

    def write(self, text: str) -> str:
        return text


def lines(rows: Iterable[Told]) -> Iterator[str]:
    """The file line by line, so that its length costs no memory. Times are UTC (RFC 3339)."""
    writer = csv.writer(_Line())
    # Spreadsheets take UTF-8 for something else without this mark.
    yield "\ufeff" + str(writer.writerow(COLUMNS))
    for row in rows:
        cells: tuple[Any, ...] = (
            row.reference,
            row.email,
            row.language,
            row.state,
            _moment(row.sent_at),
            row.problem,
            row.release,
            row.digest,
            _moment(row.published_at),
        )
        yield str(writer.writerow(_harmless(str(cell)) for cell in cells))


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else ""
