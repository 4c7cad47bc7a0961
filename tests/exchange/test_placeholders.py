import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.exchange.placeholders import Facts, fill, names, territories, unknown

SERVICE = {
    "provider": "Example s.r.o.",
    "provider_address": "",
    "provider_country": "SK",
    "service": "Service",
    "service_address": "*.example.com",
    "contact": "trust@example.com",
    "notice_days": 30,
    "retention_days": 365,
    "limitation_years": 0,
    "declined_days": None,
}


@pytest.mark.parametrize(
    ("text", "english", "hungarian"),
    [
        ("{provider}: {service_address}", "Example s.r.o.: *.example.com", "Example s.r.o.: *.example.com"),
        ("{territory:US}", "United States", "Egyesült Államok"),
        ("{territories:DE,IE,150}", "Germany, Ireland and Europe", "Németország, Írország és Európa"),
        ("{provider_country}", "Slovakia", "Szlovákia"),
        ("{notice_days}", "30", "30"),
        ("{limitation_years}", "0", "0"),
        ("{dpa}", "/en/dpa/", "/hu/dpa/"),
        ("{{service}} {", "{service} {", "{service} {"),
        ("{provider_address} {unknown} {territory:XX}", *["{provider_address} {unknown} {territory:XX}"] * 2),
    ],
)
def test_placeholders_stand_for_facts_in_the_language(text, english, hungarian):
    assert fill(text, Facts(SERVICE, "en")) == english
    assert fill(text, Facts(SERVICE, "hu")) == hungarian


def test_links_may_lead_to_pages_in_another_language():
    assert fill("{dpa} {territory:US}", Facts(SERVICE, "en", pages="hu")) == "/hu/dpa/ United States"


def test_what_has_no_fact_is_named_as_written():
    text = "{service} {provider_address} {nothing} {territory:QQ} {territory:us} { } {{x}}"

    assert unknown(text, Facts(SERVICE, "en")) == [
        "{provider_address}",
        "{nothing}",
        "{territory:QQ}",
        "{territory:us}",
        "{ }",
    ]


def test_placeholders_and_territories_of_a_text_are_known():
    text = "{territories:US,150} {service} {service} {territory:IE} {{no}}"

    assert names(text) == ["service", "service", "territories:US,150", "territory:IE"]
    assert territories(text) == ["US", "150", "IE"]


@given(st.text())
def test_any_text_is_filled(text):
    assert isinstance(fill(text, Facts(SERVICE, "lv")), str)
