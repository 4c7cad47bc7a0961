import hashlib
from datetime import UTC, datetime

import pytest

from registry.exchange import event

WRITTEN = {
    "request": "DPA-2222-3333",
    "number": 2,
    "kind": "issued",
    "at": datetime(2026, 11, 22, 8, 30, 0, 123456, UTC),
    "agreement": "AGR-2222-3333",
    "facts": {"issued": "ab" * 32, "release": 3},
    "previous": "cd" * 32,
}


def test_the_text_of_an_event_is_canonical_and_its_digest_that_of_its_bytes():
    text = event.written(**WRITTEN)

    assert text == (
        '{"agreement":"AGR-2222-3333","at":"2026-11-22T08:30:00.123456+00:00","facts":{"issued":"' + "ab" * 32 + '",'
        '"release":3},"kind":"issued","number":2,"previous":"' + "cd" * 32 + '","request":"DPA-2222-3333","schema":1}'
    )
    assert event.digest(text) == hashlib.sha256(text.encode()).hexdigest()


def test_what_was_written_is_read():
    assert event.read(event.written(**WRITTEN)) == {**WRITTEN, "schema": 1, "at": WRITTEN["at"].isoformat()}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("[]", "no event"), ('{"schema": 2}', "no event"), ("{}", "no event"), ("no JSON", "Expecting value")],
)
def test_a_text_that_is_no_event_of_ours_is_refused(text, wrong):
    with pytest.raises(ValueError, match=wrong):
        event.read(text)
