import pytest
from django.utils.translation import override

from registry.exchange.passages import Reader
from registry.exchange.safeguards import sets
from tests.reading import read


def content(match, *safeguards):
    rows = [
        {"key": f"s{i}", "kind": "certification", "name": name, "text": None, "claim": claim, "valid_until": until}
        for i, (name, claim, until) in enumerate(safeguards)
    ]
    return {
        "source_language": "en",
        "service": {},
        "safeguards": rows,
        "safeguard_sets": [{"key": "set", "match": match, "safeguards": [row["key"] for row in rows]}],
    }


def told(match, *safeguards, language="en"):
    with override(language):
        (found,) = sets(Reader(content(match, *safeguards), language), ["set"], "Example")
    return read(found.sentence).text


@pytest.mark.parametrize(
    ("match", "claim", "sentence"),
    [
        ("any", "compliant", "Compliant with one or more of: A, B or C"),
        ("any", "certified", "Certified to one or more of: A, B or C"),
        ("any", None, "One or more of: A, B or C"),
        ("all", "compliant", "Compliant with: A, B and C"),
        ("all", "certified", "Certified to: A, B and C"),
        ("all", None, "A, B and C"),
    ],
)
def test_a_set_is_told_with_what_it_claims(match, claim, sentence):
    assert told(match, *((name, claim, None) for name in "ABC")) == sentence


def test_different_claims_are_told_one_by_one():
    assert told("any", ("A", "certified", None), ("B", "compliant", None), ("C", None, None)) == (
        "One or more of: A (certified), B (compliant) or C"
    )


def test_a_certification_tells_until_when_it_holds():
    assert told("all", ("A", "certified", "2027-05-01")) == "Certified to: A (valid until: 1 May 2027)"


def test_a_choice_of_one_is_no_choice():
    assert told("any", ("A", "compliant", None)) == "Compliant with: A"


def test_the_list_is_in_the_readers_language():
    assert told("any", ("A", None, None), ("B", None, None), language="hu").endswith("A vagy B")


def test_a_set_of_nothing_is_not_told():
    assert sets(Reader(content("any"), "en"), ["set"], "Example") == []


def test_a_name_is_escaped():
    assert told("all", ("<b>A</b>", None, None)) == "<b>A</b>"
