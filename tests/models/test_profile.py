import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from registry.models import ServiceProfile


def test_there_is_one_profile_and_the_database_holds_it(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceProfile.objects.bulk_create([ServiceProfile(pk=2, provider="Two", service="Two", contact="a@b.example")])

    assert ServiceProfile.objects.count() == 1


def test_a_profile_saved_anew_is_the_same_row(db):
    ServiceProfile(provider="New", service="New", service_address="*", contact="a@b.example").save()

    assert [(profile.pk, profile.provider) for profile in ServiceProfile.objects.all()] == [(1, "New")]


def test_an_unknown_time_zone_and_country_are_refused(db):
    profile = ServiceProfile.load()
    profile.time_zone, profile.provider_country = "Mars/Olympus", "XX"

    with pytest.raises(ValidationError) as refused:
        profile.full_clean(exclude=["privacy"])

    assert set(refused.value.message_dict) == {"time_zone", "provider_country"}


@pytest.mark.parametrize(
    ("zone", "day"), [("Pacific/Kiritimati", "2026-01-02"), ("UTC", "2026-01-01"), ("Pacific/Midway", "2025-12-31")]
)
def test_days_turn_in_the_profiles_time_zone(db, monkeypatch, zone, day):
    moment = datetime.datetime(2026, 1, 1, 10, 30, tzinfo=datetime.UTC)
    monkeypatch.setattr(timezone, "now", lambda: moment)

    assert str(ServiceProfile(time_zone=zone).today()) == day
