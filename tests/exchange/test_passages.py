import pytest
from django.utils.translation import gettext, ngettext, override

from registry.exchange import page
from registry.exchange.content import passages
from registry.exchange.passages import Reader
from tests.reading import read


def hungarian(sentence, **facts):
    """A sentence of the page's own, as its catalogue has it."""
    with override("hu"):
        return gettext(sentence) % facts


def hungarian_count(count):
    one = "%(count)s passage of this page is not translated."
    more = "%(count)s passages of this page are not translated."
    with override("hu"):
        return ngettext(one, more, count) % {"count": count}


def without_hungarian(content):
    """Leave out three Hungarian passages: a section's heading and body, and a place."""
    section = content["sections"][0]
    aws = next(row for row in content["subprocessors"] if row["key"] == "aws")
    place = next(row for row in aws["locations"] if row["place"])
    for passage in (section["heading"], section["body"], place["place"]):
        del passage["text"]["hu"]
        passage["state"]["hu"] = "missing"


def test_a_translated_page_has_no_foreign_passage_and_names_the_binding_language(site):
    root = read(page.policy(site, site.current, "hu"))

    assert root.all(data_untranslated=None) == []
    binding = root.one(data_binding="en")
    assert binding.text.startswith(hungarian("Binding language: %(language)s", language="angol"))
    assert binding.one("a")["href"] == "/en/"


def test_the_page_in_the_binding_language_does_not_speak_of_it(site):
    assert read(page.policy(site, site.current, "en")).all(data_binding=None) == []


def test_a_missing_passage_stands_in_the_source_language_and_is_told(with_release):
    site = with_release(without_hungarian)

    root = read(page.policy(site, site.newest, "hu"))

    notice = root.one(data_untranslated="3")
    assert hungarian_count(3) in notice.text
    assert [(a.text, a["href"]) for a in notice.all("a")] == [
        ("About this policy", "#text:section:introduction:heading"),
        ("Amazon Web Services, LLC", "#text:location:aws-us-northern-california:place"),
    ]
    heading = root.one("span", id="text:section:introduction:heading")
    assert (heading["lang"], heading["dir"], heading.text) == ("en", "ltr", "About this policy")
    # A link leads to the mark, which stands above the text.
    block = root.one("div", id="text:section:introduction:body")
    assert block.one("p", class_="tongue").text == hungarian(
        "Not translated. Language of this passage: %(language)s", language="angol"
    )
    body = block.one("div", class_="prose")
    assert (body["lang"], body["dir"]) == ("en", "ltr")
    assert "The provider engages subprocessors" in body.text
    place = root.one("tr", data_location="aws-us-northern-california").one(class_="place")
    assert place.text == f"Northern California {hungarian('Not translated. Language:')} angol"


def test_one_missing_passage_is_told_in_the_singular(with_release):
    def change(content):
        content["sections"][1]["body"]["state"]["hu"] = "missing"

    site = with_release(change)

    notice = read(page.policy(site, site.newest, "hu")).one(data_untranslated="1")

    assert hungarian_count(1) in notice.text


def test_a_text_that_is_there_but_not_published_as_translated_is_not_shown(with_release):
    def change(content):
        content["sections"][0]["heading"]["state"]["hu"] = "missing"

    site = with_release(change)

    heading = read(page.policy(site, site.newest, "hu")).one("h2", id="heading:introduction")

    assert heading.one("span", lang="en").text == "About this policy"


@pytest.mark.parametrize("state", ["translated", "current", "approved"])
def test_a_whole_translation_is_shown_without_a_mark(with_release, state):
    def change(content):
        for passage in passages(content):
            passage["state"]["hu"] = state

    site = with_release(change)
    root = read(page.policy(site, site.newest, "hu"))

    assert root.all(data_state=None) == root.all(data_outdated=None) == root.all(data_machine=None) == []


def outdated(content):
    """A heading, a body, whom a region serves and two safeguards of one sentence have moved on since."""
    section, region = content["sections"][0], next(row for row in content["regions"] if row["key"] == "us")
    facilities = [row for row in content["safeguards"] if row["key"] in {"redundant-power", "ups"}]
    found = (section["heading"], section["body"], region["customers"], *(row["text"] for row in facilities))
    for passage in found:
        passage["state"]["hu"] = "outdated"
        passage["text"]["en"] += " <now>"


