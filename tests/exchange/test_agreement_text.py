import re

from registry.exchange.agreement_text import Customer, text, title
from registry.exchange.pdf_tree import tree

from .. import terms as made

PLAIN = re.compile(r"<[^>]+>")


def told(html, start, end):
    """The words between two marks of a text, a line for each cell or paragraph."""
    between = html.replace("&nbsp;", "").partition(start)[2].partition(end)[0]
    return [line for line in (part.strip() for part in PLAIN.sub("\n", between).splitlines()) if line]


def headings(html):
    return re.findall(r"<h([1-6])>(.*?)</h", html)


def test_the_text_has_parties_clauses_signatures_and_annexes():
    html = text(made.terms())

    assert headings(html) == [
        ("1", "Agreement on Service"),
        ("2", "Terms of the agreement"),
        ("3", "1. Subject"),
        ("2", "Signatures"),
        ("2", "Annex I.A: Parties"),
        ("3", "Customer (controller)"),
        ("3", "Provider (processor)"),
        ("2", "Annex I.B: Description of the processing"),
        ("3", "Nature and purposes of the processing"),
        ("3", "Duration of the processing and retention"),
        ("2", "Annex I.C: Supervisory authority"),
        ("2", "Annex II: Technical and organisational measures"),
        ("4", "Access"),
        ("3", "Safeguards that bind every subprocessor"),
        ("3", "Safeguards at the processing locations"),
        ("2", "Annex III: Subprocessors"),
        ("3", "Host GmbH"),
        ("3", "Parent SE"),
    ]
    assert "<p>Between Kunde ApS and Provider, a. s..</p>" in html
    assert told(html, "<h2>Signatures</h2>", "<section") == [
        *("Party", "Customer", "Provider", "Company", "Kunde ApS", "Provider, a. s."),
        *("Full name", "Ane Ny", "Role", "Direktør", "Date", "Signature"),
    ]


def test_the_text_can_be_set_as_a_pdf():
    blocks = tree(text(made.terms(language="hu")))

    assert [block["t"] for block in blocks] == ["div", "div"]
    assert [block.get("lang") for block in blocks] == ["hu", "en"]


def test_the_same_terms_give_the_same_text():
    assert text(made.terms(language="hu")) == text(made.terms(language="hu"))


def test_what_the_customer_wrote_is_neither_markdown_nor_html_nor_a_placeholder():
    nasty = '<b>*A*</b> & [x](http://x.example) {provider} "\U000f0001"'
    customer = Customer(nasty, f"{nasty}\n{nasty}", "DK", nasty, nasty, nasty)

    html = text(made.terms(customer=customer))

    escaped = "&lt;b&gt;*A*&lt;/b&gt; &amp; [x](http://x.example) {provider} &quot;"
    assert f"<p>Between {escaped}&quot; and Provider, a. s..</p>" in html
    assert html.count(escaped) == 11
    assert tuple(tag for tag in ("<b>", "<a ", "<em>") if tag not in html) == ("<b>", "<a ", "<em>")


def test_an_address_has_a_line_for_each_of_its_lines():
    html = text(made.terms())

    addresses = re.findall("<th>Registered address</th><td>(.*?)</td>", html)
    assert addresses == ["Gade 1<br>1000 København", "Street 1<br>City", "Weg 2<br>Berlin", "not stated"]


def test_what_an_agreement_supersedes_and_its_law_stand_at_its_head():
    html = text(made.terms(supersedes="AGR-1", governing_law="DE"))

    assert told(html, "<h1>", "<h2>") == [
        *("Agreement on Service", "Reference", "AGR-7KQ2-9XWM", "Issued on", "3 December 2026"),
        *("Customer", "Kunde ApS", "Provider", "Provider, a. s.", "Governing law", "Germany", "Supersedes", "AGR-1"),
    ]


def test_where_the_source_prevails_it_follows_whole_with_its_language():
    html = text(made.terms(language="hu"))

    hungarian, english = html.split('<section lang="en" dir="ltr" class="page-break">')
    assert hungarian.startswith('<section lang="hu" dir="ltr">\n<h1>Megállapodás: Service</h1>')
    assert headings(english)[:2] == [("1", "Agreement on Service"), ("2", "Terms of the agreement")]
    assert english.count("<h2>Annex") == hungarian.count("<section") - 1 == 5
    assert "<h2>Signatures</h2>" not in english
    assert (
        "Languages of this agreement: Hungarian and English. Where the texts differ, the text in this language "
        "prevails: English." in english
    )


def test_where_it_does_not_prevail_one_language_stands_alone():
    html = text(made.terms(language="hu", source_prevails=False))

    assert re.findall(r'<section lang="(\w+)"', html) == ["hu"]
    # The annexes begin on a page of their own.
    assert re.findall(r"<section(.*?)>\n<h2>", html) == [' class="page-break"', "", "", "", ""]
    # What the release does not say in Hungarian stands in its own language, and says so.
    assert '<li><span lang="en">Act on instructions.</span></li>' in html
    assert "<th>Host GmbH: Németország, " in html


def test_an_outdated_translation_is_not_signed():
    release = made.release()
    host = release["subprocessors"][0]
    host["purpose"]["state"]["hu"] = "outdated"

    html = text(made.terms(language="hu", release=release, source_prevails=False))

    assert '<td><div lang="en"><p>Hosts.</p></div></td>' in html
    assert "Üzemeltet." not in html


def test_a_machine_translation_is_told():
    sentence = "Parts of the text in this language were translated by machine."
    read = made.version(machine=["hu"])

    assert text(made.terms(template=read)).count(sentence) == 0
    assert notices(made.terms(template=read, language="hu", source_prevails=False)) == 2
    assert notices(made.terms(language="hu", source_prevails=False)) == 1


def notices(terms):
    return text(terms).count('<p class="notice">')


def test_a_machine_translation_in_the_release_is_told():
    release = made.release()
    release["subprocessors"][0]["purpose"]["state"]["hu"] = "machine"

    assert notices(made.terms(language="hu", release=release, source_prevails=False)) == 2


def test_the_title_holds_facts():
    assert title(made.terms(language="hu")) == "Megállapodás: Service"
