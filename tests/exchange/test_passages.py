import pytest
from django.utils.translation import gettext, ngettext, override

from registry.exchange import page
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
    body = root.one("div", id="text:section:introduction:body")
    assert body["lang"] == "en"
    assert "The provider engages subprocessors" in body.text
    assert hungarian("Not translated. Language of this passage: %(language)s", language="angol") in root.text
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
        content["sections"][0]["heading"]["state"]["hu"] = "outdated"

    site = with_release(change)

    heading = read(page.policy(site, site.newest, "hu")).one("h2", id="heading:introduction")

    assert heading.one("span", lang="en").text == "About this policy"


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
    assert reader.untranslated == {}
