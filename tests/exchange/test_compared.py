import datetime

import pytest

from registry.exchange.compared import between, compared, lines, object_to, values
from tests.exchange.conftest import LANGUAGES
from tests.reading import read


def test_the_page_names_both_releases_and_tells_facts_before_texts(site):
    root = read(compared(site, site.entries[1], site.entries[2], "en"))

    article = root.one("article")
    assert (article["data-before"], article["data-after"]) == ("2", "3")
    assert root.one("h1").text == "What changed: release 2 → release 3"
    assert [link["href"] for link in article.one(class_="glance pair").all("a")] == ["/en/releases/2/", "/en/"]
    assert [time["datetime"] for time in article.one(class_="glance pair").all("time")] == ["2023-10-02", "2024-12-13"]
    assert [heading.text for heading in article.all("h2")] == [
        "Subprocessors",
        "Processing locations",
        "Safeguards",
        "Texts",
        "Questions and answers",
        "Compare other releases",
    ]
    assert [item["data-action"] for item in article.all("li", data_noun="subprocessors")] == ["added"] + ["removed"] * 3
    assert root.one("meta", content="noindex")


def test_germany_joins_with_soc_and_without_ssae_and_ireland_as_it_was(site):
    page = read(compared(site, site.entries[1], site.entries[2], "en"))

    germany, ireland, gone = page.all("li", data_noun="locations")

    assert germany.one("p").text == (
        "New processing location: Amazon Web Services, LLC – Germany (EU customers) — newly named safeguards: SOC 1 "
        "and SOC 2; safeguard not named, unlike at its earlier locations: SSAE-16"
    )
    assert [value.text for value in germany.all("dd")] == [
        "hosting",
        "Compliant with one or more of: Tier III+, Tier IV, PCI DSS, SOC 1, SOC 2 or ISO 27001",
        "redundant power supply, uninterruptible power supply (UPS) and backup generators",
    ]
    assert "SSAE-16" in ireland.all("dd")[1].text
    assert "SOC" not in ireland.text
    assert gone.text == "Processing location no longer listed: Amazon Web Services, LLC – place not stated"


@pytest.mark.parametrize("language", [*LANGUAGES, "ar"])
def test_every_comparison_is_sound_html_without_anything_inline(site, language):
    for before, after in [(0, 1), (1, 2), (0, 2), (2, 2)]:
        root = read(compared(site, site.entries[before], site.entries[after], language))

        ids = [element["id"] for element in root.all(id=None)]
        assert len(ids) == len(set(ids))
        assert root.all("style") + root.all("script") + root.all(style=None) == []
        assert len(root.all("h1")) == 1
        assert "{" not in root.text


def test_a_release_differs_in_nothing_from_itself(site):
    root = read(compared(site, site.entries[2], site.entries[2], "en"))

    assert root.one(class_="lead").text == "Both are the same release: nothing differs."
    assert root.all(class_="told") == []


def test_two_releases_that_say_the_same_differ_in_nothing(with_release):
    site = with_release()

    root = read(compared(site, site.entries[2], site.entries[3], "en"))

    assert root.one(class_="lead").text == "No fact and no text differs between these releases."


def test_any_two_releases_can_be_chosen(site):
    form = read(compared(site, site.entries[0], site.entries[2], "hu")).one("form")

    assert (form["method"], form["action"]) == ("get", "/hu/compare/")
    chosen = {
        select["name"]: [o["value"] for o in select.all("option", selected=None)] for select in form.all("select")
    }
    assert chosen == {"from": ["1"], "to": ["3"]}
    assert [option["value"] for option in form.all("select")[0].all("option")] == ["3", "2", "1"]


@pytest.mark.parametrize(("day", "address"), [(20, "/en/object/4/"), (21, "")])
def test_the_page_leads_to_the_objection_while_there_is_time(with_release, day, address):
    site = with_release(
        day=datetime.date(2025, 2, day),
        in_force_new_on="2025-02-14",
        in_force_existing_on="2025-02-28",
        objection_deadline="2025-02-20",
    )

    assert object_to(site, site.entries[3], "en") == address
    root = read(compared(site, site.entries[2], site.entries[3], "en"))
    assert [link["href"] for link in root.all("a", class_="button")] == ([address] if address else [])


def test_its_values_name_both_releases_and_their_digests(site):
    found = values(site.entries[1], site.entries[2], "da")

    assert [release["number"] for release in found["releases"]] == [found["from"], found["to"]] == [2, 3]
    assert found["releases"][1] == {
        "number": 3,
        "digest": site.entries[2].digest,
        "content": "/releases/3.json",
        "kind": "change",
        "in_force_new_on": "2024-12-13",
        "in_force_existing_on": "2024-12-13",
    }


def test_two_releases_are_compared_once_for_each_language(site):
    assert between(site.entries[1], site.entries[2], "en") is between(site.entries[1], site.entries[2], "en")
    assert between(site.entries[1], site.entries[2], "da").language == "da"
    assert list(lines(site.entries[1], site.entries[2], "da")) == between(site.entries[1], site.entries[2], "da").lines
