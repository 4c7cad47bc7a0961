import datetime
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from registry.models import Attempt
from registry.public.limits import Limit, TooMany, spend

HOUR = datetime.timedelta(hours=1)
LIMITS = (Limit("form", HOUR, from_address=2, from_network=3),)


def request(address):
    return RequestFactory().post("/", REMOTE_ADDR=address)


def test_an_address_may_use_a_form_so_often_and_then_waits(db):
    spend(request("192.0.2.1"), LIMITS)
    spend(request("192.0.2.1"), LIMITS)

    with pytest.raises(TooMany) as refused:
        spend(request("192.0.2.1"), LIMITS)

    assert 3590 <= refused.value.retry_after <= 3600
    spend(request("192.0.2.2"), LIMITS)


@pytest.mark.parametrize(
    ("addresses", "other"),
    [
        (["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"], "192.0.3.1"),
        (["2001:db8::1", "2001:db8:0:1::1", "2001:db8:0:2::1", "2001:db8:0:3::1"], "2001:db8:1::1"),
    ],
)
def test_a_network_may_use_it_more_often_than_one_address(db, addresses, other):
    for address in addresses[:3]:
        spend(request(address), LIMITS)

    with pytest.raises(TooMany):
        spend(request(addresses[3]), LIMITS)

    spend(request(other), LIMITS)


def test_waiting_helps_and_being_refused_does_not_count(db):
    spend(request("192.0.2.1"), LIMITS)
    spend(request("192.0.2.1"), LIMITS)
    for _turn in range(5):
        with pytest.raises(TooMany):
            spend(request("192.0.2.1"), LIMITS)
    assert Attempt.objects.count() == 4

    Attempt.objects.update(at=timezone.now() - HOUR)

    spend(request("192.0.2.1"), LIMITS)


def test_the_longest_wait_of_several_limits_counts(db):
    day = Limit("form", datetime.timedelta(days=1), from_address=1, from_network=9)
    spend(request("192.0.2.1"), (*LIMITS, day))

    with pytest.raises(TooMany) as refused:
        spend(request("192.0.2.1"), (*LIMITS, day))

    assert refused.value.retry_after > 3600


def test_no_address_is_kept(db):
    spend(request("192.0.2.77"), LIMITS)
    spend(request("nonsense"), LIMITS)

    assert all(re.fullmatch("[0-9a-f]{64}", origin) for origin in Attempt.objects.values_list("origin", flat=True))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="threads need a server; SQLite has one writer at a time")
def test_many_at_the_same_moment_do_not_slip_past_together():
    barrier = threading.Barrier(6)

    def one(_number):
        try:
            barrier.wait()
            spend(request("192.0.2.1"), LIMITS)
        except TooMany:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(one, range(6))) == 2
