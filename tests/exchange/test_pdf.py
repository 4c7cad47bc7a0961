import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from html import escape
from io import BytesIO

import pypdf
import pytest

from registry.exchange import pdf as module
from registry.exchange.pdf import Attachment, Paper, Unfinished, Unprintable, pdf, pictures
from tests.fonts import font

pytestmark = pytest.mark.alone

PAPER = Paper("An agreement", "pt-br", date(2026, 1, 2), footer=("Release 7", "SHA-256 " + "0f" * 32))
HTML = (
    "<h1>Agreement</h1><h2>Parties</h2><p>Provider and customer.</p><h2>Service</h2><h3>Place</h3>"
    "<ul><li>one</li><li>two</li></ul>"
    "<table><thead><tr><th>Name</th></tr></thead><tbody><tr><td>Company</td></tr></tbody></table>"
    '<p lang="hu">Az adatfeldolgozó <a href="https://example.com/">itt</a>.</p>'
)


def read(made: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(made))


def elements(reader: pypdf.PdfReader) -> list[tuple[str, str | None]]:
    """The structure tree in order: each element's kind and language."""
    found = []

    def walk(node):
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append((str(node["/S"]), node.get("/Lang")))
            if "/K" in node and node.get("/Type") != "/MCR":
                walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    return found


def fonts(reader: pypdf.PdfReader) -> list[pypdf.generic.DictionaryObject]:
    return [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]


def test_the_document_says_its_title_its_language_and_that_it_is_accessible():
    reader = read(pdf(HTML, PAPER))
    root = reader.trailer["/Root"]

    assert reader.metadata.title == "An agreement"
    assert root["/Lang"] == "pt-BR"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    metadata = root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert reader.metadata.creation_date.date() == date(2026, 1, 2)


def test_headings_lists_tables_and_links_keep_their_meaning():
    kinds = [kind for kind, _language in elements(read(pdf(HTML, PAPER)))]

    assert [kind for kind in kinds if kind in {"/H1", "/H2", "/H3"}] == ["/H1", "/H2", "/H2", "/H3"]
    assert [kinds.count(kind) for kind in ("/L", "/LI", "/Table", "/TH", "/TD", "/Link")] == [1, 2, 1, 1, 1, 1]


def test_a_part_in_another_language_says_so():
    assert "hu" in {language for _kind, language in elements(read(pdf(HTML, PAPER)))}


def test_headings_are_bookmarks():
    def titles(outline):
        return [titles(item) if isinstance(item, list) else item.title for item in outline]

    assert titles(read(pdf(HTML, PAPER)).outline) == ["Agreement", ["Parties", "Service", ["Place"]]]


def test_each_page_has_the_footer_and_its_number_in_the_language_of_the_document():
    reader = read(pdf('<h1>One</h1><p class="page-break">Two</p>', Paper("T", "en", date(2026, 1, 2), PAPER.footer)))

    lines = [page.extract_text().splitlines() for page in reader.pages]
    assert ["Release 7" in page for page in lines] == [True, True]
    assert ["SHA-256 " + "0f" * 32 in page for page in lines] == [True, True]
    assert ["Page 1 of 2" in lines[0], "Page 2 of 2" in lines[1]] == [True, True]


def test_fonts_are_embedded():
    reader = read(pdf(HTML, PAPER))

    described = [font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts(reader)]
    assert described
    assert all({"/FontFile2", "/FontFile3"} & set(descriptor) for descriptor in described)


def test_text_is_never_typst_source():
    text = '#panic("no") $x^2$ *bold* = heading @label \\ `raw` // comment #read("/etc/passwd")'

    assert text in read(pdf(f"<p>{text}</p>", PAPER)).pages[0].extract_text().replace("\n", " ")


def test_the_same_input_gives_the_same_bytes_in_every_process():
    attached = Paper("T", "en", date(2026, 1, 2), attachments=(Attachment("a.pdf", b"%PDF-1.7", "As issued"),))

    assert pdf(HTML, attached) == pdf(HTML, attached)
    assert pdf(HTML, attached) != pdf(HTML, PAPER)


def test_files_are_attached_with_their_very_bytes():
    content = b"%PDF-1.7\n" + bytes(range(256)) * 1000
    paper = Paper(
        "T", "en", date(2026, 1, 2), attachments=(Attachment("issued.pdf", content, "The document as issued"),)
    )

    assert read(pdf(HTML, paper)).attachments["issued.pdf"] == [content]


def test_characters_that_no_font_has_are_refused_each_once():
    with pytest.raises(Unprintable) as caught:
        pdf("<p>株式会社 Example 株 😀</p>", PAPER)

    assert caught.value.characters == "会式株社😀"
    assert str(caught.value) == "No font has: U+4F1A, U+5F0F, U+682A, U+793E, U+1F600"


def test_pictures_are_refused_as_the_document_is():
    with pytest.raises(Unprintable):
        pictures("<p>漢</p>", PAPER)


@pytest.mark.parametrize("text", ["Ελληνικά", "українська ґ", "ąčęėįšųūž őű ħġ ŗļķņ", "„tükör” — ‘a’ € № ✓"])
def test_what_the_languages_of_the_european_union_write_is_printed(text):
    assert text in read(pdf(f"<p>{text}</p>", PAPER)).pages[0].extract_text()


def test_right_to_left_text_is_set():
    reader = read(
        pdf("<h1>مركز الثقة</h1><p>الإصدار 12: <em>Example A/S</em></p>", Paper("مركز", "ar", date(2026, 1, 2)))
    )

    assert reader.trailer["/Root"]["/Lang"] == "ar"
    assert "Example A/S" in reader.pages[0].extract_text()


