from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from registry.models import Subscriber, SubscriberIdentity

NOW = datetime(2026, 11, 22, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=10)

pytestmark = pytest.mark.django_db


def subscriber(name, **values):
    found = Subscriber.objects.create(**{"language": "et", **values})
    SubscriberIdentity.objects.create(
        subscriber=found, email=f"{name}@example.com", mailbox=f"{name}@example.com", secret=name
    )
    return found


def test_a_subscriber_and_its_address_are_called_by_reference_alone():
    found = subscriber("anna")

    assert found.reference.startswith("SUB-")
    assert str(found) == str(found.identity) == found.reference


def test_only_who_has_confirmed_is_told():
    told = subscriber("a", state="confirmed")
    subscriber("b")
    subscriber("c", state="unsubscribed", ended_at=NOW)
    subscriber("d", state="suppressed", ended_at=NOW)
    subscriber("e", state="confirmed", erased_at=NOW)

    assert list(Subscriber.objects.confirmed()) == [told]


def test_personal_data_has_a_clock():
    unconfirmed = subscriber("a", asked_at=LONG_AGO)
    ended = subscriber("b", state="unsubscribed", asked_at=LONG_AGO, ended_at=LONG_AGO)
    subscriber("d", state="unsubscribed", asked_at=NOW - timedelta(days=6), ended_at=LONG_AGO)
    Subscriber.objects.create(language="en", state="unsubscribed", ended_at=LONG_AGO)
    subscriber("c", state="confirmed", asked_at=LONG_AGO)

    assert list(Subscriber.objects.unconfirmed(9, NOW)) == [unconfirmed]
    assert list(Subscriber.objects.unconfirmed(10, NOW)) == []
    assert list(Subscriber.objects.past_retention(9, 7, NOW)) == [ended]
    assert list(Subscriber.objects.past_retention(10, 7, NOW)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": "regions"},
        {"scope": "all", "regions": "eu"},
        {"state": "unsubscribed"},
        {"state": "confirmed", "ended_at": NOW},
    ],
)
def test_the_database_refuses_what_contradicts_itself(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscriber.objects.create(language="en", **wrong)


def test_one_mailbox_has_one_subscription():
    subscriber("anna")

    with pytest.raises(IntegrityError), transaction.atomic():
        subscriber("anna")


def test_regions_are_keys():
    assert Subscriber(scope="regions", regions="eu us").region_keys == ["eu", "us"]
    assert Subscriber().region_keys == []
