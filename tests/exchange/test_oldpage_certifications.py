import pytest

from registry.exchange.oldpage_certifications import claims, key, unread, usual
from registry.exchange.oldpage_spellings import Spellings, spellings

NONE = Spellings()
REGISTERED = ["Tier III+", "Tier IV", "PCI DSS", "SSAE-16", "SOC 1", "SOC 2", "ISO 27001"]
FIVE = ["Tier III+", "Tier IV", "PCI DSS", "SSAE-16", "ISO 27001"]


def names(text, language="en", registered=()):
    return [claim.name for claim in claims(text, language, NONE, registered)]


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("da", "Tier III+ eller IV eller PCI DSS, SSAE-16 eller ISO 27001-kompatible", FIVE),
        ("et", "Tier III+ või IV või PCI DSS, SSAE-16 või ISO 27001-ga", FIVE),
        ("pt-br", "Tier III + ou IV ou PCI DSS, SSAE-16, ou ISO 27001.", FIVE),
        ("lv", "III+ vai IV līmeņa vai PCI DSS, SSAE-16 vai ISO 27001", FIVE[2:]),
        (
            "hu",
            "Tier III+ vagy IV vagy PCI DSS, SOC 1, SOC 2, vagy ISO 27001",
            [*FIVE[:3], "SOC 1", "SOC 2", "ISO 27001"],
        ),
    ],
)
def test_the_registrys_certifications_are_counted_in_any_language(language, text, found):
    assert names(text, language, REGISTERED) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ISO/IEC 27001:2013", [("ISO 27001", "2013")]),
        ("ISO 27001, 27017 and 27018:2019", [("ISO 27001", ""), ("ISO 27017", ""), ("ISO 27018", "2019")]),
        ("SOC 2 Type II", [("SOC 2", "type II")]),
        ("SOC 1/2 and 3", [("SOC 1", ""), ("SOC 2", ""), ("SOC 3", "")]),
        ("PCI-DSS v4.0", [("PCI DSS", "4.0")]),
        ("SSAE No. 18 and ISAE 3402", [("SSAE 18", ""), ("ISAE 3402", "")]),
        ("Tier 3 or 4", [("Tier III", ""), ("Tier IV", "")]),
        ("CSA STAR, HIPAA, Cyber Essentials Plus", [("CSA STAR", ""), ("HIPAA", ""), ("Cyber Essentials Plus", "")]),
        ("BSI C5:2020", [("BSI C5", "2020")]),
        ("SOC 24, ISO 27, Tiers, SOCKS", []),
    ],
)
def test_families_of_certifications_are_known_without_a_registry(text, found):
    assert [(claim.name, claim.detail) for claim in claims(text, "en", NONE, ())] == found


def test_what_only_looks_like_one_is_told():
    text = "III+ or TISAX, BS 10012, C5:2020, EN 50600, AES-256"

    assert unread(text, claims(text, "en", NONE, ())) == ["III+", "BS 10012", "AES-256"]


def test_the_user_adds_certifications_and_spellings():
    told = '[certifications]\n"Tier IV" = {lv = ["IV līmeņa"]}\n"BS 10012" = []\n'
    spelled = spellings("s.toml", told.encode())

    found = claims("IV līmeņa un BS-10012", "lv", spelled, ["Tier IV"])

    assert [claim.name for claim in found] == ["Tier IV"]


def test_names_that_pages_write_differently_are_one():
    assert key("ISO/IEC 27001:2022") == key("ISO 27001") == "iso27001"
    assert key("SSAE-16") == key("ssae 16") == "ssae16"
    assert [usual(name) for name in ("ISO/IEC 27001:2022", "SSAE-16", "Own")] == ["ISO 27001", "SSAE-16", "Own"]
    assert key("Tier III") != key("Tier III+")
