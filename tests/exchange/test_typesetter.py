import subprocess
import sys
from io import BytesIO
from typing import Any

import pytest

from registry.exchange.pdf import PROGRAM
from registry.exchange.typesetter import missing, receive, send, typeset

pytestmark = pytest.mark.alone

PAPER = {"title": "T", "author": "", "lang": "en", "region": None, "footer": [], "numbers": ["{page}"]}


def job(*blocks: dict[str, Any], **values: Any) -> dict[str, Any]:
    document = {"paper": dict(PAPER), "blocks": list(blocks), "attachments": []}
    program = PROGRAM.read_text("utf-8")
    return {"program": program, "document": document, "day": "2026-01-02", "fonts": [], "ppi": 0, **values}


def test_what_is_sent_is_what_is_received():
    stream = BytesIO()

    send(stream, {"day": "2026-01-02", "title": "Őr"}, [b"", bytes(range(256)), b"\n"])
    stream.seek(0)

    head, bodies = receive(stream)
    assert head == {"day": "2026-01-02", "title": "Őr", "lengths": [0, 256, 1]}
    assert bodies == [b"", bytes(range(256)), b"\n"]


def test_a_job_gives_one_pdf_or_a_picture_of_each_page():
    text = {"t": "p", "c": ["text"]}

    head, files = typeset(job(text), [])
    pictures = typeset(job(text, ppi=36), [])

    assert (head, [file[:5] for file in files]) == ({}, [b"%PDF-"])
    assert (pictures[0], [file[:4] for file in pictures[1]]) == ({}, [b"\x89PNG"])


def test_no_file_is_made_where_a_character_is_in_no_font():
    head, files = typeset(job({"t": "p", "c": ["漢字"]}), [])

    assert (head["missing"], files) == ("字漢", [])


def test_a_fault_of_the_program_is_told_without_the_text():
    head, files = typeset(job({"t": "p", "c": ["Secret Person"]}, program="#panic(1)"), [])

    assert (head["missing"], files) == ("", [])
    assert "panicked" in head["fault"]
    assert "Secret Person" not in head["fault"]


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ('error: the text `"漢"` could not be displayed with font `"X"`', "漢"),
        ('the text `"\\u{fffe}"` could not be displayed, the text `"b\\t"` could not be displayed', "\tb\ufffe"),
        ('the text contains the disallowed codepoint `"\\u{feff}"`', "\ufeff"),
        ('the text `"\\""` could not be displayed', '"'),
        ("error: unknown variable", ""),
    ],
)
def test_characters_are_read_from_what_typst_says(told: str, found: str):
    assert missing(told) == found


def test_the_server_does_not_load_typst():
    done = subprocess.run(
        [sys.executable, "-c", "import sys, registry.exchange.typesetter; print('typst' in sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
    )

    assert done.stdout == "False\n"
