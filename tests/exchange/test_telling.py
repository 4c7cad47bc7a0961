import copy

import pytest
from django.utils.translation import override

from registry.exchange import content as shape
from registry.exchange.comparison import compare
from registry.exchange.naming import Names
from registry.exchange.telling import sentences, tell
from registry.models import Release


@pytest.fixture
def contents(db):
    return [shape.decode(release.content) for release in Release.objects.order_by("number")]


def told(before, after, language="en"):
    return tell(compare(before, after), after, language, before)


def test_what_2023_changed(contents):
    assert told(contents[0], contents[1]) == [
        "2 subprocessors changed: Intuit and OpenAI — now stated: What it does",
        "New processing location: Amazon Web Services, LLC – place not stated",
        "Processing location no longer listed: Amazon Web Services, LLC – Ireland (EU customers)",
    ]


def test_what_2024_changed_is_told_by_names_and_places(contents):
    assert told(contents[1], contents[2]) == [
        "New subprocessor: Quality Unit, s.r.o.",
        "Subprocessor no longer listed: Linode, LLC — 4 processing locations: "
        "European Union, United Kingdom, United States and Singapore",
        "Subprocessor no longer listed: Websupport, s.r.o. — processing location: place not stated (EU customers)",
        "Subprocessor no longer listed: Quality Unit, LLC",
        "New processing location: Amazon Web Services, LLC – Germany (EU customers) — newly named safeguards: SOC 1 "
        "and SOC 2; safeguard not named, unlike at its earlier locations: SSAE-16",
        "New processing location: Amazon Web Services, LLC – Ireland (EU customers)",
        "Processing location no longer listed: Amazon Web Services, LLC – place not stated",
        "2 new safeguards: SOC 1 and SOC 2",
        "New section: Frequently asked questions",
        "5 new questions: What is a subprocessor? · How are subprocessors chosen? · Which contractual safeguards "
        "apply? · Where is my data stored? · How do I enter into a DPA?",
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


def test_another_name_is_told_before_what_else_changed(contents):
    after = copy.deepcopy(contents[2])
    next(s for s in after["subprocessors"] if s["key"] == "aws").update(legal_name="AWS EMEA SARL", country="LU")

    assert told(contents[2], after) == [
        "Subprocessor changed: AWS EMEA SARL — Legal name: Amazon Web Services, LLC → AWS EMEA SARL; Country of "
        "establishment: not stated → Luxembourg"
    ]


def test_in_html_what_changed_stands_out_from_its_details_and_both_are_escaped(contents):
    after = copy.deepcopy(contents[2])
    next(s for s in after["subprocessors"] if s["key"] == "aws").update(
        legal_name="A <b> & C", website="https://x/?<i>"
    )

    with override("en"):
        (only,) = sentences(compare(contents[2], after), Names("en", after, contents[2]))

    assert only.html == (
        "<strong>Subprocessor changed: A &lt;b&gt; &amp; C</strong> — Legal name: Amazon Web Services, LLC → A "
        "&lt;b&gt; &amp; C; Website: not stated → https://x/?&lt;i&gt;"
    )


def test_one_language_reworded_names_that_language(contents):
    after = copy.deepcopy(contents[2])
    after["sections"][0]["body"]["text"]["hu"] += " Új mondat."

    assert told(contents[2], after) == ["Section changed: About this policy — reworded: Body (language: Hungarian)"]


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

    assert "Amazon Web Services, LLC – Tyskland (EU-kunder)" in lines[4]


def test_from_nothing_everything_is_new_and_a_subprocessor_a_sentence(contents):
    lines = tell(compare(None, contents[0]), contents[0], "en")

    assert len([line for line in lines if line.startswith("New subprocessor: ")]) == 8
    assert [line for line in lines if "regions" in line or "8 new safeguards" in line] == [
        "8 new safeguards: Tier III+, Tier IV, PCI DSS, SSAE-16, ISO 27001, redundant power supply, uninterruptible "
        "power supply (UPS) and backup generators",
        "3 new regions: European Union, United States and Asia-Pacific",
    ]
    assert all(" new " in line or line.startswith("New ") for line in lines)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("current", "outdated", "translations now outdated: Body (languages: Danish and Hungarian)"),
        ("outdated", "approved", "translations no longer outdated: Body (languages: Danish and Hungarian)"),
        ("machine", "current", "state of translations: Body"),
    ],
)
def test_texts_that_stay_are_told_by_the_state_of_their_translations(contents, old, new, line):
    one, two = copy.deepcopy(contents[2]), copy.deepcopy(contents[2])
    for content, state in ((one, old), (two, new)):
        content["sections"][0]["body"]["state"] |= {"hu": state, "da": state}

    assert told(one, two) == [f"Section changed: About this policy — {line}"]


