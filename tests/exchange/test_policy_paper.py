import datetime
from io import BytesIO

import pypdf
import pytest

from registry.exchange.policy_paper import key, paper, policy_html, policy_pdf
from registry.exchange.published import Site
from tests.exchange.conftest import WITHDRAWAL, said
from tests.reading import read


def reader(site: Site, language: str = "en", number: int = 3) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(policy_pdf(site, site.entry(number), language)))


def on(site: Site, day: datetime.date, **changed: object) -> Site:
    values = {"languages": site.languages, "public_url": site.public_url, **changed}
    return Site.on([(entry.text, entry.digest) for entry in site.chain], values["languages"], values["public_url"], day)


def test_each_page_names_the_release_its_address_and_its_digest(site):
    for page in reader(site).pages:
        lines = page.extract_text().splitlines()

        assert "Release 3 · https://trust.example/en/releases/3/" in lines
        assert f"SHA-256 {site.current.digest}" in lines


def test_the_document_says_what_it_is(site):
    found = reader(site, "hu")
    service = site.current.content["service"]

    assert found.trailer["/Root"]["/Lang"] == "hu"
    assert found.metadata.author == service["provider"]
    assert found.metadata.title == paper(site, site.current, "hu").title
    published = datetime.datetime.fromisoformat(site.current.content["published_at"]).date()
    assert found.metadata.creation_date.date() == published


@pytest.mark.parametrize("language", ["da", "en", "et", "hu", "lv", "pt-br"])
def test_every_section_is_a_bookmark_in_every_language(site, language):
    outline = reader(site, language).outline

    assert len(outline) == 2  # the title, and a list of what stands below it
    sections = [item for item in outline[1] if not isinstance(item, list)]
    assert len(sections) == len(site.current.content["sections"])


def test_it_holds_what_the_release_states(site):
    root = read(policy_html(site, site.current, "en"))
    text = root.text

    for party in site.current.content["subprocessors"]:
        assert party["legal_name"] in text
    rows = [row for table in root.all("table") for row in table.all("tr")]
    parties = site.current.content["subprocessors"]
    locations = sum(len(party["locations"]) for party in parties if party["kind"] == "infrastructure")
    assert len(rows) == 2 + len(parties) + locations
    assert "Compliant with one or more of: Tier III+, Tier IV, PCI DSS, SOC 1, SOC 2 or ISO 27001" in text


def test_what_is_not_translated_is_told_and_stands_in_the_language_that_binds(with_release):
    def untranslate(content):
        section = content["sections"][0]
        section["body"] = said(en="Only in English.")
        section["heading"] = said(en="Heading in English", hu="Cím")
        content["sections"][1]["heading"] = said(en="Another heading")

    site = with_release(untranslate)
    root = read(policy_html(site, site.newest, "hu"))

    assert "Only in English." in [element.text for element in root.all(lang="en")]
    assert "Another heading (" in " ".join(heading.text for heading in root.all("h2"))
    assert "Cím" in [heading.text for heading in root.all("h2")]
    assert pypdf.PdfReader(BytesIO(policy_pdf(site, site.newest, "hu"))).pages


def test_an_outdated_translation_is_told_beside_what_the_source_says_now(with_release):
    def age(content):
        section = content["sections"][0]
        section["body"] = said(en="The new text.", hu="A régi szöveg.")
        section["body"]["state"]["hu"] = "outdated"
        section["heading"] = said(en="New heading", hu="Régi cím")
        section["heading"]["state"]["hu"] = "outdated"

    site = with_release(age)
    root = read(policy_html(site, site.newest, "hu"))

    english = [element.text for element in root.all(lang="en")]
    assert english == ["New heading", "The new text."]
    assert "A régi szöveg." in root.text
    assert policy_pdf(site, site.newest, "hu")


def test_a_superseded_release_says_so(site):
    text = read(policy_html(site, site.entry(1), "en")).text

    assert "This release is no longer in force. Superseded on: 2 October 2023" in text
    assert "no longer in force" not in read(policy_html(site, site.entry(3), "en")).text


def test_a_withdrawn_release_says_so(entered):
    site = entered({}, {**WITHDRAWAL, "ends": 4})

    assert "announced and then withdrawn" in read(policy_html(site, site.entry(4), "en")).text


def test_the_same_release_gives_the_same_bytes(site):
    assert policy_pdf(site, site.current, "lv") == policy_pdf(site, site.current, "lv")


def test_the_key_changes_with_what_the_document_is_a_function_of_alone(site, entered):
    base = key(site, site.current, "en")
    other = Site.on(
        [(entry.text, entry.digest) for entry in site.chain],
        site.languages,
        "https://other.example",
        site.day,
    )

    assert key(on(site, site.day + datetime.timedelta(days=9)), site.current, "en") == base
    assert key(other, other.current, "en") != base
    assert key(site, site.current, "hu") != base
    assert key(site, site.entry(2), "en") != base
    after = entered({}, day=datetime.date(2025, 3, 2))
    assert after.entry(3).status == "superseded"
    assert key(after, after.entry(3), "en") != base
    announced = entered({})
    assert key(announced, announced.entry(3), "en") == base


def test_a_document_is_the_same_wherever_its_key_is(site, entered):
    announced = entered({})

    assert policy_pdf(announced, announced.entry(3), "da") == policy_pdf(site, site.entry(3), "da")


def test_right_to_left_languages_are_set(with_release):
    site = with_release(languages=("ar", "en"))

    found = pypdf.PdfReader(BytesIO(policy_pdf(site, site.newest, "ar")))

    assert found.trailer["/Root"]["/Lang"] == "ar"
