"""The facts of every release, read from its pages as a customer's script would, are the policy's in each language."""

import json
import os
from pathlib import Path

import pytest

from registry.exchange import page
from tests.exchange.conftest import LANGUAGES
from tests.reading import read

FACTS = Path(__file__).resolve().parent.parent / "data" / "policy-facts.json"
TERRITORIES = {
    "European Union": ("EU", False),
    "United Kingdom": ("GB", False),
    "United States": ("US", False),
    "Singapore": ("SG", False),
    "Ireland": ("IE", False),
    "Germany": ("DE", False),
    "Northern California, United States": ("US", True),
    None: (None, False),
}
FACILITY = {"redundant power": "redundant-power", "UPS": "ups", "backup generators": "backup-generators"}
# The section with the questions is in the last release alone, and data-label is a heading, not a fact.
NOT_FACTS = {"data-label", "data-binding", "data-untranslated", "data-outdated", "data-machine"}


def the_facts():
    return json.loads(FACTS.read_text("utf-8"))


def facts_of(html):
    """Every data attribute of a page, as often as it stands there."""
    found = []
    for element in read(html).walk():
        found += [(name, value) for name, value in element.attributes.items() if name.startswith("data-")]
    return sorted(fact for fact in found if fact[0] not in NOT_FACTS)


def locations_on(html):
    rows = set()
    for party in read(html).all("tbody", data_subprocessor=None):
        for row in party.all("tr", data_location=None):
            country = row.all(data_country=None)
            region = row.all(data_region=None)
            any_of, all_of = row.one(data_match="any"), row.one(data_match="all")
            rows.add(
                (
                    party.one(data_legal_name=None).text,
                    region[0]["data-region"] if region else None,
                    (country[0]["data-country"] if country else None, bool(row.all(class_="place"))),
                    frozenset(item.text for item in any_of.all(data_safeguard=None)),
                    frozenset(item["data-safeguard"] for item in all_of.all(data_safeguard=None)),
                )
            )
    return rows


def expected_locations(facts, release):
    sets = facts["safeguard_sets"]
    return {
        (
            row["entity"],
            row["customers"] and row["customers"].lower(),
            TERRITORIES[row["location"]],
            frozenset(sets[row["safeguards"]]["certifications"]),
            frozenset(FACILITY[name] for name in sets[row["safeguards"]]["facility"]),
        )
        for row in release["infrastructure"]
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_each_release_states_the_facts_of_the_policy(site, language):
    facts = the_facts()
    sections = [section["key"] for section in facts["sections"]]

    for entry, release in zip(site.entries, facts["releases"], strict=True):
        html = page.policy(site, entry, language)
        root = read(html)

        article = root.one("article")
        assert (article["data-release"], article["data-digest"]) == (str(entry.number), entry.digest)
        assert article["data-in-force"] == release["effective_on"]
        assert locations_on(html) == expected_locations(facts, release)
        others = {(row.one(data_legal_name=None).text, bool(row.all(data_purpose=None))) for row in parties(root)}
        assert others == {(row["entity"], row["role"] is not None) for row in release["other"]}
        shown = [section["data-section"] for section in root.all("section", data_section=None)]
        assert sorted(shown) == sorted(sections if release["faq"] else [key for key in sections if key != "faq"])
        assert len(root.all(data_question=None)) == release["faq"]
        assert len(root.all("li", data_safeguard=None)) == len(facts["contractual_safeguards"])


def parties(root):
    return root.all("tr", data_subprocessor=None)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_facts_of_a_release_are_the_same_set_in_all_six_languages(site, number):
    entry = site.entries[number - 1]

    english = facts_of(page.policy(site, entry, "en"))

    assert len(english) > 80
    for language in LANGUAGES:
        assert facts_of(page.policy(site, entry, language)) == english


def test_our_copy_of_the_facts_is_the_one_of_the_references():
    folder = os.environ.get("REFERENCE_DIR")
    if not folder:
        pytest.skip("REFERENCE_DIR is unset: the copy of the facts is not compared with the references' own.")

    original = Path(folder).resolve().parent / "facts" / FACTS.name
    if not original.exists():
        pytest.skip("Beside REFERENCE_DIR stands no facts/policy-facts.json: our copy is not compared with it.")

    assert FACTS.read_bytes() == original.read_bytes()