def test_places_of_one_subprocessor_that_hold_the_same_share_a_sentence(contents):
    after = copy.deepcopy(contents[2])
    aws = next(s for s in after["subprocessors"] if s["key"] == "aws")
    ireland = next(row for row in aws["locations"] if row["key"] == "aws-eu-ireland")
    aws["locations"] += [
        {**ireland, "key": "aws-se", "territory": "SE"},
        {**ireland, "key": "aws-us-or", "territory": "US", "region": "us"},
        {**ireland, "key": "aws-backup", "territory": "FI", "use": "backup"},
    ]

    assert told(contents[2], after) == [
        "2 new processing locations: Amazon Web Services, LLC – Sweden (EU customers) and United States (US customers)",
        "New processing location: Amazon Web Services, LLC – Finland (EU customers)",
    ]


def test_other_safeguards_at_a_place_are_named_as_the_place_names_them(contents):
    after = copy.deepcopy(contents[2])
    aws = next(s for s in after["subprocessors"] if s["key"] == "aws")
    ireland = next(row for row in aws["locations"] if row["key"] == "aws-eu-ireland")
    ireland["safeguard_sets"] = ["facility-2024-de", "facility-measures"]

    assert told(contents[2], after) == [
        "Processing location changed: Amazon Web Services, LLC – Ireland (EU customers) — newly named safeguards: "
        "SOC 1 and SOC 2; safeguard no longer named: SSAE-16"
    ]


def test_a_set_that_changes_is_told_by_the_places_where_it_holds(contents):
    after = copy.deepcopy(contents[2])
    found = next(row for row in after["safeguard_sets"] if row["key"] == "facility-2024-de")
    found["safeguards"] = [key for key in found["safeguards"] if key != "pci-dss"]

    assert told(contents[2], after) == [
        "Safeguards changed at 1 place: Amazon Web Services, LLC – Germany (EU customers) — safeguard no longer named: "
        "PCI DSS"
    ]


def test_one_of_several_safeguards_that_becomes_all_of_them_is_told_by_both_claims(contents):
    after = copy.deepcopy(contents[2])
    found = next(row for row in after["safeguard_sets"] if row["key"] == "facility-2024-de")
    found |= {"match": "all", "safeguards": ["soc-1", "soc-2"]}

    assert told(contents[2], after) == [
        "Safeguards changed at 1 place: Amazon Web Services, LLC – Germany (EU customers) — Safeguards: Compliant with "
        "one or more of: Tier III+, Tier IV, PCI DSS, SOC 1, SOC 2 or ISO 27001 → Compliant with: SOC 1 and SOC 2"
    ]


def test_a_set_that_holds_nowhere_is_told_by_what_it_claims(contents):
    after = copy.deepcopy(contents[2])
    after["safeguard_sets"].append({"key": "unused", "match": "all", "safeguards": ["soc-1", "iso-27001"]})

    assert told(contents[2], after) == ["New set of safeguards: Compliant with: SOC 1 and ISO 27001"]
    assert told(after, contents[2]) == ["Set of safeguards no longer listed: Compliant with: SOC 1 and ISO 27001"]


def test_a_transfer_mechanism_names_its_subprocessor(contents):
    after = copy.deepcopy(contents[2])
    twilio = next(s for s in after["subprocessors"] if s["key"] == "twilio")
    rest = {"scc_module": None, "reference": None, "verified_on": None, "expires_on": None}
    twilio["transfer_mechanisms"] += [
        {"key": "twilio-dpf", "regime": "eu", "mechanism": "dpf", **rest},
        {"key": "twilio-scc", "regime": "uk", "mechanism": "addendum", **rest},
    ]
    joined = copy.deepcopy(contents[2])
    joined["subprocessors"].append({**twilio, "key": "twilio-2", "legal_name": "Twilio Ireland Limited"})
    told_mechanisms = (
        "EU (GDPR), Data Privacy Framework (Art. 45) · United Kingdom (UK GDPR), UK Addendum to the standard "
        "contractual clauses"
    )

    assert told(contents[2], after) == [f"2 new transfer mechanisms: Twilio, Inc. – {told_mechanisms}"]
    assert told(contents[2], joined) == [
        f"New subprocessor: Twilio Ireland Limited — 2 transfer mechanisms: {told_mechanisms}"
    ]


def test_languages_that_come_and_go_are_counted(contents):
    after = copy.deepcopy(contents[2])
    after["languages"] = ["de", "en", "fr", "hu", "lv", "pt-br", "et"]

    assert told(contents[2], after) == [
        "Service profile changed — new languages: French and German; language no longer published: Danish"
    ]


def test_facts_and_wording_of_one_row_share_a_sentence_and_other_rows_with_the_same_join_it(contents):
    after = copy.deepcopy(contents[2])
    for section in after["sections"][:2]:
        section["body"]["text"] = {code: f"{text} More." for code, text in section["body"]["text"].items()}
    after["sections"][2]["lists"] = "questions"
    after["sections"][2]["heading"]["text"] = dict.fromkeys(after["languages"], "Care")
    after["privacy"]["text"] = {code: f"{text} More." for code, text in after["privacy"]["text"].items()}

    assert told(contents[2], after) == [
        "Service profile changed — reworded: Privacy notice",
        "2 sections changed: About this policy · What a subprocessor is — reworded: Body",
        "Section changed: Care — List that follows: none → questions and answers; reworded: Heading",
    ]
