import os
import random
import subprocess
import threading
import time
import zlib
from io import BytesIO

import pytest
import typst
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from registry.exchange import upload
from registry.exchange.upload import REASONS, Looked, NotAcceptable

pytestmark = pytest.mark.alone


@pytest.fixture(scope="session")
def document():
    return typst.compile(b'#set document(title: "An agreement")\n= An agreement\n#lorem(400)\n#pagebreak()\nEnd.')


def refused(content):
    with pytest.raises(NotAcceptable) as error:
        upload.accepted(content)
    assert str(error.value) == str(REASONS[error.value.code])
    return error.value.code


def changed(document, change):
    """The document after `change(writer)`."""
    writer = PdfWriter(clone_from=PdfReader(BytesIO(document)))
    change(writer)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def dictionary(**values):
    found = DictionaryObject()
    for name, value in values.items():
        found[NameObject(f"/{name}")] = value
    return found


def action(kind, **values):
    return dictionary(S=NameObject(f"/{kind}"), **values)


def minimal(*objects, trailer=b""):
    """A PDF of one page and more objects, numbered from 4, with a table of its own."""
    first = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>",
    ]
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate([*first, *objects], 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(offsets) + 1, trailer, table)
    return out


def moved(document, before_the_table):
    """The document with more bytes before its table, which is where it is said to be."""
    table = document.index(b"xref\n")
    body = document.replace(b"xref\n", before_the_table + b"\n", 1)
    return body.replace(b"startxref\n%d\n" % table, b"startxref\n%d\n" % body.index(b"xref\n0 "))


def stream(data, entries=b""):
    packed = zlib.compress(data, 9)
    return b"<</Filter/FlateDecode/Length %d%s>>\nstream\n%s\nendstream" % (len(packed), entries, packed)


# --- Taken ------------------------------------------------------------------------------------------------------------


def test_a_document_is_taken_with_the_number_of_its_pages(document):
    assert upload.accepted(document) == Looked(pages=2, signatures=0)


def test_a_document_that_was_signed_electronically_is_taken_and_its_signature_seen(document):
    def sign(writer):
        value = dictionary(
            Type=NameObject("/Sig"),
            Filter=NameObject("/Adobe.PPKLite"),
            ByteRange=ArrayObject(map(NumberObject, (0, 1, 2, 3))),
        )
        field = dictionary(FT=NameObject("/Sig"), T=TextStringObject("Signature"), V=writer._add_object(value))
        fields = ArrayObject([writer._add_object(field)])
        writer.root_object[NameObject("/AcroForm")] = dictionary(SigFlags=NumberObject(3), Fields=fields)

    signed = changed(document, sign)

    assert upload.accepted(signed) == Looked(pages=2, signatures=1)


def test_a_field_for_a_signature_that_nobody_has_filled_is_no_signature(document):
    def ask(writer):
        field = dictionary(FT=NameObject("/Sig"), T=TextStringObject("Signature"))
        writer.root_object[NameObject("/AcroForm")] = dictionary(Fields=ArrayObject([writer._add_object(field)]))

    assert upload.accepted(changed(document, ask)) == Looked(pages=2, signatures=0)


def test_links_to_addresses_and_within_the_document_are_no_harm():
    linked = typst.compile(b'= Top <top>\n#link("https://example.com")[out] #link(<top>)[in] #outline()')

    assert upload.accepted(linked).pages == 1


def test_a_file_that_begins_with_the_issued_bytes_holds_the_document_unchanged(document):
    assert upload.begins_with(document + b"a signature", document) is True
    assert upload.begins_with(b"%PDF-1.7 something else", document) is False


# --- Refused ----------------------------------------------------------------------------------------------------------


def test_what_is_no_pdf_is_refused():
    assert refused(b"") == "empty"
    assert refused(b"PK\x03\x04 a document of a text processor %%EOF") == "no-pdf"
    assert refused(b"<html><script>alert(1)</script>%PDF-1.7 %%EOF") == "no-pdf"
    assert refused(b" " + minimal()) == "no-pdf"


def test_what_is_larger_than_the_limit_is_refused_without_a_look(document, monkeypatch):
    monkeypatch.setattr(upload, "_looked", lambda content: pytest.fail("looked into it"))

    assert refused(b"%PDF-1.7\n" + b"a" * (50 * 1024 * 1024) + b"%%EOF") == "large"
    assert refused(b"%PDF-" + b"a" * (upload.LARGEST - 9) + b"%%EOF") == "large"


