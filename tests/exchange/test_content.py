import json
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registry.exchange import content as shape
from registry.exchange.page import policy
from registry.exchange.published import Site
from registry.models import (
    Release,
)

# A content of schema 1 as it was once published: its bytes, and so this digest, never change.
GOLDEN = {
    "schema": 1,
    "type": "release",
    "number": 1,
    "published_at": "2026-11-21T10:00:00Z",
    "languages": ["en", "hu"],
    "summary": {"text": {"en": "First.", "hu": "Első."}, "state": {"en": "source", "hu": "translated"}},
    "objection_deadline": None,
    "backfill": False,
}
GOLDEN_TEXT = (
    '{"backfill":false,"languages":["en","hu"],"number":1,"objection_deadline":null,'
    '"published_at":"2026-11-21T10:00:00Z","schema":1,'
    '"summary":{"state":{"en":"source","hu":"translated"},"text":{"en":"First.","hu":"Első."}},"type":"release"}'
)


def test_schema_1_has_the_bytes_it_always_had():
    text = shape.encode(GOLDEN)

    assert text == GOLDEN_TEXT
    assert shape.digest(text) == "c946615fe0f99605b57486b0363194db8e0d769070321baff35399fa6dbb0ce9"
    assert shape.decode(text) == {**GOLDEN, "ends": None, "reason": None}


def test_text_is_normalised_to_nfc_and_line_feeds():
    decomposed = unicodedata.normalize("NFD", "Első\r\nmásodik")

    assert shape.encode({decomposed: [decomposed]}) == '{"Első\\nmásodik":["Első\\nmásodik"]}'


def test_keys_are_ordered_by_utf_16_as_rfc_8785_says():
    assert shape.encode({"\uff21": 1, "\U0001f600": 2, "a": 3}) == '{"a":3,"\U0001f600":2,"\uff21":1}'


def test_floats_are_refused():
    with pytest.raises(ValueError, match="holds no floats"):
        shape.encode({"a": [{"b": 1.5}]})


@pytest.mark.parametrize("schema", [5, None, "1"])
def test_content_of_an_unknown_schema_is_refused(schema):
    with pytest.raises(ValueError, match="is newer than this program"):
        shape.decode(json.dumps({"schema": schema}))


def test_releases_decode_and_encode_to_their_own_bytes(db):
    texts = list(Release.objects.values_list("content", flat=True))

    assert len(texts) == 3
    assert [shape.encode(shape.decode(text)) for text in texts] == texts


def test_facts_leave_out_what_a_release_says_of_itself():
    assert shape.facts_of(GOLDEN) == {"languages": ["en", "hu"]}


# Releases of each schema with every kind of row and every field filled: their readers must always read them, and what
# composes content today must still write the newest. Where it no longer does, SCHEMA goes up and the old reader stays.
DATA = Path(__file__).parent.parent / "data"
DIGESTS = {
    1: "04e6bd51c014a0d2e23b27bd6e67d6ed1c0f3ab90381edad9e74027cb8681091",
    2: "6c7155d7a7c1dd09b6f985e53460f0d085f80df795dd0febb7309131aabbcdb5",
    3: "d7432e3a1184f2cfea239cc936b5fd8e2ce28658becb9b13d9caaa791aa4f8c1",
    4: "92b691467ed839abf370ed74fc4f674c81a9749a5d9cdc2779eb43a373a75524",
}


def golden(schema):
    return (DATA / f"release-{schema}.json").read_text("utf-8")


@pytest.mark.parametrize("schema", [1, 2, 3, 4])
def test_a_golden_release_is_read_and_keeps_its_digest(schema):
    text = golden(schema)

    content = shape.decode(text)

    assert shape.digest(text) == DIGESTS[schema]
    assert shape.encode(json.loads(text)) == text
    assert (content["type"], content["ends"]) == ("release", 2 if schema >= 3 else None)
    assert [row["key"] for row in content["subprocessors"]] == ["host", "parent"]
    assert content["subprocessors"][0]["transfer_mechanisms"][0]["expires_on"] == "2028-02-01"


def test_what_a_schema_did_not_know_is_not_stated():
    told = ("unverified_days", "declined_days", "limitation_years")

    assert [tuple(shape.decode(golden(schema))["service"][name] for name in told) for schema in (1, 2, 3, 4)] == [
        (None, None, None),
        (None, None, None),
        (None, None, None),
        (5, 60, 3),
    ]


def states_of(content):
    return sorted({state for passage in shape.passages(content) for state in passage["state"].values()})


def test_each_schema_tells_the_states_of_its_passages():
    assert states_of(shape.decode(golden(1))) == ["missing", "source", "translated"]
    assert states_of(shape.decode(golden(2))) == ["approved", "current", "machine", "missing", "outdated", "source"]


def test_a_language_is_whole_where_no_passage_is_missing_or_outdated():
    assert shape.completeness(shape.decode(golden(2)), "en") == (10, 10)
    assert shape.completeness(shape.decode(golden(2)), "hu") == (5, 10)
    assert shape.completeness(shape.decode(golden(1)), "hu") == (6, 10)
    assert shape.completeness(shape.decode(golden(2)), "de") == (0, 10)


@pytest.mark.parametrize("schema", [1, 2, 3, 4])
def test_a_golden_release_still_becomes_a_page(schema):
    text = golden(schema)
    site = Site.on([(text, DIGESTS[schema])], ["en", "hu"], "https://trust.example.com", date(2026, 12, 24))

    page = policy(site, site.entries[0], "hu")

    assert f'data-digest="{DIGESTS[schema]}"' in page
    assert 'data-subprocessor="host"' in page


texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
)


@given(values)
def test_encoding_is_canonical_stable_and_nfc(value):
    text = shape.encode(value)

    assert shape.encode(json.loads(text)) == text
    assert unicodedata.is_normalized("NFC", text)
    assert "\r\n" not in text


@given(st.dictionaries(texts, texts, min_size=2))
def test_the_order_in_which_a_content_was_made_leaves_no_trace(value):
    # Two keys that NFC makes one would be two contents; ours are ASCII.
    assume(len({unicodedata.normalize("NFC", key.replace("\r\n", "\n")) for key in value}) == len(value))

    assert shape.encode(dict(reversed(value.items()))) == shape.encode(value)


@pytest.mark.parametrize("value", [2**53, -(2**53), "\ud800", {"a": ["\udfff"]}])
def test_what_has_no_one_form_everywhere_is_refused(value):
    with pytest.raises(ValueError, match=r"."):
        shape.encode(value)
