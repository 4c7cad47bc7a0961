import datetime

import pytest

from registry.exchange.content import passages
from registry.exchange.frame import frame
from registry.exchange.published import Site


def test_the_language_switcher_keeps_the_page(site):
    context = frame(site, "hu", "releases/2/")

    assert [(choice.code, choice.autonym, choice.address) for choice in context["languages"]] == [
        ("da", "Dansk", "/da/releases/2/"),
        ("et", "Eesti", "/et/releases/2/"),
        ("en", "English", "/en/releases/2/"),
        ("lv", "Latviešu", "/lv/releases/2/"),
        ("hu", "Magyar", "/hu/releases/2/"),
        ("pt-br", "Português (Brasil)", "/pt-br/releases/2/"),
    ]
    assert [choice.code for choice in context["languages"] if choice.current] == ["hu"]


def test_the_language_switcher_tells_how_much_of_the_release_shown_each_language_has(with_release):
    def change(content):
        found = list(passages(content))
        for passage in found[: len(found) // 3]:
            passage["state"]["da"] = "outdated"
        found[0]["state"]["et"] = "missing"

    site = with_release(change, languages=("ar", "da", "en", "et", "hu"))

    def shares(language, entry=None):
        return [(c.code, c.share, c.binding) for c in frame(site, language, "", entry=entry)["languages"]]

    assert shares("hu") == [
        ("da", "66%", False),
        ("et", "98%", False),
        ("en", "", True),
        ("hu", "100%", False),
        ("ar", "0%", False),
    ]
    assert [share for _code, share, _binding in shares("da", site.entries[2])] == [
        "100\xa0%",
        "100\xa0%",
        "",
        "100\xa0%",
        "0\xa0%",
    ]


def test_alternates_name_every_public_language_and_a_default(site):
    context = frame(site, "pt-br", "dpa/")

    assert context["canonical"] == "https://trust.example/pt-br/dpa/"
    assert context["alternates"] == [
        (tag, f"https://trust.example/{code}/dpa/")
        for tag, code in [("da", "da"), ("en", "en"), ("et", "et"), ("hu", "hu"), ("lv", "lv"), ("pt-BR", "pt-br")]
    ]
    assert context["x_default"] == "https://trust.example/en/dpa/"
    assert (context["tag"], context["direction"], context["og_locale"]) == ("pt-BR", "ltr", "pt_BR")


def test_the_default_of_the_policy_is_the_root_which_chooses_a_language(site):
    assert frame(site, "da", "")["x_default"] == "https://trust.example/"


@pytest.mark.parametrize(
    ("rest", "current"),
    [
        ("", "Subprocessors"),
        ("releases/", "Releases"),
        ("subscribe/", "Notice of changes"),
        ("subscribe/thanks/", None),
        ("dpa/", "Request a DPA"),
        ("dpa/x/", None),
    ],
)
def test_navigation_marks_the_page(site, rest, current):
    context = frame(site, "en", rest)

    links = [*context["navigation"], context["dpa"]]

    assert [link.label for link in links if link.current] == ([current] if current else [])


def test_regions_of_the_release_in_force_have_links_in_the_language(site):
    assert [(link.label, link.address, link.current) for link in frame(site, "hu", "regions/us/")["regions"]] == [
        ("Európai Unió", "/hu/regions/eu/", False),
        ("Egyesült Államok", "/hu/regions/us/", True),
        ("Ázsia és a csendes-óceáni térség", "/hu/regions/apac/", False),
    ]


def test_a_region_without_a_name_in_the_language_says_in_which_one_it_has(site):
    assert [(link.label, link.tag, link.direction) for link in frame(site, "ar", "")["regions"]][:1] == [
        ("European Union", "en", "ltr")
    ]
    assert {(link.tag, link.direction) for link in frame(site, "da", "")["regions"]} == {("", "")}


def test_an_empty_site_has_a_frame_too():
    context = frame(Site((), (), "https://trust.example", datetime.date(2025, 1, 1)), "en", "")

    assert (context["home"], context["navigation"], context["regions"], context["dpa"]) == (
        "Trust center",
        [],
        [],
        None,
    )


def test_a_page_names_the_feed_of_its_language(site):
    assert frame(site, "hu", "dpa/")["feed"][:2] == ("LiveAgent: a szabályzat változásai", "/hu/feed.atom")
    # A page that answers in a language without pages of its own, and one before the first release.
    assert frame(site, "de", "")["feed"] is None
    assert frame(Site((), ("hu",), "https://trust.example", site.day), "hu", "")["feed"] is None
