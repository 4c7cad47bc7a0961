import pytest

from registry.exchange.oldpage import (
    Line,
    Unreadable,
    decoded,
    is_html,
    known_language,
    language_of,
    text_lines,
    within_reach,
)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "old.txt is empty."),
        (b" \n\t\n", "old.txt is empty."),
        (b"\xef\xbb\xbf", "old.txt is empty."),
        ("Tyskland".encode("utf-16"), "old.txt is in UTF-16. Save it as UTF-8."),
        ("Ungarn på".encode("latin-1"), "old.txt is not in UTF-8 (byte 9). Save it as UTF-8."),
        (b"a\0b", "old.txt is neither text nor HTML."),
        (b"a" * 2_000_001, "old.txt is larger than 2 MB: that is no policy page."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(data, message):
    with pytest.raises(Unreadable) as refused:
        decoded("old.txt", data)

    assert str(refused.value) == message


def test_a_byte_order_mark_and_characters_that_nobody_sees_are_left_out():
    data = "\ufeff13\u200f/01\u200f/2024 Deutsch\u00adland, Tier\u00a0III e\u0301".encode()

    assert decoded("old.txt", data) == "13/01/2024 Deutschland, Tier III é"


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("da-2024-12-13.txt", "", "da"),
        ("pt-br-2019-10-28.txt", "", "pt-br"),
        ("pt_BR.html", "", "pt-br"),
        ("page.hu.html", "", "hu"),
        ("subprocessors-pt.txt", "", "pt"),
        ("page.html", '<!doctype html><html class="x" lang="en-US">', "en"),
        ("page.html", "<html lang=no>", "nb"),
        ("pt-br.html", '<html lang="pt">', "pt-br"),
        ("how-it-works.txt", '<html lang="sv">', "sv"),
    ],
)
def test_the_language_is_that_of_the_name_or_of_the_page(name, text, code):
    assert language_of(name, text) == code


def test_a_page_without_a_language_or_with_two_is_refused_with_what_to_do():
    with pytest.raises(Unreadable) as unknown:
        language_of("policy.txt", "Hello")
    with pytest.raises(Unreadable) as doubled:
        language_of("page.hu.html", '<html lang="en">')

    assert str(unknown.value) == (
        "policy.txt: its language is not known. Begin the file's name with the language’s code, such as da-policy.txt, "
        "or say --language policy.txt=da."
    )
    assert str(doubled.value) == (
        "page.hu.html: its name says hu, its <html lang> en. Say which with --language page.hu.html=hu."
    )


def test_tags_become_our_codes():
    tags = ["pt_BR", "en-US", "no", "xx", ""]

    assert [known_language(tag) for tag in tags] == ["pt-br", "en", "nb", None, None]


def test_text_that_only_compares_numbers_is_no_html():
    assert is_html("<TABLE border=1><tr>")
    assert not is_html("3 < 5 and <customer> 7 > 2")


def test_lines_of_text_keep_blocks_bullets_and_cells():
    text = "Hosts\n\n• Linode, LLC\n2) Twilio\n\nServers | Linode | USA |\n|----|---|\nServers\tTwilio\tIreland\n"

    assert text_lines(text) == [
        Line("Hosts", 0),
        Line("Linode, LLC", 1, item=True),
        Line("Twilio", 1, item=True),
        Line("Servers | Linode | USA", 2, ("Servers", "Linode", "USA")),
        Line("Servers | Twilio | Ireland", 2, ("Servers", "Twilio", "Ireland")),
    ]


def test_a_line_too_long_to_be_read_at_once_is_cut_between_words_and_loses_none():
    words = ["Linode"] * 1500
    short = Line("a | b", 1, ("a", "b"))

    lines = list(within_reach([Line(" ".join(words), 0), short, Line("x" * 9000, 2)]))

    assert [len(line.text) for line in lines] == [3996, 3996, 2505, 5, 4000, 4000, 1000]
    assert " ".join(line.text for line in lines[:3]).split() == words
    assert lines[3] is short
