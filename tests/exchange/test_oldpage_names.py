from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.exchange.oldpage_names import Entity, Names, bare

COMPANIES = [
    Entity("Linode, LLC"),
    Entity("Quality Unit, LLC"),
    Entity("Quality Unit, s.r.o."),
    Entity("Quality Unit Ukraine"),
    Entity("Twilio, Inc."),
    Entity("OpenAI"),
    Entity("Acme GmbH & Co. KG", ("Acme Cloud",)),
]


def found(text, language="en"):
    return [(span.written, span.entities) for span in Names(COMPANIES, language).find(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Quality Unit, s. r. o.", "Quality Unit, s.r.o."),
        ("QUALITY UNIT s.r.o", "Quality Unit, s.r.o."),
        ("Quality Unit LLC", "Quality Unit, LLC"),
        ("Quality Unit, L.L.C.", "Quality Unit, LLC"),
        ("Linode", "Linode, LLC"),
        ("Acme GmbH & Co KG", "Acme GmbH & Co. KG"),
        ("Acme Cloud", "Acme GmbH & Co. KG"),
        ("Acme", "Acme GmbH & Co. KG"),
    ],
)
def test_a_company_is_known_however_its_legal_form_is_written(text, name):
    assert [entities for _written, entities in found(text)] == [(name,)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ServeridLinode, LLC (EL)", ["Linode, LLC"]),
        ("ServiceTwilio, Inc.LiveAgent bruger", ["Twilio, Inc."]),
        ("SzolgáltatásOpenAIA Quality", ["OpenAI"]),
        ("ServiceQuality Unit, s.r.o.Quality Unit, s.r.o. er", ["Quality Unit, s.r.o."] * 2),
    ],
)
def test_names_are_found_where_cells_ran_together(text, names):
    assert [name for _written, entities in found(text, "da") for name in entities] == names


def test_a_name_that_several_companies_bear_is_open():
    assert found("Quality Unit uses OpenAI") == [
        ("Quality Unit", ("Quality Unit, LLC", "Quality Unit, s.r.o.")),
        ("OpenAI", ("OpenAI",)),
    ]


@pytest.mark.parametrize(
    ("text", "company"),
    [
        ("hosted by Twilio GmbH in Berlin", "Twilio GmbH"),
        ("hosted by Linode EMEA Ltd.", "Linode EMEA Ltd."),
        ("by Hetzner Online GmbH", "Hetzner Online GmbH"),
        ("by Johnson & Johnson, Inc.", "Johnson & Johnson, Inc."),
        ("SIA Tet, by Tet SIA", "Tet SIA"),
        ("Infoteam ApS", "Infoteam ApS"),
        ("společnost Seznam a.s. v Praze", "Seznam a.s."),
    ],
)
def test_a_company_that_nobody_knows_is_told_with_its_legal_form(text, company):
    assert found(text) == [(company, ())]


def test_words_that_only_hold_a_name_are_no_company():
    assert found("openai, OpenAir, Linodes, utwilio, Tom as a boy and Ann a s kým, the sa of it, LLC alone") == []


def test_a_case_ending_counts_where_a_language_has_cases():
    assert found("Quality Unit Ukrainet, Linodei", "et")[0] == ("Quality Unit Ukraine", ("Quality Unit Ukraine",))
    assert [entities for _written, entities in found("Linodei", "et")] == [("Linode, LLC",)]
    assert found("Linodei", "en") == []


def test_a_country_in_a_name_may_stand_in_the_pages_language():
    assert found("Quality Unit Ukraina", "lv") == [("Quality Unit Ukraina", ("Quality Unit Ukraine",))]
    assert found("Quality Unit Ukraina", "en") == [("Quality Unit", ("Quality Unit, LLC", "Quality Unit, s.r.o."))]


def test_near_misses_and_brands_are_told_but_for_words_to_ignore():
    names = Names(COMPANIES, "lv", ["VoIP"])

    assert names.like("Twillio kā VoIP, MailChimp, Twilio un OpenAI") == [
        ("nearly a known name", "Twillio (nearly Twilio)"),
        ("capital inside a word", "MailChimp"),
    ]
    assert names.like("ĪrijāLiveAgent") == []


def test_the_bare_name_is_without_legal_form():
    assert [bare(name) for name in ("Linode, LLC", "Quality Unit, s. r. o.", "OpenAI", "LLC")] == [
        *("Linode", "Quality Unit", "OpenAI", "LLC"),
    ]


@given(
    st.text()
    | st.lists(st.sampled_from(["Linode", ", ", "LLC", "Quality Unit ", "s.r.o.", " ", "A", "é"])).map("".join)
)
def test_spans_never_overlap_whatever_the_text(text):
    spans = Names(COMPANIES, "et").find(text)

    assert all(before.end <= after.start for before, after in pairwise(spans))
