import re

import pytest

from registry.exchange.agreement_text import annexes, text
from registry.models import DataCategory, DataSubject

from .. import terms as made
from .test_agreement_text import headings, told


def test_annex_ib_names_codes_by_their_labels():
    html = text(made.terms())

    assert told(html, "I.B: Description of the processing</h2>", "</section>") == [
        "Categories of data subjects",
        str(DataSubject.END_CUSTOMERS.label),
        str(DataSubject.VISITORS.label),
        "Categories of personal data",
        str(DataCategory.CONTACT.label),
        str(DataCategory.FILES.label),
        "Nature and purposes of the processing",
        "To run Service.",
        "Duration of the processing and retention",
        "While the agreement runs.",
    ]


def test_annex_iii_states_of_each_subprocessor_what_the_release_does():
    html = text(made.terms())

    assert told(html, "Annex III: Subprocessors</h2>", "</section>") == [
        *("Release", "3", "In force for new customers on", "1 December 2026"),
        *("SHA-256 of the release", "d7432e3a1184f2cfea239cc936b5fd8e2ce28658becb9b13d9caaa791aa4f8c1"),
        *("Hosting region", "all hosting regions"),
        *("Host GmbH", "Registered address", "Weg 2", "Berlin", "Country of establishment", "Germany"),
        *("What it does", "Hosts.", "Processing locations", "Germany, Frankfurt (EU customers)"),
        *("Categories of personal data", "contact data", "files and attachments"),
        *("Categories of data subjects", "customers of the customer", "visitors of websites"),
        *("Engaged by", "Parent SE", "Transfer mechanisms"),
        "EU (GDPR), standard contractual clauses (Art. 46(2)(c)) · module three: processor to processor · 2021/914 · "
        "Verified on: 1 February 2026 · Expires on: 1 February 2028",
        *("Parent SE", "Registered address", "not stated", "Country of establishment", "not stated"),
        *("What it does", "not stated", "Processing locations", "not stated", "Transfer mechanisms", "not stated"),
    ]


def test_a_region_leaves_out_who_is_only_elsewhere():
    release = made.release()
    host = release["subprocessors"][0]
    place = host["locations"][0]
    host["locations"] = [place, {**place, "key": "us", "region": "us", "territory": "US", "place": None}]
    other = {**host, "key": "other", "legal_name": "Other Inc.", "locations": [{**place, "key": "o", "region": "us"}]}
    unstated = {**host, "key": "some", "legal_name": "Some SA", "locations": [{**place, "key": "s", "region": None}]}
    release["subprocessors"] += [other, unstated]

    html = text(made.terms(release=release, region="eu"))

    named = [name for level, name in headings(html.partition("Annex III")[2]) if level == "3"]
    assert named == ["Host GmbH", "Parent SE", "Some SA"]
    assert "United States" not in html
    assert told(html, "Hosting region", "<h3>")[0] == "EU"


def test_an_annex_without_any_fact_is_left_out():
    bare = made.template(
        {"title": {"en": "A"}, "body": {"en": "B"}},
        data_subjects=[],
        data_categories=[],
        authority="",
        authority_country="",
    )
    release = made.release(subprocessors=[], safeguards=[])
    terms = made.terms(template=made.version(bare, languages=[]), release=release)

    assert annexes(terms) == ["I.A"]
    assert re.findall(r"Annex ([IV.A-C]+):", text(terms)) == ["I.A"]
    assert annexes(made.terms()) == ["I.A", "I.B", "I.C", "II", "III"]


@pytest.mark.parametrize(
    ("facts", "kept"), [({"authority": "A"}, "I.C"), ({"authority_country": "SK"}, "I.C"), ({"data_subjects": []}, "")]
)
def test_one_fact_keeps_an_annex(facts, kept):
    none = {"data_subjects": [], "data_categories": [], "authority": "", "authority_country": ""}
    bare = made.template({"title": {"en": "A"}, "body": {"en": "B"}}, **(none | facts))

    terms = made.terms(template=made.version(bare, languages=[]), release=made.release(subprocessors=[], safeguards=[]))

    assert annexes(terms) == ["I.A", *([kept] if kept else [])]
