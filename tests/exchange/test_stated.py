import copy

from django.utils.translation import override

from registry.exchange.naming import Names
from registry.exchange.stated import of_location, of_subprocessor


def party(site, key):
    return copy.deepcopy(next(row for row in site.current.content["subprocessors"] if row["key"] == key))


def test_of_a_subprocessor_all_is_told_that_is_stated_and_nothing_else(site):
    names = Names("en", site.current.content)
    twilio = party(site, "twilio") | {
        "purpose": {"text": {"en": "Places *calls*."}, "state": {"en": "source"}},
        "country": "US",
        "parent": "aws",
        "data_subjects": ["visitors"],
        "dpa_valid_until": "2027-01-31",
        "transfer_mechanisms": [
            {
                "key": "twilio-scc",
                "regime": "eu",
                "mechanism": "scc",
                "scc_module": "3",
                "reference": "2021/914",
                "verified_on": "2026-02-01",
                "expires_on": None,
            }
        ],
    }
    ireland = next(row for row in party(site, "aws")["locations"] if row["key"] == "aws-eu-ireland")
    twilio["locations"] = [ireland | {"safeguard_sets": ["facility-measures"]}]

    assert of_subprocessor(twilio, names) == (
        ("What it does", ("Places calls.",)),
        ("Kind", ("service",)),
        ("Country of establishment", ("United States",)),
        ("Engaged by", ("Amazon Web Services, LLC",)),
        ("Categories of data subjects", ("visitors of websites",)),
        ("Our DPA with it is valid until", ("31 January 2027",)),
        (
            "Processing locations",
            (
                "Ireland (EU customers) · hosting · redundant power supply, uninterruptible power supply (UPS) and "
                "backup generators",
            ),
        ),
        (
            "Transfer mechanisms",
            (
                "EU (GDPR), standard contractual clauses (Art. 46(2)(c)) · module three: processor to processor · "
                "2021/914 · Verified on: 1 February 2026",
            ),
        ),
    )


def test_what_a_subprocessor_does_names_its_language_where_that_is_not_the_readers(site):
    names = Names("hu", site.current.content)
    openai = party(site, "openai")
    english = openai | {"purpose": {"text": {"en": "Writes."}, "state": {"en": "source", "hu": "missing"}}}

    with override("hu"):
        assert of_subprocessor(english, names)[0] == ("Feladata (angol)", ("Writes.",))
        assert of_subprocessor(openai, names)[0][0] == "Feladata"


def test_of_a_place_its_use_and_each_set_of_safeguards(site):
    names = Names("en", site.current.content)
    germany = next(row for row in party(site, "aws")["locations"] if row["key"] == "aws-eu-germany")

    assert of_location(germany, names) == (
        ("Use", ("hosting",)),
        (
            "Safeguards",
            (
                "Compliant with one or more of: Tier III+, Tier IV, PCI DSS, SOC 1, SOC 2 or ISO 27001",
                "redundant power supply, uninterruptible power supply (UPS) and backup generators",
            ),
        ),
    )
    assert of_location(germany | {"safeguard_sets": []}, names) == (("Use", ("hosting",)),)
