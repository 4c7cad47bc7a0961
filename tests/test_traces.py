"""The search itself: a test of erasing proves nothing where it cannot find."""

import json
import quopri
from base64 import b64encode
from datetime import date
from email.message import EmailMessage

import pytest

from registry.exchange import pdf
from tests import traces

pytestmark = pytest.mark.alone

NAME = "Őszirózsa Ödön"


def mailed(transfer):
    made = EmailMessage()
    made.set_content(f"Tisztelt {NAME}! " * 20, cte=transfer)
    return made.as_bytes()


def document(html):
    return pdf.pdf(f"<h1>A</h1>{html}", pdf.Paper(title="A", language="hu", day=date(2026, 1, 1)))


@pytest.mark.parametrize(
    "content",
    [
        NAME.encode(),
        NAME.encode("utf-16-le"),
        json.dumps({"name": NAME}).encode(),
        b"x" + b64encode(f"Dear {NAME}, hello".encode()),
        quopri.encodestring(NAME.encode()),
        mailed("quoted-printable"),
        mailed("base64"),
        mailed("8bit"),
    ],
)
def test_a_name_is_found_however_it_is_written(content):
    assert traces.found([NAME, "Somebody Else"], content) == {NAME}


def test_a_name_is_found_in_a_document_whose_letters_are_numbers_of_glyphs():
    content = document(f"<p>{NAME}</p>")

    assert NAME.encode() not in content
    assert traces.found([NAME, "Somebody Else"], content) == {NAME}


def test_a_document_is_known_by_pieces_from_all_over_it(tmp_path):
    content = document("<p>B</p>")
    (tmp_path / "half").write_bytes(b"\0" * 100 + content[len(content) // 2 :])

    pieces = traces.windows(content)

    assert len(pieces) > 5
    here = traces.in_files(tmp_path, [], pieces)["half"]
    assert 1 < len(here) < len(pieces)
