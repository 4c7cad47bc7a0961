import os
from dataclasses import replace
from pathlib import Path

import pytest

from registry.actions.comparing_pages import compare, known
from registry.actions.registered import Registry, registry
from registry.exchange.oldpage_reading import page_of
from registry.exchange.oldpage_report import Disagreement, sentence
from registry.exchange.oldpage_spellings import Spellings, spellings

NONE = Spellings()
FIVE = "5: ISO 27001, PCI DSS, SSAE-16, Tier III+, Tier IV"
# What somebody adds who has read the first report on the five references.
ADDED = """
[entities]
"MailChimp" = []
[countries]
GB = { et = ["Suurbritannia"] }
SG = { pt-br = ["Cingapura"] }
[countries.US]
da = ["Nord-Californien"]
et = ["Põhja-California", "Ühendriikide"]
hu = ["Észak-Kalifornia"]
lv = ["Kalifornija"]
pt-br = ["Norte da Califórnia"]
[certifications]
"Tier III+" = { lv = ["III+ vai IV līmeņa"] }
[ignore]
words = ["VoIP"]
"""


def page(language, text):
    return page_of(f"{language}.txt", text.encode(), language)


def found(report, *kinds):
    return [sentence(report, one) for one in report.disagreements if not kinds or one.kind in kinds]


@pytest.fixture
def references():
    folder = os.environ.get("REFERENCE_DIR")
    if not folder:
        pytest.skip("REFERENCE_DIR is unset: the published policies are not here.")
    return [page_of(path.name, path.read_bytes()) for path in sorted(Path(folder).glob("*.txt"))]


def test_pages_that_say_the_same_as_the_registry_agree(db):
    facts = replace(registry(), in_force_on=None)
    text = (
        "Amazon Web Services, LLC – {}: Tier III+, Tier IV, PCI DSS, SOC 1, SOC 2, ISO 27001\n"
        + "".join(f"Amazon Web Services, LLC – {{}}: {FIVE[3:]}\n" for _place in range(3))
        + "Quality Unit, s.r.o.\nQuality Unit Ukraine\nTwilio, Inc.\nIntuit\nOpenAI"
    )

    report = compare(
        [
            page("da", text.format("Tyskland", "Irland", "USA", "Singapore")),
            page("hu", text.format("Németország", "Írország", "USA", "Szingapúr")),
        ],
        facts,
        NONE,
    )

    assert found(report) == []


def test_the_registry_contradicts_pages_that_agree_with_each_other(db):
    report = compare([page("en", "Linode, LLC – Germany\nAmazon Web Services, LLC – France")], registry(), NONE)

    assert found(report, "company", "places") == [
        "Quality Unit, s.r.o.: — (en). Registry: listed",
        "Quality Unit Ukraine: — (en). Registry: listed",
        "Twilio, Inc.: — (en). Registry: listed",
        "Intuit: — (en). Registry: listed",
        "OpenAI: — (en). Registry: listed",
        "Linode, LLC: listed (en). Registry: not listed",
        "Amazon Web Services, LLC: France (en). Registry: Germany, Ireland, Singapore, United States",
    ]


def test_a_company_in_the_text_alone_is_no_contradiction_to_the_registry():
    facts = Registry(spellings={"Linode, LLC": ()}, listed={"Linode, LLC"})

    assert found(compare([page("en", "We are hosted by Linode in Ireland.")], facts, NONE)) == []


def test_without_a_registry_the_users_list_is_what_is_known():
    spelled = spellings("s.toml", b'[entities]\n"Linode, LLC" = ["Akamai"]\n')
    pages = [page("en", "Akamai (Germany)"), page("da", "Linode – Irland\n\nVi bruger Twilio, Inc. her.")]

    report = compare(pages, None, spelled)

    assert report.with_registry is False
    assert found(report) == [
        "Linode, LLC: Germany (en); Ireland (da)",
        "Germany: in a row (en); — (da)",
        "Ireland: — (en); in a row (da)",
    ]
    assert [page.found for page in report.unrecognised] == [(), (("company", "Twilio, Inc.", 1),)]


def test_two_pages_of_one_language_are_told_apart_by_their_files():
    pages = [page_of(name, b"13 May 2024", "en") for name in ("old.txt", "new.txt")]

    assert compare(pages, None, NONE).labels == ("en (old.txt)", "en (new.txt)")


def test_one_company_that_the_user_and_the_registry_write_differently_is_one():
    facts = Registry(spellings={"Acme, s.r.o.": ()})

    entities = known(facts, spellings("s.toml", b'[entities]\n"ACME s. r. o." = ["Acmecloud"]')).entities

    assert [(entity.name, entity.spellings) for entity in entities] == [("Acme, s.r.o.", ("Acmecloud",))]


