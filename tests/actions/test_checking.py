import pytest

from registry.actions import checking, publishing
from registry.models import (
    Language,
    PolicySection,
    ProcessingLocation,
    Region,
    Safeguard,
    SafeguardSet,
    ServiceProfile,
    Subprocessor,
    TransferMechanism,
)

ALL = {"en": "One.", "da": "En.", "hu": "Egy.", "lv": "Viens.", "et": "Üks.", "pt-br": "Um."}


def problems(summary=None):
    return checking.check(publishing.draft(), summary)


def messages(summary=None):
    return [problem.message for problem in problems(summary)]


def test_the_sample_has_no_problem(db):
    assert problems(ALL) == []


def test_a_summary_in_a_language_that_is_not_public_is_refused(db):
    assert messages({**ALL, "de": "Eins.", "xx": "?"}) == [
        "Summary of the release: this language is not public. Language: German.",
        "Summary of the release: this language is not public. Language: “xx”.",
    ]


def test_a_summary_needs_its_source_and_the_translations_of_languages_that_block(db):
    assert messages({"da": "En."}) == ["Summary of the release: the source text is missing."]
    assert messages({**ALL, "hu": " "}) == ["Summary of the release: the translation is missing. Language: Hungarian."]


def test_a_summary_is_checked_for_placeholders_as_any_passage(db):
    assert messages({**ALL, "en": "One {nobody}."}) == [
        "Summary of the release: its placeholders are not those of the source. Language: Danish.",
        "Summary of the release: there is no fact for {nobody}. Language: English.",
        *[
            f"Summary of the release: its placeholders are not those of the source. Language: {language}."
            for language in ("Estonian", "Hungarian", "Latvian", "Portuguese (Brazil)")
        ],
    ]


def test_the_source_language_must_be_public_and_the_policy_must_have_a_section(db):
    Language.objects.filter(code="en").update(public=False)
    PolicySection.objects.update(listed=False)

    assert messages()[:2] == [
        "The source language is not public. Make it public first.",
        "The policy has no section yet. Add one first.",
    ]


def test_the_source_language_stays_that_of_the_first_release(db):
    ServiceProfile.objects.update(source_language="da")

    assert messages() == ["The source language cannot change once a release exists."]


def test_a_row_that_names_one_which_is_not_listed_is_named(db):
    twilio = Subprocessor.objects.get(key="twilio")
    twilio.parent = Subprocessor.objects.get(key="linode")
    twilio.save()
    Region.objects.filter(key="apac").update(listed=False)
    SafeguardSet.objects.filter(key="facility-2024-de").update(listed=False)
    Safeguard.objects.filter(key="ups").update(listed=False)

    found = problems()

    assert [(str(p.noun), p.field, p.message) for p in found] == [
        ("twilio", "parent", "twilio names linode, which is not listed."),
        (
            "aws-eu-germany",
            "safeguard_sets",
            "aws-eu-germany names facility-2024-de, which is not listed.",
        ),
        ("aws-apac-singapore", "region", "aws-apac-singapore names apac, which is not listed."),
        ("facility-measures", "safeguards", "facility-measures names ups, which is not listed."),
    ]


@pytest.mark.parametrize(
    ("model", "key", "field", "name"),
    [
        (PolicySection, "definition", "heading", "Policy section definition, heading"),
        (Region, "eu", "name", "Region eu, name"),
        (Safeguard, "ups", "text", "Safeguard ups, text"),
    ],
)
def test_a_passage_that_every_page_needs_must_have_its_source_text(db, model, key, field, name):
    model.objects.filter(key=key).update(**{f"{field}_en": ""})

    found = problems()

    assert [(p.message, p.field, p.language) for p in found] == [(f"{name}: the source text is missing.", field, "en")]


def test_a_certification_has_a_name_and_needs_no_text(db):
    assert Safeguard.objects.filter(kind="certification", text_en=None).exists()
    assert problems() == []


def test_a_country_without_a_name_in_a_public_language_is_refused(db, monkeypatch):
    nameless = {("SG", "lv")}
    known = checking.territory
    monkeypatch.setattr(
        checking, "territory", lambda code, lang: None if (code, lang) in nameless else known(code, lang)
    )

    found = problems()

    assert [(p.message, p.noun) for p in found] == [
        ("SG has no name in the language Latvian.", ProcessingLocation.objects.get(key="aws-apac-singapore"))
    ]


def test_a_value_that_no_form_would_take_is_refused_before_it_is_frozen(db):
    TransferMechanism.objects.create(
        key="by-script", subprocessor=Subprocessor.objects.get(key="twilio"), regime="EU", mechanism="scc"
    )
    Subprocessor.objects.filter(key="intuit").update(data_categories=["shoe-size"])

    found = {problem.noun.key: (problem.field, problem.message) for problem in problems(ALL)}

    assert found["by-script"] == (
        "regime",
        "Transfer mechanism by-script, regime: Value 'EU' is not a valid choice.",
    )
    assert found["intuit"][0] == "data_categories"
    assert set(found) == {"by-script", "intuit"}
