from datetime import UTC, datetime

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.exchange.po import MOST_BYTES, MOST_IN_A_ROW, MOST_LINES, Entry, Header, Unreadable, digits, read, write
from registry.translation import normal

HEADER = Header("Trust & Co", "privacy@example.com", "en", "pt-br", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
ENTRY = Entry("sections/a/heading", "A heading", "Um título", status="current", name="Section “A”, heading")
# What PostgreSQL, and a Unicode encoding, can hold.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
ODD = [
    "Cookies’ owner's “own”",
    "Il-Ħaddiem ġdid għaż-żmien",
    "ὁ πελάτης ΣΟΦΌΣ σοφός",
    "e\u0301 A\u030a ṩ s\u0323\u0307",
    "a\u00a0b\u202fc\u2009d\u00add\u200be",
    "line\u2028paragraph\u2029next\u0085end\x0b\x0c\x1c\x1d\x1e",
    "\ttab\t\\n \\t \\\\ back\\",
    "quotes \" \\\" “ ” ' ''",
    "{name, plural, one {# file} other {# files}} {{literal}} %(old)s %s %d ${x}",
    "\nbegins and ends\n",
    "two\n\n\nbreaks",
    "معالج البيانات \u200f(GDPR)\u200e ١٢٣",
    'msgid "no"\n#, fuzzy\nmsgstr ""',
    "#~ msgid",
    "a\rb",
    "🇪🇺 👩\u200d💻",
]


def test_a_file_says_whose_it_is_and_what_each_passage_is():
    missing = Entry("questions/a/answer", "An answer\nof {service}", "", status="missing", name="Question “A”, answer")
    outdated = Entry("profile/privacy", "New", "Velho", True, "Old", status="outdated", name="Profile, privacy")

    text = write(HEADER, [ENTRY, missing, outdated], "Hello.\nKeep {this}.").decode()

    assert text == (
        "# Hello.\n# Keep {this}.\n"
        'msgid ""\nmsgstr ""\n'
        '"Project-Id-Version: Trust & Co\\n"\n'
        '"Report-Msgid-Bugs-To: privacy@example.com\\n"\n'
        '"PO-Revision-Date: 2026-01-02 03:04+0000\\n"\n'
        '"Last-Translator: \\n"\n'
        '"Language-Team: \\n"\n'
        '"Language: pt_BR\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        '"Plural-Forms: nplurals=3; plural=(n == 0 || n == 1 ? 0 : n != 0 && n % 1000000 == 0 ? 1 : 2);\\n"\n'
        '"X-Source-Language: en\\n"\n\n'
        f"# text: {digits('Um título')} sections/a/heading\n"
        f"#. Section “A”, heading\n#. status: current\n#. text: {digits('Um título')}\n"
        'msgctxt "sections/a/heading"\nmsgid "A heading"\nmsgstr "Um título"\n\n'
        f"# text: {digits('')} questions/a/answer\n"
        f"#. Question “A”, answer\n#. status: missing\n#. text: {digits('')}\n"
        'msgctxt "questions/a/answer"\nmsgid ""\n"An answer\\n"\n"of {service}"\nmsgstr ""\n\n'
        f"# text: {digits('Velho')} profile/privacy\n"
        f"#. Profile, privacy\n#. status: outdated\n#. text: {digits('Velho')}\n"
        '#, fuzzy\n#| msgid "Old"\nmsgctxt "profile/privacy"\nmsgid "New"\nmsgstr "Velho"\n'
    )


def test_what_a_passage_is_called_cannot_pass_for_what_the_file_says_of_it():
    named = Entry("a/b/c", "A", "B", status="current", name="x\nstatus: outdated\ntext: 000000000000")

    (entry,) = read(write(HEADER, [named])).entries

    assert (entry.status, entry.digest, entry.edited) == ("current", digits("B"), False)


def test_what_a_text_was_made_over_is_told_by_the_comment_that_goes_along_with_it():
    file = polib.pofile(write(HEADER, [ENTRY]).decode(), wrapwidth=0)
    newer, older = digits("Outro título"), digits("Um título")

    for comment, told in [
        # msgmerge, of a passage in both files.
        (f"text: {older} sections/a/heading", older),
        (f"Mind the tone.\ntext: {older} sections/a/heading", older),
        # msgmerge, of a guess from another passage; and what else stands there.
        (f"text: {older} sections/b/heading", newer),
        ("Mind the tone.", newer),
    ]:
        file[0].comment, file[0].tcomment = f"status: current\ntext: {newer}", comment
        (entry,) = read(str(file).encode()).entries
        assert entry.digest == told


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_come_back_as_a_release_freezes_them(text):
    outdated = Entry("a/b/c", text, text, True, text, status="outdated")

    (entry,) = read(write(HEADER, [outdated])).entries

    assert (entry.source, entry.text, entry.previous, entry.fuzzy) == (*[normal(text)] * 3, True)
    assert entry.edited is False


@given(TEXT, TEXT)
def test_every_text_comes_back(source, text):
    (entry,) = read(write(HEADER, [Entry("a/b/c", source, text, True, source, status="outdated")])).entries

    assert (entry.source, entry.text, entry.previous) == (normal(source), normal(text), normal(source))


def test_an_entry_knows_its_line_and_whether_it_was_edited():
    file = polib.pofile(write(HEADER, [ENTRY]).decode())
    file[0].msgstr = "Outro título"

    (entry,) = read(str(file).encode()).entries

    assert entry.edited is True
    assert str(file).splitlines()[entry.line - 1] == f"# text: {digits('Um título')} sections/a/heading"


def test_an_entry_without_its_comments_does_not_tell_whether_it_was_edited():
    file = polib.pofile(write(HEADER, [ENTRY]).decode())
    file[0].comment = file[0].tcomment = ""

    (entry,) = read(str(file).encode()).entries

    assert (entry.edited, entry.status) == (None, "")


def test_what_a_tool_guessed_from_another_passage_is_known():
    text = write(HEADER, [Entry("a/b/c", "New", "Text", True, "Old")]).decode()

    (entry,) = read(text.replace('#| msgid "Old"', '#| msgctxt "a/b/other"\n#| msgid "Old"').encode()).entries

    assert (entry.guessed_from, entry.previous) == ("a/b/other", "Old")


def test_line_ends_a_mark_at_the_beginning_and_obsolete_entries_do_no_harm():
    text = write(HEADER, [ENTRY]).decode() + '\n#~ msgctxt "gone"\n#~ msgid "Gone"\n#~ msgstr "Weg"\n'

    file = read(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())

    assert file.language == "pt-br"
    assert [(entry.key, entry.text) for entry in file.entries] == [("sections/a/heading", "Um título")]


def test_bytes_that_are_written_by_number_are_read():
    (entry,) = read(edited("Um título".encode(), rb"\304\201 \"\042 \x7b\a \\101")).entries

    assert entry.text == 'ā "" {\a \\101'
    with pytest.raises(Unreadable, match=r"^The file is not in UTF-8\. Save it as UTF-8\.$"):
        read(edited("Um título".encode(), rb"\304"))


def edited(old, new):
    return write(HEADER, [ENTRY]).replace(old, new)


@pytest.mark.parametrize(
    ("data", "language", "sentence"),
    [
        (b"", "", "The file has no entries."),
        (b"not a PO file", "", "The file is no PO file."),
        (b"key,text\r\na,b\r\n", "", "The file is no PO file."),
        (b"/etc/hostname", "", "The file is no PO file."),
        (b"\x89PNG\r\n\x1a\n\xff", "", "The file is not in UTF-8. Save it as UTF-8."),
        (write(HEADER, [ENTRY]).decode().encode("utf-16"), "", "The file is not in UTF-8. Save it as UTF-8."),
        (edited(b"charset=UTF-8", b"charset=ISO-8859-2"), "", "The file is not in UTF-8. Save it as UTF-8."),
        (b'msgid "a\0"', "", "The file is no PO file."),
        (edited(b'msgstr "Um', b"msgstr Um"), "", "The file cannot be read as PO. Line: 22."),
        (edited(b'msgid "A heading"', b'msgid "A \\\\" heading" x"'), "", "The file cannot be read as PO. Line: 21."),
        (write(HEADER, [ENTRY]), "lv", "The file is of another language. Its language: pt_BR."),
        (edited(b"Language: pt_BR", b"Language: ja"), "", "The file is of another language. Its language: ja."),
        (write(HEADER, [ENTRY, ENTRY]), "", "Several entries have this key: sections/a/heading."),
        (
            edited(b'msgstr "Um', b'msgid_plural "Headings"\nmsgstr[0] "A"\nmsgstr[1] "Um'),
            "",
            "The file has an entry with plural forms, which no passage has. Line: 16.",
        ),
        (b"\n" * MOST_LINES, "", "The file has too many lines."),
        (edited(b'msgstr "Um', b'msgstr ""\n' + b'"a"\n' * MOST_IN_A_ROW + b'"Um'), "", "The file has too many lines."),
        (b"#" * (MOST_BYTES + 1), "", "The file is too large. A file of one language has less than 10 MB."),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_with_a_sentence(data, language, sentence):
    with pytest.raises(Unreadable) as refused:
        read(data, language)

    assert str(refused.value) == sentence


def test_a_file_that_names_no_language_is_of_the_language_that_it_is_given_for():
    assert read(edited(b"Language: pt_BR", b"Language: "), "lv").language == "lv"
    assert read(edited(b"Language: pt_BR", b"Language: ")).language is None
