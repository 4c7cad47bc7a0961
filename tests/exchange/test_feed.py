import datetime
import html
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import feedparser
import pytest
from django.conf import settings
from lxml import etree

from registry.exchange import feed as module
from registry.exchange.changes import told
from registry.exchange.content import continues
from registry.exchange.feed import feed
from registry.exchange.published import Site
from tests.exchange.conftest import AT_ONCE, LANGUAGES, WITHDRAWAL, said
from tests.reading import read

ATOM = {"a": "http://www.w3.org/2005/Atom"}
DAY = datetime.date(2025, 1, 31)
# Of what the W3C feed validator takes for safe in HTML, all that ours is made of.
ELEMENTS = set("a code dd del div dl dt em h2 h3 h4 h5 h6 ins li ol p strong time ul".split())
ATTRIBUTES = {"datetime", "dir", "href", "lang", "rel"}


@pytest.fixture
def whole(entered: Callable[..., Site]) -> Site:
    """Every kind of entry: announced, corrected and so announced again, withdrawn, and an urgent one."""
    return entered(
        {},
        {"kind": "editorial", **AT_ONCE},
        {"ends": 4},
        {"ends": 6, **WITHDRAWAL},
        {"kind": "urgent", **AT_ONCE, "reason": said(en="The host has closed."), "objection_deadline": "2025-03-02"},
    )


def tree(site: Site, language: str = "en") -> Any:
    return etree.fromstring((feed(site, language) or "").encode())


