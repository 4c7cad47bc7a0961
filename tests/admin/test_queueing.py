from datetime import timedelta

import pytest
from django.utils import timezone

from registry.admin.queueing import queued, review_days, waited, waits_for
from registry.models import DpaRequest, ServiceProfile
from tests.requests import submit

AWAITED = {
    "received": "verification by the customer",
    "verified": "review by staff",
    "in_review": "review by staff",
    "issued": "acceptance by the customer",
    "accepted": "countersignature by staff",
    "countersigned": "",
    "closed": "",
    "declined": "",
    "withdrawn": "",
    "expired": "",
}


@pytest.mark.parametrize("state", DpaRequest.State)
def test_each_state_waits_for_one_thing_and_the_queue_puts_it_where_that_belongs(db, state):
    request = submit()
    ended = timezone.now() if state in DpaRequest.ENDED else None
    DpaRequest.objects.update(state=state, ended_at=ended)

    found = queued(DpaRequest.objects.filter(pk=request.pk), None).get()

    assert waits_for(found) == AWAITED[state]
    assert found.for_staff == AWAITED[state].endswith("staff")
    assert found.for_customer == AWAITED[state].endswith("customer")
    assert not found.overdue


def test_a_request_from_before_addresses_were_verified_waits_for_staff(db):
    request = submit()
    DpaRequest.objects.update(verify_by=None)

    found = queued(DpaRequest.objects.all(), None).get(pk=request.pk)

    assert waits_for(found) == "review by staff"
    assert (found.for_staff, found.for_customer) == (True, False)


def test_an_erased_request_waits_for_nobody(db):
    submit()
    DpaRequest.objects.update(state="verified", erased_at=timezone.now())

    found = queued(DpaRequest.objects.all(), None).get()

    assert (waits_for(found), found.for_staff, found.for_customer) == ("", False, False)


@pytest.mark.parametrize(("days", "late"), [(4, False), (6, True)])
def test_what_waits_for_staff_is_overdue_after_the_days_of_the_profile(db, days, late):
    ServiceProfile.objects.update(review_days=5)
    submit()
    DpaRequest.objects.update(state="accepted", since=timezone.now() - timedelta(days=days))

    assert queued(DpaRequest.objects.all(), ServiceProfile.load()).get().overdue is late


def test_without_a_profile_the_days_are_those_that_a_new_one_begins_with():
    assert review_days(None) == 3


@pytest.mark.parametrize(
    ("since", "told"),
    [
        (timedelta(hours=23), "less than a day"),
        (timedelta(days=1, hours=5), "1 day"),
        (timedelta(days=400), "400 days"),
    ],
)
def test_how_long_is_told_in_days_from_the_first_day_on(since, told):
    assert waited(timezone.now() - since) == told
