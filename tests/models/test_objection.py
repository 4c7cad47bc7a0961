from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from registry.models import Objection, Objector

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=10)
State = Objection.State

pytestmark = pytest.mark.django_db


def objection(name, **values):
    found = Objection.objects.create(**{"form_token": name, "release_id": 3, "language": "et", **values})
    Objector.objects.create(objection=found, company=name, name=name, email=f"{name}@example.com", grounds="No.")
    return found


def test_an_objection_and_its_objector_are_called_by_reference_alone():
    found = objection("anna")

    assert found.reference.startswith("OBJ-")
    assert str(found) == str(found.objector) == found.reference


def test_open_and_answered_objections_wait_the_oldest_first():
    newer = objection("a", state="answered", received_at=NOW)
    older = objection("b", state="open", received_at=LONG_AGO)
    objection("c")
    objection("d", state="closed", outcome="rejected", ended_at=NOW)
    objection("e", state="open", erased_at=NOW)

    assert list(Objection.objects.waiting()) == [older, newer]


def test_what_nobody_has_answered_comes_by_the_day_of_the_change_and_then_by_age():
    newer, older = objection("a", state="open", received_at=NOW), objection("b", state="open", received_at=LONG_AGO)
    first = objection("c", state="open", received_at=NOW, release_id=2)
    objection("d")
    objection("e", state="answered")
    objection("f", state="open", erased_at=NOW)

    assert list(Objection.objects.unanswered()) == [first, older, newer]


def test_personal_data_has_a_clock():
    unverified = objection("a", received_at=LONG_AGO)
    closed = objection("b", state="closed", outcome="upheld", ended_at=LONG_AGO)
    objection("c", state="open", received_at=LONG_AGO)

    assert list(Objection.objects.unverified(9, NOW)) == [unverified]
    assert list(Objection.objects.unverified(10, NOW)) == []
    assert list(Objection.objects.past_retention(9, NOW)) == [closed]
    assert list(Objection.objects.past_retention(10, NOW)) == []


@pytest.mark.parametrize(
    ("state", "moves"),
    [
        ("unverified", {"open"}),
        ("open", {"answered", "closed"}),
        ("answered", {"answered", "closed"}),
        ("closed", {"open"}),
    ],
)
def test_the_legal_moves(state, moves):
    found = Objection(state=state)

    assert {to for to in State.values if found.may_move_to(to)} == moves
    found.erased_at = NOW
    assert not any(found.may_move_to(to) for to in State.values)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "closed", "ended_at": NOW},
        {"state": "closed", "outcome": "upheld"},
        {"state": "open", "outcome": "upheld"},
        {"state": "open", "ended_at": NOW},
    ],
)
def test_an_objection_is_closed_with_an_outcome_and_a_day(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        objection("anna", **wrong)