def test_fonts_of_the_operator_print_what_the_others_lack(settings, tmp_path):
    (tmp_path / "han.ttf").write_bytes(font("Square Han", "漢字"))
    settings.FONTS_DIR = str(tmp_path)

    reader = read(pdf("<p>Company 漢字</p>", PAPER))

    names = {font.get_object()["/BaseFont"].rpartition("+")[2] for font in fonts(reader)}
    assert names == {"LibertinusSerif-Regular-Identity-H", "DejaVuSansMono", "SquareHan"}
    assert "Company 漢字" in reader.pages[0].extract_text()
    with pytest.raises(Unprintable) as caught:
        pdf("<p>漢文</p>", PAPER)
    assert caught.value.characters == "文"


@pytest.mark.parametrize("character", ["\ufeff", "\ufffe", "\x07"])
def test_characters_that_no_document_may_hold_are_refused_by_name(character):
    with pytest.raises(Unprintable) as caught:
        pdf(f"<p>a{character}b <code>{character}</code></p>", PAPER)

    assert caught.value.characters == character


@pytest.mark.parametrize("character", ["\t", '"', "\\", "\u0301", "\u200b", "\u202e", "\u2068", "\xad", "\n"])
def test_characters_that_look_like_nothing_or_like_source_break_nothing(character):
    assert len(read(pdf(f"<p>a{escape(character)}b <code>{escape(character)}</code></p>", PAPER)).pages) == 1


def test_a_row_that_leads_others_never_stands_last_on_a_page():
    rows = "".join(
        f'<tr><td class="group">Group {number}</td></tr><tr><td>Row {number}{"<br>x" * (number % 7)}</td></tr>'
        for number in range(60)
    )
    head = "<thead><tr><th>Head</th></tr></thead>"

    reader = read(pdf(f"<table>{head}<tbody>{rows}</tbody></table>", Paper("T", "en", date(2026, 1, 2))))

    pages = [page.extract_text().splitlines() for page in reader.pages]
    assert len(pages) > 2
    for page in pages:
        body = [line for line in page if not line.startswith("Page ")]
        assert body[0] == "Head"
        assert not body[-1].startswith("Group")


def test_what_is_empty_breaks_nothing():
    html = "<p></p><ul></ul><ul><li></li></ul><dl></dl><table></table><table><tr><td></td></tr></table>"
    html += (
        "<h1></h1><h2> </h2><div></div><p><a href='https://example.com/'></a></p><blockquote></blockquote><pre></pre>"
    )

    assert len(read(pdf(html, PAPER)).pages) == 1
    assert len(read(pdf("", PAPER)).pages) == 1


def test_pictures_show_the_pages():
    pages = pictures('<h1>One</h1><p class="page-break">Two</p>', PAPER, ppi=36)

    assert [page[:8] for page in pages] == [b"\x89PNG\r\n\x1a\n"] * 2
    assert [int.from_bytes(page[16:20]) for page in pages] == [298, 298]


def test_a_document_that_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(module, "TIMEOUT", 0.001)

    with pytest.raises(Unfinished):
        pdf(HTML, PAPER)


def test_two_documents_at_most_are_set_at_once(monkeypatch, caplog):
    running, most = [], []

    def slowly(*args, **kwargs):
        running.append(args)
        most.append(len(running))
        time.sleep(0.05)
        running.pop()
        return subprocess.CompletedProcess(args, 7)

    monkeypatch.setattr(module.subprocess, "run", slowly)
    with ThreadPoolExecutor(6) as threads:
        asked = [threads.submit(pdf, HTML, PAPER) for _document in range(6)]

    assert (len(most), max(most)) == (6, 2)
    assert {type(document.exception()) for document in asked} == {Unfinished}
    assert set(caplog.messages) == {"The typesetter ended with 7."}


def test_what_a_typesetter_that_breaks_says_of_the_text_is_not_repeated(monkeypatch, tmp_path, caplog):
    broken = tmp_path / "broken.py"
    broken.write_text("import sys; print(sys.stdin.buffer.read(), file=sys.stderr); sys.exit(7)")
    monkeypatch.setattr(module.typesetter, "__file__", str(broken))

    with pytest.raises(Unfinished) as caught:
        pdf("<p>Secret Person</p>", PAPER)

    assert (str(caught.value), caplog.messages) == ("", ["The typesetter ended with 7."])


def test_a_typesetter_that_cannot_be_started_has_not_finished(monkeypatch):
    monkeypatch.setattr(module.sys, "executable", "/nowhere/python")

    with pytest.raises(Unfinished):
        pdf(HTML, PAPER)


def test_a_program_that_typst_refuses_is_logged_and_the_document_is_not_made(monkeypatch, tmp_path, caplog):
    wrong = tmp_path / "wrong.typ"
    wrong.write_text("#let document-data = [")
    monkeypatch.setattr(module, "PROGRAM", wrong)

    with pytest.raises(Unfinished):
        pdf(HTML, PAPER)

    (said,) = caplog.messages
    assert said.startswith("The typesetter refuses its program: ")


def test_the_typesetter_is_told_no_secret(monkeypatch, tmp_path, caplog):
    nosy = tmp_path / "nosy.py"
    nosy.write_text("import os, sys; sys.stdin.buffer.read(); sys.exit(7 if 'SECRET_KEY' in os.environ else 8)")
    monkeypatch.setattr(module.typesetter, "__file__", str(nosy))
    monkeypatch.setenv("SECRET_KEY", "a secret")

    with pytest.raises(Unfinished):
        pdf(HTML, PAPER)

    assert caplog.messages == ["The typesetter ended with 8."]