def test_the_five_references_disagree_on_dates_hosts_places_and_a_legal_form(db, references):
    report = compare(references, registry(), NONE)

    assert report.labels == ("da", "et", "hu", "lv", "pt-br")
    assert found(report, "date", "other date", "company", "legal form", "places", "row without a place") == [
        "the page’s own date: 2024-12-13 (da, hu); 2023-10-02 (et, lv); 2019-10-28 (pt-br). Registry: 2024-12-13",
        "2026-03-13: named (da); — (et, hu, lv, pt-br). Registry: —",
        "Quality Unit, s.r.o.: listed (da, hu); in the text (et, lv, pt-br). Registry: listed",
        "Linode, LLC: — (da, hu); listed (et, lv, pt-br). Registry: not listed",
        "Websupport, s.r.o.: — (da, hu); listed (et, lv, pt-br). Registry: not listed",
        "Quality Unit, LLC: — (da, hu); listed (et, lv, pt-br). Registry: not listed",
        "Quality Unit, s.r.o. against Quality Unit, LLC: Quality Unit, s.r.o. (da, hu); "
        "Quality Unit, LLC (et, lv, pt-br). Registry: Quality Unit, s.r.o.",
        "Amazon Web Services, LLC: Germany, Ireland, Singapore; place not recognised (1) (da, hu); "
        "Singapore; place not recognised (1); no place (1) (et, lv); Ireland; place not recognised (2) (pt-br). "
        "Registry: Germany, Ireland, Singapore, United States",
        "Linode, LLC: — (da, hu); European Union, Singapore, United States; place not recognised (1) (et); "
        "European Union, Singapore, United Kingdom, United States (lv, pt-br). Registry: —",
        "Amazon Web Services, LLC: — (da, hu, pt-br); 1 row (et, lv). Registry: —",
    ]
    assert found(report, "country", "certification") == [
        "European Union: as customers (da, hu); in a row (et, lv, pt-br). Registry: —",
        "Germany: in a row (da, hu); — (et, lv, pt-br). Registry: a location",
        "Ireland: in a row (da, hu, pt-br); — (et, lv). Registry: a location",
        "Slovakia: — (da, hu, lv, pt-br); in the text (et). Registry: —",
        "United Kingdom: — (da, et, hu); in a row (lv, pt-br). Registry: —",
        "United States: as customers (da, hu); in a row (et, lv, pt-br). Registry: a location",
        "SOC 1: named (da, hu); — (et, lv, pt-br). Registry: claimed",
        "SOC 2: named (da, hu); — (et, lv, pt-br). Registry: claimed",
    ]


def test_what_the_references_say_and_nobody_recognises_is_listed(db, references):
    report = compare(references, registry(), NONE)

    told = {
        page.label: {text for kind, text, _times in page.found if kind.startswith(("row whose", "nearly", "date"))}
        for page in report.unrecognised
    }
    assert told == {
        "da": {"14.Feb", "Amazon Web Services, LLC: Nord-Californien"},
        "et": {"Linode, LLC: Suurbritannia asukoht", "Amazon Web Services, LLC: Põhja-California"},
        "hu": {"13.Mar 2026", "Amazon Web Services, LLC: Észak-Kalifornia"},
        "lv": {"Twillio (nearly Twilio)", "Amazon Web Services, LLC: Kalifornija"},
        "pt-br": {
            *("Twillio (nearly Twilio)", "Amazon Web Services, LLC: Norte da Califórnia Os servidores"),
            "Amazon Web Services, LLC: Cingapura Os servidores do",
        },
    }
    assert ("certification", "III+", 6) in report.unrecognised[3].found


def test_with_the_users_spellings_only_the_true_disagreements_stay(db, references):
    report = compare(references, registry(), spellings("added.toml", ADDED.encode()))

    assert found(report, "places", "row without a place") == [
        "Amazon Web Services, LLC: Germany, Ireland, Singapore, United States (da, hu); "
        "Singapore, United States; no place (1) (et, lv); Ireland, Singapore, United States (pt-br). "
        "Registry: Germany, Ireland, Singapore, United States",
        "Amazon Web Services, LLC: — (da, hu, pt-br); 1 row (et, lv). Registry: —",
    ]
    assert (
        Disagreement(
            "company", "MailChimp", ("in the text", "in the text", "in the text", "in the text", ""), "unknown"
        )
        in report.disagreements
    )
    assert found(report, "certifications of a row")[0] == (
        "Amazon Web Services, LLC, no country recognised: — (da, hu, pt-br); "
        f"{FIVE} (et); 4: ISO 27001, PCI DSS, SSAE-16, Tier III+ (lv). Registry: —"
    )
