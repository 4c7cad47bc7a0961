import copy

import pytest

from registry.exchange import content as shape
from registry.exchange.comparison import compare
from registry.exchange.telling import tell
from registry.models import Release


@pytest.fixture
def contents(db):
    return [shape.decode(release.content) for release in Release.objects.order_by("number")]


def told(before, after, language="en"):
    return tell(compare(before, after), after, language, before)


def test_what_2024_changed_is_told_by_names_and_places(contents):
    assert told(contents[1], contents[2]) == [
        "Subprocessor no longer listed: Linode, LLC — processing locations: "
        "European Union, United Kingdom, United States and Singapore",
        "Subprocessor no longer listed: Websupport, s.r.o. — processing locations: place not stated (EU customers)",
        "Subprocessor no longer listed: Quality Unit, LLC",
        "New subprocessor: Quality Unit, s.r.o.",
        "Processing location no longer listed: Amazon Web Services, LLC – place not stated",
        "New processing location: Amazon Web Services, LLC – Germany (EU customers)",
        "New processing location: Amazon Web Services, LLC – Ireland (EU customers)",
        "New set of safeguards: Tier III+, Tier IV, PCI DSS, SOC 1, SOC 2 or ISO 27001",
        "New safeguard: SOC 1",
        "New safeguard: SOC 2",
        "New section: Frequently asked questions",
        "New question: What is a subprocessor?",
        "New question: How are subprocessors chosen?",
        "New question: Which contractual safeguards apply?",
        "New question: Where is my data stored?",
        "New question: How do I enter into a DPA?",
    ]


def test_a_description_that_joins_is_now_stated(contents):
    assert told(contents[0], contents[1])[:2] == [
        "Subprocessor changed: Intuit — now stated: What it does",
        "Subprocessor changed: OpenAI — now stated: What it does",
    ]


def test_nothing_changed_is_nothing_told(contents):
    assert told(contents[2], contents[2]) == []


def test_renaming_is_one_change_and_neither_added_nor_removed(contents):
    after = copy.deepcopy(contents[2])
    next(s for s in after["subprocessors"] if s["key"] == "aws")["legal_name"] = "AWS EMEA SARL"

    assert told(contents[2], after) == [
        "Subprocessor changed: AWS EMEA SARL — Legal name: Amazon Web Services, LLC → AWS EMEA SARL"
    ]


@pytest.mark.parametrize(
    ("field", "value", "line"),
    [
        ("territory", "SE", "Territory: Germany → Sweden"),
        ("territory", None, "Territory: Germany → not stated"),
        ("region", "us", "Region: European Union → United States"),
        ("use", "backup", "Use: hosting → backup"),
    ],
)
def test_a_fact_of_a_location_is_told_from_what_to_what(contents, field, value, line):
    after = copy.deepcopy(contents[2])
    aws = next(s for s in after["subprocessors"] if s["key"] == "aws")
    next(row for row in aws["locations"] if row["key"] == "aws-eu-germany")[field] = value

    (only,) = told(contents[2], after)

    assert only.endswith(f" — {line}")


def test_one_language_reworded_names_that_language(contents):
    after = copy.deepcopy(contents[2])
    after["sections"][0]["body"]["text"]["hu"] += " Új mondat."

    assert told(contents[2], after) == ["Section changed: About this policy — reworded: Body (languages: Hungarian)"]


@pytest.mark.parametrize(
    ("field", "before", "after", "line"),
    [
        ("country", None, "US", "Country of establishment: not stated → United States"),
        ("kind", "service", "affiliate", "Kind: service → affiliate"),
        ("data_subjects", [], ["visitors"], "Categories of data subjects: not stated → visitors of websites"),
        ("dpa_valid_until", None, "2027-01-31", "Our DPA with it is valid until: not stated → 31 January 2027"),
        ("parent", None, "aws", "Engaged by: not stated → Amazon Web Services, LLC"),
    ],
)
def test_every_kind_of_fact_has_its_readers_form(contents, field, before, after, line):
    one, two = copy.deepcopy(contents[2]), copy.deepcopy(contents[2])
    for content, value in ((one, before), (two, after)):
        next(s for s in content["subprocessors"] if s["key"] == "twilio")[field] = value

    assert told(one, two) == [f"Subprocessor changed: Twilio, Inc. — {line}"]


def test_names_stand_in_the_readers_language(contents):
    lines = told(contents[1], contents[2], "da")

    assert "Amazon Web Services, LLC – Tyskland (EU-kunder)" in lines[5]
    assert "Tier III+, Tier IV, PCI DSS, SOC 1, SOC 2 eller ISO 27001" in lines[7]


def test_from_nothing_everything_is_new(contents):
    lines = tell(compare(None, contents[0]), contents[0], "en")

    assert len([line for line in lines if line.startswith("New subprocessor: ")]) == 8
    assert {line.partition(":")[0].split(" ")[0] for line in lines} == {"New"}


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("current", "outdated", "translation now outdated: Body (languages: Danish and Hungarian)"),
        ("outdated", "approved", "translation no longer outdated: Body (languages: Danish and Hungarian)"),
        ("machine", "current", "state of translations: Body"),
    ],
)
def test_texts_that_stay_are_told_by_the_state_of_their_translations(contents, old, new, line):
    one, two = copy.deepcopy(contents[2]), copy.deepcopy(contents[2])
    for content, state in ((one, old), (two, new)):
        content["sections"][0]["body"]["state"] |= {"hu": state, "da": state}

    assert told(one, two) == [f"Section changed: About this policy — {line}"]
