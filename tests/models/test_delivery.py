from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from registry.models import Announcement, Delivery, DpaRequest, Objection, Release, Subscriber
from tests.objections import verified


@pytest.fixture
def request_(db):
    return DpaRequest.objects.create(form_token="x", language="en", country="DE", release=Release.objects.newest())


def test_one_event_has_one_mail_of_each_kind(request_):
    Delivery.objects.create(kind="dpa-receipt", request=request_)
    Delivery.objects.create(kind="dpa-notice", request=request_)

    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(kind="dpa-receipt", request=request_)


def test_what_is_due_was_queued_and_its_time_has_come_the_oldest_first(request_):
    now = timezone.now()
    late = Delivery.objects.create(kind="dpa-receipt", request=request_, due_at=now)
    early = Delivery.objects.create(kind="dpa-notice", request=request_, due_at=now - timedelta(hours=1))

    assert list(Delivery.objects.due(now)) == [early, late]
    assert list(Delivery.objects.due(now - timedelta(minutes=1))) == [early]
    early.state = "sent"
    early.save()
    assert list(Delivery.objects.due(now)) == [late]


def test_a_claim_is_stale_when_its_worker_has_been_silent(request_):
    now = timezone.now()
    Delivery.objects.create(kind="dpa-receipt", request=request_, state="claimed", claimed_at=now)

    assert Delivery.objects.stale(now - timedelta(seconds=1)).count() == 0
    assert Delivery.objects.stale(now + timedelta(seconds=1)).count() == 1


def test_a_refused_mail_wants_somebody_until_its_request_has_ended_or_is_erased(request_):
    Delivery.objects.create(kind="dpa-receipt", request=request_, state="sent")
    refused = Delivery.objects.create(kind="dpa-notice", request=request_, state="failed")
    assert list(Delivery.objects.failed()) == [refused]

    DpaRequest.objects.update(state="declined", ended_at=timezone.now())
    assert not Delivery.objects.failed().exists()

    DpaRequest.objects.update(state="received", ended_at=None, erased_at=timezone.now())
    assert not Delivery.objects.failed().exists()


def test_a_mail_that_came_back_wants_somebody_while_its_objection_waits(db):
    objection = verified()
    objection.deliveries.update(state="bounced")

    assert Delivery.objects.failed().count() == 3

    Objection.objects.update(state="closed", outcome="rejected", ended_at=timezone.now())
    assert not Delivery.objects.failed().exists()


@pytest.fixture
def subscriber(db):
    return Subscriber.objects.create(language="et", state="confirmed")


def announcement(subscriber, release=3, **values):
    return Delivery.objects.create(
        kind="announcement", subscriber=subscriber, release_id=release, priority=Delivery.Priority.BULK, **values
    )


def test_nobody_is_told_twice_of_one_release_whatever_the_event_is_called(subscriber):
    announcement(subscriber)
    announcement(subscriber, release=2)

    with pytest.raises(IntegrityError), transaction.atomic():
        announcement(subscriber, event="again")


def test_a_mail_that_one_person_waits_for_goes_before_those_to_all(subscriber, request_):
    now = timezone.now()
    bulk = announcement(subscriber, due_at=now - timedelta(hours=1))
    awaited = Delivery.objects.create(kind="dpa-receipt", request=request_, due_at=now)

    assert list(Delivery.objects.due(now)) == [awaited, bulk]


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        ("confirmation", ()),
        ("confirmation", ("release",)),
        ("confirmation", ("request", "subscriber")),
        ("confirmation", ("subscriber", "release")),
        ("dpa-receipt", ("request", "release")),
        ("announcement", ("subscriber",)),
        ("announcement", ("release",)),
    ],
)
def test_a_mail_is_about_one_thing_and_an_announcement_about_a_release(subscriber, request_, kind, about):
    there = {"request": request_, "subscriber": subscriber, "release": Release.objects.newest()}

    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.create(kind=kind, **{name: there[name] for name in about})


def test_an_announcement_is_called_by_the_number_of_its_release(db):
    assert str(Announcement(release_id=3)) == "3"


def test_a_mail_holds_no_address_and_no_text():
    assert {field.name for field in Delivery._meta.get_fields()} == {
        "id",
        "kind",
        "request",
        "subscriber",
        "objection",
        "release",
        "event",
        "language",
        "priority",
        "state",
        "attempts",
        "due_at",
        "claimed_at",
        "sent_at",
        "problem",
    }
