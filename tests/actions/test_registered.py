from datetime import date

from registry.actions.registered import Location, registry
from registry.models import Safeguard, ServiceProfile, Subprocessor

FIVE = frozenset({"Tier III+", "Tier IV", "PCI DSS", "SSAE-16", "ISO 27001"})


def test_the_registry_tells_its_draft_free_of_language(db):
    found = registry()

    assert found.provider == "Quality Unit, s.r.o."
    assert found.service == "LiveAgent"
    assert found.listed == {
        *("Amazon Web Services, LLC", "Quality Unit, s.r.o.", "Quality Unit Ukraine", "Twilio, Inc.", "Intuit"),
        "OpenAI",
    }
    assert found.spellings.keys() - found.listed == {"Linode, LLC", "Websupport, s.r.o.", "Quality Unit, LLC"}
    assert found.locations == {
        "Amazon Web Services, LLC": [
            Location("DE", FIVE - {"SSAE-16"} | {"SOC 1", "SOC 2"}),
            Location("IE", FIVE),
            Location("US", FIVE),
            Location("SG", FIVE),
        ]
    }
    assert found.claimed == FIVE | {"SOC 1", "SOC 2"}
    assert found.in_force_on == date(2024, 12, 13)


def test_brands_are_spellings_and_editions_one_certification(db):
    Subprocessor.objects.filter(key="intuit").update(brand_name="Mailchimp")
    Safeguard.objects.filter(key="iso-27001").update(name="ISO/IEC 27001:2022")

    found = registry()

    assert found.spellings["Intuit"] == ("Mailchimp",)
    assert "ISO 27001" in found.claimed


def test_an_empty_registry_is_none_and_a_profile_alone_is_one(empty_registry):
    assert registry() is None

    ServiceProfile(provider="Acme Ltd", service="Acme", service_address="x", contact="a@example.com").save()

    assert registry().spellings == {"Acme Ltd": ("Acme Ltd",)}