@pytest.mark.parametrize("kept", [0.3, 0.7, 0.99])
def test_a_document_that_was_cut_is_refused(document, kept):
    assert refused(document[: int(len(document) * kept)]) == "broken"
    assert refused(document[: int(len(document) * kept)] + b"\nstartxref\n0\n%%EOF") in {"broken", "no-page"}


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_an_encrypted_document_is_refused_whatever_its_password(algorithm):
    def encrypt(writer):
        writer.encrypt("", algorithm=algorithm)

    try:
        encrypted = changed(minimal(), encrypt)
    except Exception:
        # Without a library for ciphers: what a program for encryption would write.
        encrypted = minimal(b"<</Filter/Standard/V 2/R 3/Length 128/P -4/O(%s)/U(%s)>>" % (b"o" * 32, b"u" * 32))
        encrypted = encrypted.replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt 4 0 R/ID[(a)(a)]")

    assert refused(encrypted) == "encrypted"


def at_opening(writer, found):
    writer.root_object[NameObject("/OpenAction")] = found


def in_names(writer, found):
    names = ArrayObject([TextStringObject("a"), writer._add_object(found)])
    writer.root_object[NameObject("/Names")] = dictionary(Dests=dictionary(Names=names))


def on_a_page(writer, found):
    writer.pages[1][NameObject("/AA")] = dictionary(O=found)


def in_an_annotation(writer, found):
    note = dictionary(Type=NameObject("/Annot"), Subtype=NameObject("/Link"), A=writer._add_object(found))
    writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(note)])


def in_a_form(writer, found):
    field = dictionary(FT=NameObject("/Tx"), AA=dictionary(K=found))
    writer.root_object[NameObject("/AcroForm")] = dictionary(Fields=ArrayObject([writer._add_object(field)]))


def after_another_action(writer, found):
    address = action("URI", URI=TextStringObject("https://example.com"), Next=ArrayObject([found]))
    at_opening(writer, address)


def where_nothing_leads(writer, found):
    writer._add_object(dictionary(Lost=ArrayObject([ArrayObject([found])])))


PLACES = [at_opening, in_names, on_a_page, in_an_annotation, in_a_form, after_another_action, where_nothing_leads]


@pytest.mark.parametrize("place", PLACES)
def test_a_script_is_found_wherever_it_stands(document, place):
    script = action("JavaScript", JS=TextStringObject("app.alert(1)"))

    assert refused(changed(document, lambda writer: place(writer, script))) == "script"


@pytest.mark.parametrize("kind", ["Launch", "SubmitForm", "ImportData", "GoToR", "GoToE", "Rendition", "Movie"])
def test_actions_that_reach_beyond_the_document_are_refused(document, kind):
    found = action(kind, F=TextStringObject("calc.exe"))

    assert refused(changed(document, lambda writer: at_opening(writer, found))) == "action"


def test_files_inside_are_refused(document):
    assert refused(changed(document, lambda writer: writer.add_attachment("a.txt", b"a"))) == "embedded"
    attached = typst.compile(b'#set document(title: "a")\n#pdf.attach("a.txt", bytes("a"))\nText')
    assert refused(attached) == "embedded"


def test_a_form_that_programs_fill_is_refused(document):
    def fill(writer):
        form = DecodedStreamObject()
        form.set_data(b"<xdp:xdp/>")
        writer.root_object[NameObject("/AcroForm")] = dictionary(XFA=writer._add_object(form))

    assert refused(changed(document, fill)) == "script"


def test_names_with_escapes_are_read_as_they_are_meant():
    assert refused(minimal(b"<</S/J#61vaScr#69pt/J#53(app.alert\\(1\\))>>")) == "script"
    assert refused(minimal(b"<</S/#4caunch/F(calc.exe)>>")) == "action"


def test_a_script_in_an_object_that_no_table_names_is_found():
    hidden = b"9 0 obj\n<</S/JavaScript/JS(app.alert\\(1\\))>>\nendobj\nxref"

    assert refused(moved(minimal(), hidden)) == "script"


def test_a_script_in_a_packed_list_of_objects_that_no_table_names_is_found():
    packed = stream(b"9 0 <</S/JavaScript/JS(a)>>", b"/Type/ObjStm/N 1/First 4")

    assert refused(moved(minimal(), b"8 0 obj\n" + packed + b"\nendobj\nxref")) == "script"
    assert refused(minimal(packed)) == "script"


def test_a_document_without_pages_is_refused():
    assert refused(minimal().replace(b"[3 0 R]/Count 1", b"[]/Count 0     ")) == "no-page"


def test_a_document_without_a_catalogue_is_refused():
    assert refused(b"%PDF-1.7\n%%EOF") == "broken"
    assert refused(minimal().replace(b"/Catalog/Pages 2 0 R", b"/Dialogs            ")) == "broken"


