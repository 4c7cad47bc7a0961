from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from registry.exchange.event_names import happened
from registry.models import Agreement, DpaEvent, DpaRequest
from registry.public.dpa_steps import _STANDING, Way
from tests import agreements
from tests.requests import submit

STATES = DpaRequest.State.values


def way(state, *found, **changed):
    request = DpaRequest(state=state, since=timezone.now(), verify_by=timezone.now(), **changed)
    return Way(request, list(found), "en", ZoneInfo("Europe/Bratislava"), "Provider s.r.o.", 90)


def agreement(state, **changed):
    return Agreement(state=state, open_until=datetime(2090, 1, 31, 23, 30, tzinfo=UTC), **changed)


def test_every_state_has_a_standing():
    assert list(_STANDING) == [DpaRequest.State(state) for state in STATES]


@pytest.mark.parametrize(
    ("state", "heading", "who", "ahead"),
    [
        ("received", "Please confirm your address", "You", 4),
        ("verified", "We are looking at your request", "Provider s.r.o.", 3),
        ("in_review", "We are looking at your request", "Provider s.r.o.", 3),
        ("issued", "The document is ready for you", "You", 2),
        ("accepted", "We have your acceptance", "Provider s.r.o.", 1),
        ("countersigned", "The agreement is in force", "", 0),
        ("closed", "The request is closed", "", 0),
        ("declined", "We have declined the request", "", 0),
        ("withdrawn", "You have withdrawn the request", "", 0),
        ("expired", "The time to accept the document is over", "", 0),
    ],
)
def test_each_state_says_where_it_stands_who_acts_and_how_much_is_ahead(state, heading, who, ahead):
    held = {"issued": [agreement("offered")], "countersigned": [agreement("in_force")]}.get(state, [])
    on = way(state, *held)

    standing = on.standing()

    assert (standing.heading, standing.who, len(on.ahead())) == (heading, who, ahead)


def test_what_is_ahead_says_who_acts():
    assert [(step.label, step.who) for step in way("received").ahead()] == [
        ("We look at the request and issue the document", "Provider s.r.o."),
        ("You read the document and accept it, or sign it in another way", "You"),
        ("We countersign the document", "Provider s.r.o."),
        ("Both parties hold the final document", ""),
    ]


def test_a_request_from_before_addresses_were_verified_waits_for_us():
    on = way("received")
    on.request.verify_by = None

    assert (on.standing().heading, len(on.ahead())) == ("We are looking at your request", 3)


@pytest.mark.parametrize(
    ("state", "held", "heading"),
    [
        ("in_review", "in_force", "We are preparing a new document"),
        ("closed", "in_force", "The agreement is in force"),
        ("closed", "ended", "The agreement has ended"),
        ("countersigned", "ended", "The agreement has ended"),
    ],
)
def test_an_agreement_that_is_held_changes_what_is_said(state, held, heading):
    assert way(state, agreement(held)).standing().heading == heading


def test_days_turn_in_the_zone_of_the_service():
    until = way("issued", agreement("offered")).standing().until

    assert until == '<time datetime="2090-02-01">1 February 2090</time>'


def test_an_offer_that_is_over_is_none():
    late = agreement("offered")
    late.open_until = timezone.now()

    assert way("issued", late).offered is None
    assert way("issued", late).standing().heading == "The time to accept the document is over"


def test_every_event_but_the_erasure_that_nobody_reads_has_words():
    assert set(happened("P")) == set(DpaEvent.Kind.values) - {"erased"}


def test_what_happened_is_told_in_its_order_and_names_documents_where_there_are_several(db):
    request = submit()
    on = Way(request, [], "hu", ZoneInfo("UTC"), "P", 90)
    assert [(step.kind, step.label, step.agreement) for step in on.happened()] == [("received", "Request received", "")]

    first = agreements.issued("another form")
    second = agreements.issue(DpaRequest.objects.get(pk=first.request_id))
    on = Way(second.request, [second, first], "en", ZoneInfo("UTC"), "P", 90)

    assert [(step.kind, step.agreement) for step in on.happened()] == [
        ("received", ""),
        ("verified", ""),
        ("issued", first.reference),
        ("issued", second.reference),
    ]


def test_what_is_kept_for_an_agreement_has_no_day_to_be_erased():
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)

    assert "2026-04-01" in way("declined", ended_at=at).erased_on
    assert way("declined", agreement("ended", ended_on=date(2026, 1, 1)), ended_at=at).erased_on is None
    assert way("closed", ended_at=at).erased_on is None
