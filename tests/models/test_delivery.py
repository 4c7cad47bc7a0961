from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from registry.models import Delivery, DpaRequest, Release


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


def test_a_mail_holds_no_address_and_no_text():
    assert {field.name for field in Delivery._meta.get_fields()} == {
        "id",
        "kind",
        "request",
        "state",
        "attempts",
        "due_at",
        "claimed_at",
        "sent_at",
        "problem",
    }
