import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from registry.exchange.table import MOST_ROWS, Unreadable, read, write_csv, write_xlsx

# What XML can hold; a spreadsheet's line ends come back as line feeds.
CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40)
WRITERS = pytest.mark.parametrize("write", [write_csv, write_xlsx])


@WRITERS
@given(rows=st.lists(st.tuples(CELLS.filter(bool), CELLS, CELLS), min_size=1, max_size=4))
def test_what_was_written_is_read_again(write, rows):
    columns = ["key", "a", "b"]

    assert [tuple(row.values()) for row in read(write(columns, rows))] == rows


@WRITERS
@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@SUM(A1)", "- a list\n- of two", "'=1", "''=", "'quoted'", "a\nb"]
)
def test_what_a_spreadsheet_would_run_goes_out_as_text_and_comes_back_as_it_was(write, cell):
    data = write(["key", "cell"], [["a", cell]])

    if write is write_xlsx:
        written = load_workbook(io.BytesIO(data)).active["B2"]
        assert written.data_type == "s"
        assert not written.value.startswith(("=", "+", "-", "@"))
    else:
        assert not data.decode("utf-8-sig").splitlines()[1].split(",")[1].strip('"').startswith(("=", "+", "-", "@"))
    assert read(data) == [{"key": "a", "cell": cell}]


@pytest.mark.parametrize("data", [b"key;a\nx;1,5\n", b"key\ta\nx\t1,5\n", 'key,a\nx,"1,5"\n'.encode("utf-8-sig")])
def test_the_sign_between_cells_is_found(data):
    assert read(data) == [{"key": "x", "a": "1,5"}]


def test_numbers_days_and_ticks_of_a_spreadsheet_are_text():
    import datetime

    book = Workbook()
    book.active.append(["key", "number", "day", "tick", "nothing", "half"])
    book.active.append(["a", 30.0, datetime.datetime(2024, 12, 13), True, None, 1.5])
    out = io.BytesIO()
    book.save(out)

    assert [list(row.values()) for row in read(out.getvalue())] == [["a", "30", "2024-12-13", "yes", "", "1.5"]]


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    return out.getvalue()


NO_TABLE = "The file is neither XLSX nor CSV in UTF-8. Save it as one of them."
NO_XLSX = "The file cannot be read as XLSX. Save it anew from the spreadsheet."
TOO_LARGE = "The file is too large. Split it into files of less than 2 MB."


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xff\xfe\x00k", NO_TABLE),
        ("key,navn\nx,Æ".encode("latin-1"), NO_TABLE),
        (b"key\0,a", NO_TABLE),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), NO_TABLE),
        (b"PK\x03\x04 and nothing", NO_XLSX),
        (b"a" * 2_000_001, TOO_LARGE),
        (b"key,key\nx,y", "The first line must give each column one name of its own."),
        (b"key,,b\nx,y,z", "The first line must give each column one name of its own."),
        (b"key,a\nx,y,z", "Line 2 has more cells than the first line."),
        (b'key,a\nx,"open', "The file cannot be read as CSV: check its quotation marks."),
        (b"key\n" + b"x\n" * 100_000, f"The file has too many rows. Split it into files of {MOST_ROWS} rows."),
        (b"a," * 500, "The file has too many columns."),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value[:12]),
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(data, sentence):
    with pytest.raises(Unreadable) as refused:
        read(data)

    assert str(refused.value) == sentence


def test_a_small_file_that_unpacks_to_a_large_one_is_refused():
    with pytest.raises(Unreadable) as refused:
        read(bomb())

    assert str(refused.value) == TOO_LARGE


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(data):
    for start in (b"", b"PK\x03\x04"):
        with suppress(Unreadable):
            assert all(isinstance(row, dict) for row in read(start + data))
