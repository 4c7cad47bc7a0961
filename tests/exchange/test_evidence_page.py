from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from registry.exchange import evidence_page, pdf_tree
from registry.exchange.evidence_page import Evidence, Happened, Signed
from registry.exchange.pdf import Paper, pdf

AT = datetime(2026, 12, 3, 9, 30, 15, 777, tzinfo=timezone(timedelta(hours=2)))
CUSTOMER = Signed("Ane <Ny>", "Direktør", AT, "203.0.113.7", "Quokka & 1.0", "c" * 64)
EVIDENCE = Evidence(
    reference="AGR-2222-2222",
    request="DPA-3333-3333",
    language="en",
    template="Agreement on Bugs & Co.",
    version=4,
    version_digest="1" * 64,
    release=3,
    release_digest="2" * 64,
    text_digest="3" * 64,
    issued_digest="4" * 64,
    signed_digest="4" * 64,
    way="click",
    unchanged=None,
    signatures=0,
    customer=CUSTOMER,
    provider=Signed("Per Paper", "Officer", AT, "", "", "9" * 64),
    events=(Happened(1, "received", AT, "a" * 64), Happened(2, "issued", AT, "b" * 64)),
)
CLICK = "This is a simple electronic signature (Regulation (EU) No 910/2014, Articles 3(10) and 25(1))."


def html(**changed):
    return evidence_page.html(replace(EVIDENCE, **changed))


def test_it_says_who_signed_when_and_from_where():
    page = html()

    assert "<td>Ane &lt;Ny&gt;</td><td>Per Paper</td>" in page
    assert "<td>2026-12-03 07:30:15 UTC</td><td>2026-12-03 07:30:15 UTC</td>" in page
    assert "<td>203.0.113.7</td><td>–</td>" in page
    assert "<td>Quokka &amp; 1.0</td><td>–</td>" in page
    assert CLICK in page


def test_it_holds_every_digest_and_the_chain_of_events():
    page = html()

    for digest in ("1", "2", "3", "4", "c", "9", "a", "b"):
        assert page.count(f"<code>{digest * 64}</code>") == 1
    assert "<tr><th>2. issued</th><td>2026-12-03 07:30:15 UTC<br><code>" in page


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"unchanged": True}, "The uploaded file begins with the document as issued, byte for byte."),
        ({"unchanged": False}, "The uploaded file does not hold the document as issued byte for byte:"),
        ({"signatures": 0}, "The file holds no electronic signature that a program could check:"),
        ({"signatures": 1}, "The file holds 1 electronic signature. Programs"),
        ({"signatures": 2}, "The file holds 2 electronic signatures. Programs"),
    ],
)
def test_of_an_upload_it_says_what_was_found_in_it(changed, said):
    page = html(way="upload", signed_digest="5" * 64, **changed)

    assert said in page
    assert CLICK not in page
    assert f"AGR-2222-2222-signed.pdf<br><code>{'5' * 64}</code>" in page


def test_a_document_accepted_on_the_page_has_no_other_one_inside():
    assert "-signed.pdf" not in html()
    assert "AGR-2222-2222-issued.pdf" in html()


def test_what_it_supersedes_is_named_where_there_is_something():
    assert "Supersedes" not in html()
    assert "<tr><th>Supersedes</th><td>AGR-9999-9999</td></tr>" in html(supersedes="AGR-9999-9999")


@pytest.mark.parametrize("language", ["en", "da", "hu", "lv", "et", "pt-br"])
@pytest.mark.parametrize("way", ["click", "upload"])
def test_it_holds_the_tags_that_can_be_printed_alone_and_names_its_language(language, way):
    page = html(language=language, way=way)

    assert page.startswith(f'<section lang="{"pt-BR" if language == "pt-br" else language}" dir="ltr" class="page-')
    assert len(pdf_tree.tree(page)) == 1


def test_moments_are_told_in_utc_to_the_second():
    assert evidence_page.moment(AT) == "2026-12-03 07:30:15 UTC"
    assert evidence_page.moment(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01 00:00:00 UTC"


def test_the_heading_of_a_text_is_its_first_one_plain():
    text = '<section lang="da">\n<h1 class="x">Aftale om <em>Bugs</em> &amp; Co.</h1><h1>Another</h1>'

    assert evidence_page.heading(text) == "Aftale om Bugs & Co."
    assert evidence_page.heading("<p>no heading</p>") == ""


def test_every_digest_can_be_read_off_the_paper():
    paper = Paper("An agreement", "en", AT.date(), footer=("SHA-256: " + "d" * 64,))

    shown = evidence_page.digests_in(pdf(html(), paper))

    assert shown == {digit * 64 for digit in "12349abcd"}