def test_an_outdated_passage_keeps_its_text_with_a_mark_that_opens_the_current_source(with_release):
    site = with_release(outdated)

    root = read(page.policy(site, site.newest, "hu"))

    section = root.one("section", data_section="introduction")
    assert section.one("h2").text == "A szabályzatról"
    assert section.one("h2").one("span", id="text:section:introduction:heading")["data-state"] == "outdated"
    mark = section.one("button")
    assert section.one("h2")["aria-describedby"] == mark["id"]
    assert mark.text == hungarian("Outdated translation")
    opened = root.one("span", id=mark["popovertarget"])
    assert "popover" in opened.attributes
    source = opened.one("span", lang="en")
    assert (source["dir"], source.text) == ("ltr", "About this policy <now>")
    assert hungarian("Current text: %(language)s", language="angol") in opened.text
    block = section.one("div", data_state="outdated")
    assert block["id"] == "text:section:introduction:body"
    assert block.all("div", class_="prose")[0].get("lang") is None
    assert hungarian("This translation is outdated: it was made from an earlier text.") in block.text
    details = block.one("details")
    assert "open" not in details.attributes
    assert details.one("summary").text == hungarian("Current text: %(language)s", language="angol")
    assert details.one("div", lang="en").text.endswith("<now>")


def test_the_notice_tells_missing_from_outdated_and_leads_to_both(with_release):
    def change(content):
        outdated(content)
        content["sections"][1]["body"]["state"]["hu"] = "missing"

    site = with_release(change)
    root = read(page.policy(site, site.newest, "hu"))

    missing, stale = root.one(data_untranslated="1"), root.one(data_outdated="5")
    assert [a["href"] for a in missing.all("a")] == ["#text:section:definition:body"]
    assert [(a.text, a["href"]) for a in stale.all("a")] == [
        ("A szabályzatról", "#text:section:introduction:heading"),
        ("Amazon Web Services, LLC", "#text:safeguard:redundant-power:text"),
    ]
    one = "The translation of %(count)s passage of this page is outdated: it was made from an earlier text."
    more = "The translations of %(count)s passages of this page are outdated: they were made from earlier texts."
    with override("hu"):
        assert ngettext(one, more, 5) % {"count": 5} in stale.text
    ids = {element["id"] for element in root.all(id=None)}
    assert {a["href"].removeprefix("#") for a in [*missing.all("a"), *stale.all("a")]} <= ids


def test_a_sentence_has_one_mark_for_all_its_safeguards_and_ids_stay_unique(with_release):
    site = with_release(outdated)

    for html in (page.policy(site, site.newest, "hu"), page.region(site, "us", "hu")):
        root = read(html)

        ids = [element["id"] for element in root.all(id=None)]
        assert sorted(ids) == sorted(set(ids))
        assert {button["popovertarget"] for button in root.all("button")} <= set(ids)
        sentences = [found for found in root.all(data_match="all") if found.all("button")]
        for sentence in sentences:
            assert [e["data-safeguard"] for e in sentence.all(data_safeguard=None) if e.all(data_state="outdated")] == [
                "redundant-power",
                "ups",
            ]
            assert len(sentence.all("button")) == 1
            assert [text["lang"] for text in sentence.all(class_="current-text")] == ["en", "en"]
        assert sentences != []


def test_no_mark_gets_into_a_link_a_title_or_the_contents(with_release):
    def change(content):
        outdated(content)
        next(row for row in content["regions"] if row["key"] == "us")["name"]["state"]["hu"] = "outdated"

    site = with_release(change)

    policy, region = read(page.policy(site, site.newest, "hu")), read(page.region(site, "us", "hu"))

    assert [link for root in (policy, region) for link in root.all("a") if link.all("button")] == []
    assert policy.one("nav", class_="contents").all("a")[0].text == "A szabályzatról"
    assert region.one("title").text.startswith("Egyesült Államok · ")
    assert region.one("h1").text == "Egyesült Államok"
    assert region.one(data_outdated="4").all("a")[0]["href"] == "#text:region:us:name"


