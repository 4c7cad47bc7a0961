from datetime import timedelta

import pytest
from django.utils import timezone

from registry.actions import bouncing, dpa, linking, notifying
from registry.actions.bouncing import Outcome
from registry.exchange import message_id
from registry.exchange.bounces import Report
from registry.models import Delivery, DpaRequest, Release, Subscriber
from tests.requests import submit
from tests.subscribers import EMAIL, ask, subscribe

HOUR = timedelta(hours=1)


@pytest.fixture
def told(db):
    """A subscriber who confirmed yesterday, and the announcement that they were sent an hour ago."""
    subscriber = subscribe()
    Subscriber.objects.filter(pk=subscriber.pk).update(confirmed_at=timezone.now() - 24 * HOUR)
    release = Release.objects.get(number=3)
    sent = {"state": "sent", "sent_at": timezone.now() - HOUR, "priority": 2}
    return Delivery.objects.create(kind="announcement", subscriber=subscriber, release=release, **sent)


def report(delivery=None, *, recipient="", permanent=True, at=None):
    written = message_id.make(delivery.pk) if delivery else ""
    return Report(written, recipient, True, permanent, at or timezone.now())


def states(delivery):
    delivery = Delivery.objects.select_related("subscriber").get(pk=delivery.pk)
    return delivery.state, delivery.subscriber.state


def test_a_mail_that_came_back_for_good_is_the_last_one(told):
    assert bouncing.take(report(told)) == Outcome.HARD
    assert states(told) == ("bounced", "suppressed")
    assert not Subscriber.objects.confirmed().exists()


def test_the_same_report_twice_changes_nothing(told):
    first = report(told)

    assert [bouncing.take(first), bouncing.take(first)] == [Outcome.HARD, Outcome.KNOWN]
    assert Subscriber.history.filter(id=told.subscriber_id, state="suppressed").count() == 1


def test_a_soft_bounce_changes_nothing(told):
    assert bouncing.take(report(told, permanent=False)) == Outcome.SOFT
    assert states(told) == ("sent", "confirmed")


@pytest.mark.parametrize("forged", ["", "<1.abc@127.0.0.1>", "<{}@127.0.0.1>", "announcement"])
def test_nobody_can_forge_a_bounce(told, forged):
    written = Report(forged.format(told.pk), EMAIL, True, True, timezone.now())

    assert bouncing.take(written) == Outcome.FOREIGN
    assert states(told) == ("sent", "confirmed")


def test_whoever_confirmed_since_is_still_told(told):
    notifying.unsubscribe(told.subscriber)
    again = ask()
    notifying.confirm(again)

    assert bouncing.take(report(told)) == Outcome.HARD
    assert states(told) == ("bounced", "confirmed")


def test_who_left_stays_unsubscribed(told):
    notifying.unsubscribe(told.subscriber)

    assert bouncing.take(report(told)) == Outcome.HARD
    assert states(told) == ("bounced", "unsubscribed")


def test_an_address_that_was_never_confirmed_keeps_its_own_clock(db):
    subscriber = ask()
    subscriber.deliveries.update(state="sent", sent_at=timezone.now())

    assert bouncing.take(report(subscriber.deliveries.get())) == Outcome.HARD
    assert states(subscriber.deliveries.get()) == ("bounced", "pending")


def test_a_mail_to_a_requester_comes_back_too(db):
    request = dpa.verify(linking.token(submit(), linking.Purpose.VERIFY))
    request.deliveries.update(state="sent", sent_at=timezone.now())
    receipt = request.deliveries.get(kind="dpa-receipt")

    assert bouncing.take(report(receipt)) == Outcome.HARD
    assert sorted(request.deliveries.values_list("kind", "state")) == [
        ("dpa-check", "sent"),
        ("dpa-notice", "sent"),
        ("dpa-receipt", "bounced"),
    ]
    assert DpaRequest.objects.get().state == "verified"


# --- by address, from who can be believed -----------------------------------------------------------------------------


def test_an_address_counts_only_where_it_may(told):
    named = report(recipient=EMAIL.upper())

    assert bouncing.take(named) == Outcome.FOREIGN
    assert bouncing.take(named, by_address=True) == Outcome.HARD
    assert states(told) == ("bounced", "suppressed")
    assert bouncing.take(named, by_address=True) == Outcome.FOREIGN


@pytest.mark.parametrize("recipient", ["", "other@marjamaa.example", "x", "a@" + "ä" * 80 + ".ee", "a@..", "@"])
def test_an_address_that_nobody_has_changes_nothing(told, recipient):
    assert bouncing.take(report(recipient=recipient), by_address=True) == Outcome.FOREIGN
    assert states(told) == ("sent", "confirmed")


@pytest.mark.parametrize("at", ["before they confirmed", "unknown"])
def test_an_old_report_says_nothing_of_who_confirmed_since(told, at):
    moment = timezone.now() - 48 * HOUR if at == "before they confirmed" else None
    old = Report("", EMAIL, True, True, moment)

    assert bouncing.take(old, by_address=True) == Outcome.FOREIGN
    assert states(told) == ("sent", "confirmed")


# --- complaints -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named_by", ["message id", "address"])
def test_a_complaint_unsubscribes(told, named_by):
    written = message_id.make(told.pk) if named_by == "message id" else "provider-4711"

    assert bouncing.complained(written, EMAIL if named_by == "address" else "", timezone.now())
    assert states(told) == ("sent", "unsubscribed")
    assert not bouncing.complained(written, EMAIL, timezone.now())


def test_a_complaint_about_a_mail_of_long_ago_ends_no_new_subscription(told):
    notifying.unsubscribe(told.subscriber)
    notifying.confirm(ask())

    assert not bouncing.complained(message_id.make(told.pk), "", timezone.now())
    assert states(told)[1] == "confirmed"


def test_a_complaint_of_a_stranger_is_nothing(db):
    assert not bouncing.complained("", "x@example.com", timezone.now())


@pytest.mark.parametrize("recipient", ["a\ud800@marjamaa.example", "a\0@marjamaa.example", "õ@marjamaa.example"])
def test_an_address_that_no_database_takes_is_nobodys(told, recipient):
    assert bouncing.take(report(recipient=recipient), by_address=True) == Outcome.FOREIGN
    assert states(told) == ("sent", "confirmed")
