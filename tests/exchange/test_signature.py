from datetime import UTC, datetime, timedelta, timezone

import pytest

from registry.exchange import signature

SAID = {
    "agreement": "AGR-2222-2222",
    "party": "customer",
    "name": "Ane Ny",
    "role": "Direktør",
    "at": datetime(2026, 12, 3, 7, 30, tzinfo=UTC),
    "address": "203.0.113.7",
    "browser": "Quokka 1.0",
    "salt": "pepper",
}


def test_the_digest_of_a_signature_never_changes():
    assert signature.said(**SAID) == "50bfdca81b838ffebdd611575338fc8921bac247ba4c35b03b00349f7059882d"


def test_the_same_moment_in_another_zone_is_the_same_signature():
    elsewhere = SAID["at"].astimezone(timezone(timedelta(hours=5)))

    assert signature.said(**SAID | {"at": elsewhere}) == signature.said(**SAID)


@pytest.mark.parametrize("name", [name for name in SAID if name != "at"])
def test_every_part_of_a_signature_is_in_its_digest(name):
    assert signature.said(**SAID | {name: "another"}) != signature.said(**SAID)


def test_the_moment_is_in_its_digest():
    assert signature.said(**SAID | {"at": SAID["at"] + timedelta(microseconds=1)}) != signature.said(**SAID)
