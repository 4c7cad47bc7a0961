"""What is found in a PDF, in this process; that the process has limits is in test_upload.py."""

import json
import resource
import subprocess
import sys
import zlib

import pytest

from registry.exchange import upload_reading
from registry.exchange.upload import REASONS
from registry.exchange.upload_reading import wrong_in
from tests.agreements import document

pytestmark = pytest.mark.alone

PDF = document("a text")


def with_object(body):
    """The document with its last object, which nothing leads to, in other words."""
    start = PDF.index(b"4 0 obj") + len(b"4 0 obj\n")
    changed = PDF[:start] + body + PDF[PDF.index(b"\nendobj", start) :]
    return changed.replace(b"startxref\n%d" % PDF.index(b"xref\n"), b"startxref\n%d" % changed.index(b"xref\n0 5"))


def test_nothing_is_wrong_with_a_document_and_its_pages_are_counted():
    assert wrong_in(PDF) == ("", 1, 0)
    assert wrong_in(with_object(b"<</S/P/Type/StructElem>>")) == ("", 1, 0)


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (b"<</S/JavaScript>>", "script"),
        (b"<</JS(app.alert)>>", "script"),
        (b"<</A[[<</K<</J#53 4 0 R>>>>]]>>", "script"),
        (b"<</XFA[]>>", "script"),
        (b"<</S/Rendition>>", "action"),
        (b"<</S/GoToR>>", "action"),
        (b"<</Subtype/RichMedia>>", "action"),
        (b"<</Type/Filespec/EF<<>>>>", "embedded"),
        (b"<</Type/EmbeddedFile>>", "embedded"),
    ],
)
def test_what_reaches_beyond_the_document_is_named(body, wrong):
    assert wrong_in(with_object(body)) == (wrong, 0, 0)


def test_names_in_texts_are_no_names():
    assert wrong_in(with_object(b"<</T(JavaScript, Launch and JS)>>")) == ("", 1, 0)


def test_lists_of_objects_that_unpack_to_too_much_are_too_complex(monkeypatch):
    monkeypatch.setattr(upload_reading, "MOST_UNPACKED", 1000)
    packed = zlib.compress(b"9 0 " + b" " * 2000)

    body = b"<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(packed), packed)

    assert wrong_in(with_object(body))[0] == "complex"


def test_more_pages_than_anybody_signs_are_too_complex(monkeypatch):
    monkeypatch.setattr(upload_reading, "MOST_PAGES", 0)

    assert wrong_in(PDF)[0] == "complex"


def test_every_reason_is_one_that_the_customer_is_told():
    named = {*upload_reading.ACTIONS.values(), *upload_reading.KEYS.values(), *upload_reading.KINDS.values()}

    assert {*named, *upload_reading.TELLTALE.values()} == {"script", "action", "embedded"} < set(REASONS)


def test_as_a_program_it_says_what_it_found_in_one_line():
    done = subprocess.run(
        [sys.executable, "-I", upload_reading.__file__], input=PDF, capture_output=True, check=True, env={}
    )

    assert json.loads(done.stdout) == {"wrong": "", "pages": 1, "signatures": 0}
    assert resource.getrlimit(resource.RLIMIT_CPU)[0] != upload_reading.SECONDS
