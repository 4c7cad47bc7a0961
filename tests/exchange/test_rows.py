from registry.exchange import page
from tests.reading import read


def full(content):
    """State every fact that a subprocessor can have."""
    rows = {row["key"]: row for row in content["subprocessors"]}
    rows["twilio"] |= {
        "brand_name": "Twilio",
        "country": "US",
        "address": "101 Spear Street\nSan Francisco",
        "data_categories": ["calls", "contact"],
        "data_subjects": ["end-customers"],
        "website": "https://twilio.example/",
        "privacy_page": "https://twilio.example/privacy",
        "subprocessor_list": "https://twilio.example/subprocessors",
        "dpa_page": "https://twilio.example/dpa",
        "dpa_valid_until": "2027-05-01",
        "parent": "intuit",
        "transfer_mechanisms": [
            {
                "key": "twilio-scc",
                "regime": "eu",
                "mechanism": "scc",
                "scc_module": "3",
                "reference": "No. 7",
                "verified_on": "2024-01-02",
                "expires_on": "2026-03-04",
            }
        ],
        "locations": [
            {
                "key": "twilio-de",
                "territory": "DE",
                "place": None,
                "region": "eu",
                "use": "support",
                "safeguard_sets": ["facility-measures"],
            }
        ],
    }
    rows["intuit"]["parent"] = "openai"


def details(row):
    return {
        found.one("dt").text: [value.text for value in found.all("dd")]
        for dl in row.all("dl", class_="details")
        for found in dl.all("div")
        if found.all("dt")
    }


def test_every_stated_fact_of_a_subprocessor_is_on_the_page(with_release):
    site = with_release(full)

    row = read(page.policy(site, site.newest, "en")).one("tr", data_subprocessor="twilio")

    assert row.one(data_brand_name=None).text == "Twilio"
    assert details(row) == {
        "Location": ["Germany"],
        "Customers": ["EU customers"],
        "Use": ["support"],
        "Safeguards": ["redundant power supply, uninterruptible power supply (UPS) and backup generators"],
        "Since": ["13 December 2024"],
        "Country of establishment": ["United States"],
        "Registered address": ["101 Spear Street San Francisco"],
        "Engaged by": ["OpenAI › Intuit"],
        "Categories of personal data": ["voice calls and recordings and contact data"],
        "Categories of data subjects": ["customers of the customer"],
        "Transfer mechanisms": [
            "EU (GDPR) · standard contractual clauses (Art. 46(2)(c)) · module three: processor to processor · No. 7 · "
            "verified on: 2 January 2024 · valid until: 4 March 2026"
        ],
        "Data processing agreement": ["Read the agreement", "valid until: 1 May 2027"],
        "More from this subprocessor": ["Website", "Privacy page", "Its own subprocessors"],
    }
    elsewhere = [a for a in row.all("a") if a["href"].startswith("http")]
    assert {a["rel"] for a in elsewhere} == {"noopener noreferrer"}
    place = row.one("li", data_location="twilio-de")
    assert (place["data-use"], place.one(data_country="DE").text) == ("support", "Germany")
    assert place.one(data_region="eu").one("a")["href"] == "/en/regions/eu/"


def test_facts_that_are_not_stated_take_no_space(site):
    row = read(page.policy(site, site.current, "en")).one("tr", data_subprocessor="twilio")

    assert row.all("dl") == []


def test_an_infrastructure_subprocessor_without_a_location_is_listed_all_the_same(with_release):
    def change(content):
        next(row for row in content["subprocessors"] if row["key"] == "aws")["locations"] = []

    site = with_release(change)

    party = read(page.policy(site, site.newest, "en")).one("tbody", data_subprocessor="aws")

    assert [cell.text for cell in party.all("td")] == ["not stated", "28 October 2019"]


def test_engagement_in_a_circle_ends(with_release):
    def change(content):
        rows = {row["key"]: row for row in content["subprocessors"]}
        rows["twilio"]["parent"], rows["intuit"]["parent"] = "intuit", "twilio"

    site = with_release(change)

    row = read(page.policy(site, site.newest, "en")).one("tr", data_subprocessor="twilio")

    assert details(row) == {"Engaged by": ["Intuit"]}


def test_a_region_that_the_release_in_force_no_longer_lists_has_no_link(site, with_release):
    def change(content):
        content["regions"] = [row for row in content["regions"] if row["key"] != "apac"]
        for row in content["subprocessors"]:
            row["locations"] = [place for place in row["locations"] if place["region"] != "apac"]

    site = with_release(change, in_force_new_on="2025-01-01", in_force_existing_on="2025-01-01")

    rows = read(page.policy(site, site.entries[0], "en"))

    assert rows.one("tr", data_location="aws-apac-singapore").one(data_region="apac").all("a") == []
    assert rows.one("tr", data_location="aws-eu-ireland").one(data_region="eu").one("a").text == "EU customers"