def test_machine_translations_are_one_line_and_keep_their_place(with_release):
    def change(content):
        content["sections"][0]["heading"]["state"]["hu"] = "machine"
        content["sections"][1]["body"]["state"]["hu"] = "machine"

    site = with_release(change)
    root = read(page.policy(site, site.newest, "hu"))

    line = root.one("details", data_machine="2")
    one = "%(count)s passage of this page is a machine translation that nobody has checked yet."
    more = "%(count)s passages of this page are machine translations that nobody has checked yet."
    with override("hu"):
        assert line.one("summary").text == ngettext(one, more, 2) % {"count": 2}
    assert [a["href"] for a in line.all("a")] == [
        "#text:section:introduction:heading",
        "#text:section:definition:body",
    ]
    assert [element.name for element in root.all(data_state="machine")] == ["span", "div"]
    assert root.all("button") == []
    assert root.all(data_untranslated=None) == []


def test_the_page_of_releases_tells_of_summaries(with_release):
    def change(content):
        content["summary"] = {"text": {"en": "One."}, "state": {"en": "source", "hu": "missing"}}

    site = with_release(change)
    root = read(page.releases(site, "hu"))

    assert [a["href"] for a in root.one(data_untranslated="1").all("a")] == ["#text:release:4:summary"]
    assert root.one("div", id="text:release:4:summary").one("div", class_="prose")["lang"] == "en"


def test_a_language_that_a_release_does_not_know_works_the_same_way(site):
    root = read(page.policy(site, site.current, "ar"))

    assert root.one(data_untranslated=None).all("a") != []
    assert root.one("h2", id="heading:dpa").one("span", lang="en")["dir"] == "ltr"
    assert {e["data-country"] for e in root.all(data_country=None)} == {"DE", "IE", "US", "SG"}
    assert root.one("tr", data_location="aws-eu-germany").one(data_country="DE").text == "ألمانيا"


def test_a_foreign_passage_names_countries_in_its_own_language_and_links_to_the_readers(with_release):
    def change(content):
        for section in content["sections"]:
            section["body"]["state"]["hu"] = "missing"

    site = with_release(change)

    root = read(page.policy(site, site.newest, "hu"))

    assert "United States and Europe" in root.one("div", id="text:section:infrastructure:body").text
    assert root.one("div", id="text:section:dpa:body").one("a")["href"] == "/hu/dpa/"


def test_facts_and_prose_are_escaped(with_release):
    def change(content):
        content["service"]["service"] = "<b>Service</b> & co"
        content["sections"][0]["heading"]["text"]["en"] = "<script>alert(1)</script> {service}"
        content["sections"][0]["body"]["text"]["en"] = "<img src=x onerror=alert(1)> [x](javascript:alert(1))"
        content["subprocessors"][0]["legal_name"] = "A <i>& B"
        content["subprocessors"][0]["website"] = "javascript:alert(1)"

    site = with_release(change)

    for language in ("en", "ar"):
        html = page.policy(site, site.newest, language) + page.releases(site, language)
        assert not [markup for markup in ("<script", "<img", "<b>", "<i>", 'href="javascript') if markup in html]
    assert "A &lt;i&gt;&amp; B" in html


@pytest.mark.parametrize("block", [True, False])
def test_what_a_release_does_not_say_is_none(site, block):
    reader = Reader(site.current.content, "en")

    with override("en"):
        assert (reader.block if block else reader.line)(None, "x") is None
    assert reader.marked == {}


def test_on_paper_a_mark_opens_nothing_and_says_what_it_says_in_words(site):
    passage = {
        "text": {"en": "Now & here", "hu": "Akkor"},
        "state": {"en": "source", "hu": "outdated", "da": "missing"},
    }

    with override("en"):
        outdated = str(Reader(site.current.content, "hu", paper=True).line(passage, "a"))
        missing = str(Reader(site.current.content, "da", paper=True).line(passage, "a"))

    assert outdated == (
        '<span id="text:a" data-state="outdated">Akkor</span>'
        ' <small>(Outdated translation. Current text: angol: <span lang="en">Now &amp; here</span>)</small>'
    )
    assert missing == (
        '<span id="text:a" lang="en" dir="ltr" class="foreign" data-state="missing">Now &amp; here</span>'
        " <small>(Not translated. Language: engelsk)</small>"
    )