def content(site: Site, number: int, language: str = "en") -> Any:
    """The root of an entry's HTML."""
    address = f"{site.public_url}/{language}/releases/{number}/"
    found = tree(site, language).xpath(
        "a:entry[a:link[@rel='alternate']/@href=$to]/a:content", to=address, namespaces=ATOM
    )
    assert [element.get("type") for element in found] == ["html"]
    return read(found[0].text).one("div", dir="ltr", lang=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_feed_is_valid_by_the_grammar_of_rfc_4287(whole: Site, language: str) -> None:
    grammar = etree.RelaxNG(etree.parse(settings.BASE_DIR / "tests/data/atom.rng"))

    grammar.assertValid(tree(whole, language))


@pytest.mark.parametrize(
    ("written", "broken"),
    [
        ("<updated>", "<updated>x"),
        ("<id>urn:uuid:", "<id>"),
        ("<title>", "<title/><title>"),
        ('type="html"', 'type="markdown"'),
        ("</author>", "<name/></author>"),
        ("<entry>", "<entry><summary/><release/>"),
    ],
)
def test_the_grammar_finds_what_is_wrong(whole: Site, written: str, broken: str) -> None:
    grammar = etree.RelaxNG(etree.parse(settings.BASE_DIR / "tests/data/atom.rng"))
    text = feed(whole, "en") or ""
    assert written in text

    assert not grammar.validate(etree.fromstring(text.replace(written, broken, 1).encode()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_feed_keeps_the_rules_that_no_grammar_can_say(whole: Site, language: str) -> None:
    root = tree(whole, language)

    ids = root.xpath("//a:id/text()", namespaces=ATOM)
    assert len(ids) == len(set(ids)) == 8
    assert root.xpath("count(a:author)", namespaces=ATOM) == 1
    assert root.xpath("a:link[@rel='self']/@href", namespaces=ATOM) == [f"https://trust.example/{language}/feed.atom"]
    for element in [root, *root.xpath("a:entry", namespaces=ATOM)]:
        assert element.xpath("count(a:link[@rel='alternate'])", namespaces=ATOM) == 1
    assert all(link.startswith("https://trust.example/") for link in root.xpath("//a:link/@href", namespaces=ATOM))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_html_is_what_a_feed_reader_shows_without_our_styles(whole: Site, language: str) -> None:
    for text in tree(whole, language).xpath("//a:content/text()", namespaces=ATOM):
        elements = read(text).all()

        assert {element.name for element in elements} <= ELEMENTS
        assert {name for element in elements for name in element.attributes} <= ATTRIBUTES
        assert all(element["href"].startswith(("https://", "mailto:")) for element in elements if element.name == "a")


def test_a_feed_reader_reads_it(whole: Site) -> None:
    found = feedparser.parse((feed(whole, "pt-br") or "").encode())

    assert (found.bozo, found.version, found.feed.language) == (False, "atom10", "pt-BR")
    assert found.feed.author_detail == {
        "name": "Quality Unit, s. r. o.",
        "email": whole.current.content["service"]["contact"],
        "href": "https://trust.example/pt-br/",
    }
    assert [entry.link for entry in found.entries] == [
        f"https://trust.example/pt-br/releases/{number}/" for number in (8, 7, 5, 4, 3, 2, 1)
    ]
    assert [entry.updated for entry in found.entries] == [
        whole.entry(number).content["published_at"].replace("Z", "+00:00") for number in (8, 7, 5, 4, 3, 2, 1)
    ]
    assert [entry.published for entry in found.entries] == [entry.updated for entry in found.entries]
    assert found.feed.updated == found.entries[0].updated


def test_titles_say_what_happened(whole: Site) -> None:
    assert tree(whole).xpath("//a:title/text()", namespaces=ATOM) == [
        "LiveAgent: policy changes",
        "Urgent replacement: release 8",
        "Withdrawal of release 6",
        "Editorial correction: release 5",
        "Announced change: release 4",
        "Entered from an older archive: release 3",
        "Entered from an older archive: release 2",
        "Entered from an older archive: release 1",
    ]


def test_a_change_at_once_and_a_first_release_are_told_as_such(entered: Callable[..., Site]) -> None:
    entry = entered(AT_ONCE).newest

    assert module.entry_title(entry) == "Change: release 4"
    assert module.entry_title(entry, first=True) == "First release: release 4"


def test_an_entry_has_its_kind_as_category_and_the_exact_release_beside_it(whole: Site) -> None:
    entries = tree(whole).xpath("a:entry", namespaces=ATOM)

    kinds = [entry.xpath("string(a:category/@term)", namespaces=ATOM) for entry in entries]
    exact = [
        entry.xpath("string(a:link[@rel='related'][@type='application/json']/@href)", namespaces=ATOM)
        for entry in entries
    ]

    assert kinds == ["urgent", "withdrawal", "editorial", "change", "change", "change", "change"]
    assert exact == [f"https://trust.example/releases/{number}.json" for number in (8, 7, 5, 4, 3, 2, 1)]


def test_an_entry_holds_the_whole_change(site: Site) -> None:
    """Each sentence and each word, as every page and mail tells them."""
    before, after = (entry.content for entry in site.entries[1:])
    whole = told(before, after, "hu", public_url="https://trust.example")

    (text,) = tree(site, "hu").xpath("a:entry[1]/a:content/text()", namespaces=ATOM)

    assert str(whole.html) in text
    assert len(whole.lines) > 5


def test_an_entry_says_from_when_it_holds_and_until_when_one_can_object(whole: Site) -> None:
    told = [paragraph.text for paragraph in content(whole, 4).all("p")]

    assert told[:4] == [
        "A change for you.",
        "In force for new customers from: 31 January 2025",
        "In force for existing customers from: 2 March 2025",
        "Objections until: 1 March 2025",
    ]


def test_an_entry_leads_to_the_objection_and_to_the_comparison(whole: Site) -> None:
    links = {
        number: [
            link["href"].removeprefix("https://trust.example/lv/") for link in content(whole, number, "lv").all("a")
        ]
        for number in (4, 5)
    }

    assert links == {
        4: ["dpa/", "compare/3/4/", "object/4/", "releases/4/"],
        5: ["dpa/", "compare/3/5/", "releases/5/"],
    }


def test_an_urgent_replacement_gives_its_reason(whole: Site) -> None:
    found = content(whole, 8)

    assert [heading.text for heading in found.all("h2")] == ["Reason", "What changes", "If you object"]
    assert [paragraph.text for paragraph in found.all("p")][1:4] == [
        "The host has closed.",
        "In force from: 31 January 2025",
        "Objections until: 2 March 2025",
    ]


def test_a_withdrawal_says_what_is_not_done_and_why(whole: Site) -> None:
    told = [paragraph.text for paragraph in content(whole, 7, "da").all("p")]

    assert told[1] == "Den nye vært bestod ikke kontrollen."
    assert [link["href"] for link in content(whole, 7).all("a")] == ["https://trust.example/en/releases/6/"]
    assert [paragraph.text for paragraph in content(whole, 7).all("p")] == [
        "The announced change is not made. What was in force stays in force.",
        "The new host failed its audit.",
        "Withdrawn on: 31 January 2025",
        "The release that was withdrawn: release 6",
        f"Digest (SHA-256): {whole.entry(7).digest}",
    ]


def test_a_correction_tells_that_the_announced_release_goes_on_and_so_nobody_is_told_of_it_twice(whole: Site) -> None:
    said = "The announced change stays announced, with the same days. Its wording is corrected too, as release 6."

    assert said in [paragraph.text for paragraph in content(whole, 5).all("p")]
    assert tree(whole).xpath("count(a:entry)", namespaces=ATOM) == len(whole.chain) - 1
    assert [entry.number for entry in whole.chain if continues(entry.content)] == [6]


def test_what_is_not_translated_says_its_language(whole: Site) -> None:
    found = content(whole, 4, "lv").one("div", lang="en")

    assert (found.text, found["dir"]) == ("A change for you.", "ltr")
    assert content(whole, 4).all("div") == []


def test_an_address_of_ours_is_whole_and_text_that_looks_like_one_stays(entered: Callable[..., Site]) -> None:
    text = '[Ask]({dpa}), [them](//elsewhere.example/x) `<a href="/x">` and <https://elsewhere.example/>'
    found = content(entered({"summary": said(en=text)}), 4)

    assert [link["href"] for link in found.all("p")[0].all("a")] == [
        "https://trust.example/en/dpa/",
        "//elsewhere.example/x",
        "https://elsewhere.example/",
    ]
    assert found.all("code")[0].text == '<a href="/x">'


@pytest.mark.parametrize("move", [{"day": datetime.date(2026, 1, 1)}, {"public_url": "https://moved.example"}])
def test_an_id_is_the_same_for_ever(entered: Callable[..., Site], move: dict[str, Any]) -> None:
    before, after = entered({}), entered({}, {"number": 5, "ends": 4, **WITHDRAWAL}, **move)

    ids = tree(after).xpath("//a:id/text()", namespaces=ATOM)

    assert [UUID(found).version for found in ids] == [5] * 6
    del ids[1]
    assert ids == tree(before).xpath("//a:id/text()", namespaces=ATOM)


def test_a_language_has_ids_of_its_own(whole: Site) -> None:
    ids = [found for code in LANGUAGES for found in tree(whole, code).xpath("//a:id/text()", namespaces=ATOM)]

    assert len(set(ids)) == len(ids) == 8 * 6


def test_an_entry_is_never_written_again(entered: Callable[..., Site]) -> None:
    """Neither its day nor a later entry changes what was told: its `updated` stays, and so must its text."""
    announced = etree.tostring(tree(entered({})).find("a:entry", ATOM))

    in_force = tree(entered({}, day=datetime.date(2025, 3, 2))).findall("a:entry", ATOM)
    withdrawn = tree(entered({}, {"ends": 4, **WITHDRAWAL})).findall("a:entry", ATOM)

    assert etree.tostring(in_force[0]) == announced
    assert etree.tostring(withdrawn[1]) == announced


def test_a_character_that_xml_cannot_write_does_not_stop_the_feed(entered: Callable[..., Site]) -> None:
    found = content(entered({"summary": said(en="One\x0b two\x85 \ufffe three 🙂")}), 4)

    assert found.all("p")[0].text == "One two three 🙂"


def test_there_is_no_feed_before_the_first_release() -> None:
    assert feed(Site((), ("en",), "https://trust.example", DAY), "en") is None


def test_the_bytes_are_the_same_each_time(whole: Site) -> None:
    first, second = feed(whole, "hu"), feed(whole, "hu")

    assert first == second
    assert re.match(r'<\?xml version="1.0" encoding="utf-8"\?>\n<feed ', first or "")
    assert "xml-stylesheet" not in html.unescape(first or "")