# --- Hostile ----------------------------------------------------------------------------------------------------------


def bounded(content, seconds=14):
    """What is said of a file, within a time."""
    begun = time.monotonic()
    try:
        upload.accepted(content)
        said = "taken"
    except NotAcceptable as error:
        said = error.code
    assert time.monotonic() - begun < seconds
    return said


def test_packed_nothing_of_a_gigabyte_is_refused():
    packer, packed = zlib.compressobj(9), b""
    for _part in range(256):
        packed += packer.compress(b" " * 4 * 1024 * 1024)
    packed += packer.flush()
    bomb = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(packed), packed)

    assert bounded(minimal(bomb)) in {"broken", "complex"}


def test_many_packed_lists_are_refused_together():
    lists = [stream(b"9 0 " + b" " * 20_000_000, b"/Type/ObjStm/N 1/First 4") for _one in range(4)]

    assert bounded(minimal(*lists)) in {"broken", "complex"}


def test_arrays_in_arrays_without_end_are_refused():
    assert bounded(minimal(b"[" * 200_000 + b"]" * 200_000)) in {"broken", "complex"}


def test_a_tree_of_pages_that_bites_its_tail_is_refused_or_ends():
    tail = minimal().replace(b"/Kids[3 0 R]/Count 1", b"/Kids[2 0 R]/Count 9")

    assert bounded(tail) in {"broken", "no-page", "complex"}


def test_a_million_pages_in_few_bytes_are_refused():
    kids = b" ".join([b"3 0 R"] * 100_000)
    many = minimal(b"<</Type/Pages/Kids[%s]/Count 100000>>" % kids).replace(b"/Pages 2 0 R", b"/Pages 4 0 R")

    assert bounded(many) in {"broken", "complex"}


def test_a_program_that_takes_too_long_is_ended(monkeypatch, document):
    monkeypatch.setattr(upload, "LONGEST", 0.01)

    assert refused(document) == "complex"


def test_where_too_many_wait_the_next_is_asked_to_come_again_at_once(monkeypatch, document):
    monkeypatch.setattr(upload, "_WAITING", threading.BoundedSemaphore(1))
    waiting, answers = upload._WAITING, []

    with waiting:
        answers.append(refused(document))
    answers.append(upload.accepted(document).pages)
    answers.append(upload.accepted(document).pages)

    # Each has left its place to the next one.
    assert answers == ["busy", 2, 2]


def test_a_program_that_is_killed_or_says_nonsense_refuses_the_file(monkeypatch, document):
    def dies(*args, **kwargs):
        return subprocess.CompletedProcess(args, said[0], stdout=said[1])

    monkeypatch.setattr(upload.subprocess, "run", dies)
    answers = {}
    for said in [(-9, b""), (-24, b""), (1, b""), (0, b""), (0, b"[]"), (0, b'{"wrong": ""}'), (0, b"nonsense")]:
        answers[said] = refused(document)

    assert set(answers.values()) == {"complex", "broken"}
    assert [said for said, code in answers.items() if code == "complex"] == [(-9, b""), (-24, b"")]


def test_the_program_cannot_take_more_memory_than_it_is_given(tmp_path, document, monkeypatch):
    hungry = tmp_path / "hungry.py"
    source = upload._PROGRAM.read_text().replace("sys.stdin.buffer.read())\n", "b' ' * (2 * 1024**3))\n")
    hungry.write_text(source)
    monkeypatch.setattr(upload, "_PROGRAM", hungry)

    assert source.count("2 * 1024**3") == 1
    assert refused(document) == "complex"


def test_the_program_is_given_none_of_our_secrets(document, monkeypatch):
    run, given = subprocess.run, []

    def noting(*args, **values):
        given.append(set(values["env"]))
        return run(*args, **values)

    monkeypatch.setattr(upload.subprocess, "run", noting)
    upload.accepted(document)

    assert "SECRET_KEY" in os.environ
    assert [names - {"LD_LIBRARY_PATH"} for names in given] == [set()]


def test_nothing_reaches_the_disk(document, monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    upload.accepted(document)

    assert os.listdir(tmp_path) == []


def test_damage_anywhere_ends_in_an_answer(document):
    chance, said = random.Random(4711), set()
    for _try in range(25):
        damaged = bytearray(document)
        for _hit in range(chance.randint(1, 40)):
            damaged[chance.randrange(9, len(damaged) - 6)] = chance.randrange(256)
        said.add(bounded(bytes(damaged)))

    assert said <= {"taken", *REASONS}
