import json

import pytest
from django.db import DatabaseError, connection, transaction

from registry.actions import eventing
from registry.models import DpaEvent, guards
from tests.requests import PERSON, submit


@pytest.fixture
def told(db):
    """A request of which three things are known."""
    request = submit()
    eventing.record(request, "verified")
    eventing.record(request, "declined", reason_given=True)
    return request


def test_each_event_holds_the_digest_of_the_one_before(told):
    events = list(told.events.order_by("number"))

    assert [json.loads(event.content)["previous"] for event in events] == ["", events[0].digest, events[1].digest]
    assert eventing.broken(told) == []


def test_no_event_names_a_person(told):
    text = " ".join(told.events.values_list("content", flat=True))

    assert not [value for value in PERSON.values() if value in text]


def test_the_database_refuses_to_change_or_remove_an_event(told):
    event = told.events.first()

    for change in (lambda: DpaEvent.objects.filter(pk=event.pk).update(kind="closed"), event.delete):
        with pytest.raises(DatabaseError, match="evidence"), transaction.atomic():
            change()


def test_an_event_does_not_take_the_place_of_another(told):
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite’s")
    last = told.events.order_by("-number").first()

    with pytest.raises(DatabaseError, match="evidence"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT OR REPLACE INTO registry_dpaevent (id, request_id, number, kind, at, content, digest) "
            "VALUES (%s, %s, %s, 'closed', '2026-01-01', '', 'x')",
            [last.pk + 100, told.pk, last.number],
        )


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"kind": "accepted"}, "event 2 is not as it was recorded"),
        ({"content": "{}"}, "event 2 is not as it was recorded"),
        ({"content": "no JSON"}, "event 2 is not as it was recorded"),
        ({"digest": "0" * 64}, "event 2 is not as it was recorded"),
        ({"number": 7}, "not all there"),
    ],
)
def test_a_changed_event_breaks_the_chain(told, change, wrong):
    with guards.lifted():
        told.events.filter(number=2).update(**change)
        found = eventing.broken(told)

    assert any(wrong in sentence and told.reference in sentence for sentence in found)


def test_an_event_that_was_taken_away_breaks_the_chain(told):
    with guards.lifted():
        told.events.filter(number=1).delete()
        found = eventing.broken(told)

    assert f"{told.reference}: the events before number 2 are not all there." in found
