import pytest
from django.utils.translation import override

from registry.exchange.naming import Names


@pytest.fixture
def names(site):
    return Names("en", site.entries[2].content, site.entries[1].content)


def location(site, at, key):
    return next(
        row for party in site.entries[at].content["subprocessors"] for row in party["locations"] if row["key"] == key
    )


@pytest.mark.parametrize(
    ("at", "key", "place"),
    [
        (1, "linode-eu", "European Union"),
        (1, "aws-not-stated", "place not stated"),
        (1, "websupport-eu", "place not stated (EU customers)"),
        (2, "aws-us-northern-california", "United States, Northern California (US customers)"),
    ],
)
def test_a_place_says_where_and_for_whom(site, names, at, key, place):
    assert names.place(location(site, at, key)) == place


def test_what_only_the_earlier_release_lists_has_a_name(names):
    assert names.value("subprocessors", "parent", "linode", {}) == "Linode, LLC"
    assert names.value("subprocessors", "parent", "nobody", {}) == "nobody"


@pytest.mark.parametrize(
    ("noun", "field", "value", "told"),
    [
        ("service", "provider_country", "SK", "Slovakia"),
        ("service", "provider_address", "Street 1\nCity", "Street 1, City"),
        ("service", "notice_days", 45, "45"),
        ("service", "languages", ["hu", "da"], "Danish and Hungarian"),
        ("service", "source_language", "pt-br", "Portuguese (Brazil)"),
        ("regions", "countries", ["DE", "SE"], "Germany and Sweden"),
        ("safeguards", "claim", None, "not stated"),
        ("safeguards", "valid_until", "2030-01-31", "31 January 2030"),
        ("subprocessors", "data_categories", ["calls", "of-old"], "voice calls and recordings and of-old"),
        ("transfer_mechanisms", "scc_module", None, "not applicable"),
        ("locations", "use", "a-code-of-the-past", "a-code-of-the-past"),
        ("locations", "safeguard_sets", [], "not stated"),
    ],
)
def test_a_value_has_its_readers_form(names, noun, field, value, told):
    assert names.value(noun, field, value, {}) == told


def test_one_of_several_safeguards_is_not_told_as_all_of_them(names):
    assert names.sentences(["facility-measures", "facility-2024-de", "no-such-set"]) == [
        "Compliant with one or more of: Tier III+, Tier IV, PCI DSS, SOC 1, SOC 2 or ISO 27001",
        "redundant power supply, uninterruptible power supply (UPS) and backup generators",
    ]


def test_mechanisms_of_another_time_keep_their_codes(names):
    assert names.mechanism({"regime": "eu", "mechanism": "privacy-shield"}) == "EU (GDPR), privacy-shield"


def test_a_name_without_a_translation_is_borrowed_from_the_source(site):
    names = Names("da", site.entries[2].content)
    spoken = {"text": {"en": "Care"}, "state": {"en": "source", "da": "missing"}}

    assert names.text(site.entries[2].content["sections"][0]["heading"]) == "Om denne politik"
    assert names.borrowed == set()
    assert names.text(spoken) == "Care"
    assert names.borrowed == {"en"}
    with override("da"):
        assert names.text(None) == "ikke angivet"


def test_prose_is_told_as_plain_text(names):
    passage = {"text": {"en": "Hosts **files**.\n\n- [and](https://example.com) mail"}, "state": {"en": "source"}}

    assert names.prose(passage) == ("Hosts files.\nand mail", "en")
