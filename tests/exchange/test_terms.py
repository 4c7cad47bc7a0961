import pytest

from registry.exchange.terms import NAMES, Customer, Stated, unfilled

from .. import terms as made

ENGLISH = {
    "customer": "Kunde ApS",
    "customer_address": "Gade 1, 1000 København",
    "customer_country": "Denmark",
    "signatory": "Ane Ny",
    "signatory_role": "Direktør",
    "account": "kunde.example.com",
    "agreement": "AGR-7KQ2-9XWM",
    "version": "1",
    "issued_on": "3 December 2026",
    "supersedes": "none",
    "region": "all hosting regions",
    "release": "3",
    "release_in_force_on": "1 December 2026",
    "governing_law": "Slovakia",
    "authority": "Úrad na ochranu osobných údajov",
    "authority_country": "Slovakia",
    "provider": "Provider, a. s.",
    "provider_address": "Street 1, City",
    "service": "Service",
    "service_address": "*.example.com",
    "contact": "dpa@example.com",
    "security_contact": "security@example.com",
    "provider_country": "Slovakia",
    "notice_days": "45",
}


def test_each_placeholder_stands_for_a_fact():
    stated = Stated(made.terms(), "en")

    assert {name: stated[name] for name in NAMES} == ENGLISH


def test_days_and_countries_are_told_in_the_language():
    stated = Stated(made.terms(region="eu"), "hu")

    names = ("issued_on", "release_in_force_on", "customer_country", "governing_law", "region", "territory:DE")
    assert {name: stated[name] for name in names} == {
        "issued_on": "2026. december 3.",
        "release_in_force_on": "2026. december 1.",
        "customer_country": "Dánia",
        "governing_law": "Szlovákia",
        "region": "EU",
        "territory:DE": "Németország",
    }


def test_what_staff_chose_for_one_agreement_stands_before_the_template():
    terms = made.terms(governing_law="DE", supersedes="AGR-1", region="gone")

    told = Stated(terms, "en")

    assert (told["governing_law"], told["supersedes"], told["region"]) == ("Germany", "AGR-1", "gone")


def test_a_customer_without_an_account_has_it_not_stated():
    terms = made.terms(customer=Customer("A", "B", "DK", "", "C", "D"))

    assert Stated(terms, "en")["account"] == "not stated"


@pytest.mark.parametrize("name", ["dpa", "retention_days", "customer_email", "", "territory:XX", "release_digest"])
def test_an_unknown_placeholder_has_no_fact(name):
    with pytest.raises(KeyError):
        Stated(made.terms(), "en")[name]


def test_what_has_no_fact_is_named_once_from_all_languages_of_the_agreement():
    texts = {
        "title": {"en": "A {authority}", "hu": "A {hely}"},
        "body": {"en": "{service_address} {place} {", "hu": "{authority} {service_address}"},
    }
    service = made.release()["service"] | {"service_address": ""}
    told = {
        "template": made.version(made.template(texts, authority="")),
        "release": made.release(service=service),
        "language": "hu",
    }

    alone = unfilled(made.terms(**told, source_prevails=False))
    both = unfilled(made.terms(**told))

    assert alone == ["{hely}", "{authority}", "{service_address}"]
    assert both == ["{hely}", "{authority}", "{service_address}", "{place}", "{"]
    assert unfilled(made.terms()) == []


def test_a_binding_source_follows_an_agreement_in_another_language_alone():
    assert made.terms(language="hu").languages == ("hu", "en")
    assert made.terms(language="hu", source_prevails=False).languages == ("hu",)
    assert made.terms(language="en").languages == ("en",)
