"""Tables of text as CSV and XLSX, and back: what staff export, edit in a spreadsheet, and import again.

Every cell is text. A cell that a spreadsheet would run as a formula goes out with an apostrophe before it, and loses
that apostrophe when it comes back, so that export and import are each other's inverse.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import IllegalCharacterError

MOST_ROWS, MOST_COLUMNS, MOST_BYTES, MOST_UNPACKED = 2000, 400, 2_000_000, 50_000_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Unreadable(ValueError):
    """The file is no table that can be imported; the message tells staff why."""


def read(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV or XLSX file, by column. Raise Unreadable with a sentence for whoever sent it."""
    if len(data) > MOST_BYTES:
        raise Unreadable(_("The file is too large. Split it into files of less than 2 MB."))
    rows = _xlsx(data) if data.startswith(b"PK\x03\x04") else _csv(data)
    lines = [[_unescaped(cell) for cell in row] for row in _within_limits(rows)]
    if not lines:
        raise Unreadable(_("The file is empty."))
    columns = [name.strip() for name in lines[0]]
    while columns and not columns[-1]:
        columns.pop()
    doubled = sorted({name for name in columns if columns.count(name) > 1})
    if not columns or "" in columns or doubled:
        raise Unreadable(_("The first line must give each column one name of its own."))
    for number, row in enumerate(lines[1:], 2):
        if any(row[len(columns) :]):
            raise Unreadable(_("Line %(number)s has more cells than the first line.") % {"number": number})
    return [
        dict(zip(columns, [*row, *[""] * len(columns)][: len(columns)], strict=True)) for row in lines[1:] if any(row)
    ]


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with a byte order mark, without which spreadsheets read another encoding."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_escaped(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def write_xlsx(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "B2"
    sheet.append(list(columns))
    for row in rows:
        try:
            sheet.append([_escaped(cell) for cell in row])
        except IllegalCharacterError:
            sheet.append(["".join(c for c in _escaped(cell) if c >= " " or c in "\t\n\r") for cell in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _within_limits(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    for number, row in enumerate(rows):
        if number > MOST_ROWS:
            raise Unreadable(
                _("The file has too many rows. Split it into files of %(most)s rows.") % {"most": MOST_ROWS}
            )
        if len(row) > MOST_COLUMNS:
            raise Unreadable(_("The file has too many columns."))
        yield row


def _csv(data: bytes) -> Iterator[list[str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(_("The file is neither XLSX nor CSV in UTF-8. Save it as one of them.")) from None
    if "\0" in text:
        raise Unreadable(_("The file is neither XLSX nor CSV in UTF-8. Save it as one of them."))
    first = text.partition("\n")[0]
    # Spreadsheets write semicolons where the comma is the decimal mark.
    delimiter = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error:
        raise Unreadable(_("The file cannot be read as CSV: check its quotation marks.")) from None


def _xlsx(data: bytes) -> Iterator[list[str]]:
    unreadable = _("The file cannot be read as XLSX. Save it anew from the spreadsheet.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise Unreadable(_("The file is too large. Split it into files of less than 2 MB."))
        sheet = load_workbook(io.BytesIO(data), read_only=True, data_only=True).active
        if sheet is None:
            raise Unreadable(unreadable)
        for row in sheet.iter_rows(values_only=True):
            cells = [_text(value) for value in row]
            while cells and not cells[-1]:
                cells.pop()
            yield cells
    except Unreadable:
        raise
    except Exception as error:  # A workbook is a zip of XML that anybody may have broken, anywhere and in any way.
        raise Unreadable(unreadable) from error


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _escaped(cell: str) -> str:
    return f"'{cell}" if cell.lstrip("'").startswith(_FORMULA) else cell


def _unescaped(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA) else cell
