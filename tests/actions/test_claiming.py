import datetime

import pytest
from django.db import connection
from django.utils import timezone

from registry.actions import claiming
from registry.actions.claiming import Hand
from registry.actions.withdrawing import withdraw
from registry.models import Delivery
from tests.objections import announce
from tests.releases import REASON, publish_at_once
from tests.requests import submit
from tests.subscribers import subscribe


@pytest.fixture
def bulk(db):
    """Five mails to all subscribers."""
    for number in range(5):
        subscribe(f"anna.{number}@example.com")
    announce()
    return Delivery.objects.filter(priority=Delivery.Priority.BULK).order_by("id")


def states(rows):
    return list(rows.values_list("state", "attempts"))


def test_one_mail_is_what_may_go_twice():
    assert claiming.CHUNK == 1


def test_mails_to_all_are_claimed_at_once_and_come_one_by_one_in_order(bulk):
    with Hand() as hand:
        found = [hand.next()]
        assert states(bulk) == [("claimed", 1)] * 5
        found += [hand.next() for _one in range(5)]

        assert [one and one.pk for one in found] == [*bulk.values_list("pk", flat=True), None]


def test_what_is_left_in_hand_is_put_back_as_if_nothing_had_been(bulk):
    with Hand() as hand:
        assert hand.sent(hand.next())
        hand.next()

    assert states(bulk) == [("sent", 1)] + [("queued", 0)] * 4
    assert set(bulk.filter(state="queued").values_list("claimed_at", flat=True)) == {None}


def test_a_mail_that_somebody_waits_for_comes_between_those_to_all(bulk, monkeypatch):
    monkeypatch.setattr(claiming, "LOOK", datetime.timedelta(0))
    with Hand() as hand:
        first = hand.next()
        submit("one form", email="anna@zephyrine.example")
        submit("another", email="odon@zephyrine.example")
        found = [hand.next() for _one in range(3)]

        assert (first.priority, [one.priority for one in found]) == (2, [0, 0, 2])
        assert states(bulk) == [("claimed", 1)] * 5


def test_an_urgent_replacement_is_told_before_an_announcement_that_is_still_going_out(bulk):
    withdraw(4, reason=REASON)
    publish_at_once()
    urgent = Delivery.objects.filter(release=6)

    with Hand() as hand:
        found = [hand.next() for _one in range(15)]

        assert hand.next() is None
    assert urgent.count() == 5
    assert [(one.release_id, one.priority) for one in found] == [(6, 1)] * 5 + [(4, 2)] * 5 + [(5, 2)] * 5


def test_a_hand_that_has_not_looked_for_long_goes_on(bulk, django_assert_num_queries):
    with Hand() as hand:
        hand.next()

        with django_assert_num_queries(0):
            hand.next()


def test_what_is_cancelled_while_it_is_in_hand_is_not_sent(bulk, monkeypatch):
    monkeypatch.setattr(claiming, "LOOK", datetime.timedelta(0))
    pks = list(bulk.values_list("pk", flat=True))
    with Hand() as hand:
        hand.next()
        Delivery.objects.filter(pk=pks[1]).update(state="cancelled")
        # Taken for dead, put back and claimed by another one.
        Delivery.objects.filter(pk=pks[2]).update(attempts=2)

        assert [hand.next().pk, hand.next().pk] == pks[3:]

    assert states(bulk) == [("queued", 0), ("cancelled", 1), ("claimed", 2), ("queued", 0), ("queued", 0)]


def test_whoever_lost_the_claim_cannot_say_what_became_of_a_mail(bulk):
    with Hand() as hand:
        first, second = hand.next(), hand.next()
        bulk.update(attempts=2)

        assert hand.sent(first) is False
        assert hand.settle(second, state="failed") is False
    assert set(states(bulk)) == {("claimed", 2)}


def test_a_mail_sent_is_marked_with_the_moment_and_without_its_last_problem(bulk):
    bulk.update(problem="SMTP 450")
    before = timezone.now()
    with Hand() as hand:
        hand.sent(hand.next())

    sent = bulk.get(state="sent")
    assert (before <= sent.sent_at <= timezone.now(), sent.problem) == (True, "")


def test_a_claim_that_nobody_reports_any_more_is_put_back(bulk):
    now = timezone.now()
    old = now - claiming.STALE - datetime.timedelta(seconds=1)
    bulk.update(state="claimed", claimed_at=now)
    Delivery.objects.filter(pk=bulk.first().pk).update(claimed_at=old)

    assert claiming.put_back_stale() == 1
    assert [state for state, _attempts in states(bulk)] == ["queued"] + ["claimed"] * 4


def test_each_mail_costs_one_statement_and_many_share_the_rest(db, django_assert_max_num_queries):
    for number in range(12):
        subscribe(f"anna.{number}@example.com")
    announce()

    # One to mark each; to claim and to read all of them, and to put nothing back, a handful.
    with django_assert_max_num_queries(12 + 14), Hand() as hand:
        while delivery := hand.next():
            hand.sent(delivery)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL is asked for each statement by itself")
def test_sqlite_waits_for_the_disk_again_once_the_hand_is_empty():
    def synchronous():
        with connection.cursor() as cursor:
            return cursor.execute("PRAGMA synchronous").fetchone()[0]

    subscribe()
    announce()
    before = synchronous()
    with Hand() as hand:
        delivery = hand.next()
        assert synchronous() == 1
        hand.sent(delivery)
    assert synchronous() == before == 2
