import json
import unicodedata

import pytest

from registry.actions import publishing
from registry.exchange import content as shape
from registry.models import Release, Subprocessor

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
    assert shape.decode(text) == GOLDEN


def test_text_is_normalised_to_nfc_and_line_feeds():
    decomposed = unicodedata.normalize("NFD", "Első\r\nmásodik")

    assert shape.encode({decomposed: [decomposed]}) == '{"Első\\nmásodik":["Első\\nmásodik"]}'


def test_keys_are_ordered_by_utf_16_as_rfc_8785_says():
    assert shape.encode({"\uff21": 1, "\U0001f600": 2, "a": 3}) == '{"a":3,"\U0001f600":2,"\uff21":1}'


def test_floats_are_refused():
    with pytest.raises(ValueError, match="holds no floats"):
        shape.encode({"a": [{"b": 1.5}]})


@pytest.mark.parametrize("schema", [2, None, "1"])
def test_content_of_an_unknown_schema_is_refused(schema):
    with pytest.raises(ValueError, match="is newer than this program"):
        shape.decode(json.dumps({"schema": schema}))


def test_releases_decode_and_encode_to_their_own_bytes(db):
    texts = list(Release.objects.values_list("content", flat=True))

    assert len(texts) == 3
    assert [shape.encode(shape.decode(text)) for text in texts] == texts


def test_facts_leave_out_what_a_release_says_of_itself():
    assert shape.facts_of(GOLDEN) == {"type": "release", "languages": ["en", "hu"]}


def test_private_fields_are_in_no_release(db):
    Subprocessor.objects.create(
        key="example",
        legal_name="Example GmbH",
        kind="service",
        contact_role="Keeper of secrets",
        contact_mailbox="secret@example.com",
        last_review="2021-02-03",
        next_review="2051-02-03",
    )

    text = shape.encode(publishing.preview())

    assert "Example GmbH" in text
    assert not [
        private
        for private in ("Keeper of secrets", "secret@example.com", "2021-02-03", "2051-02-03", "contact_role")
        if private in text
    ]
