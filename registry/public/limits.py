"""How often a form may be used from an address and from a network. Counters live a day, under a keyed hash."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from ..actions.cases import one_at_a_time
from ..models import Attempt
from .client import address, network, origin


@dataclass(frozen=True)
class Limit:
    """At most `times` within `window`, from one address and from the network that it lies in."""

    scope: str
    window: timedelta
    from_address: int
    from_network: int


# What is scarce is the time of the staff who read requests, and the good name of our mail server. A company needs one
# request, a law firm or a reseller a handful on one day; an office behind one address shares it, and a network (/24, or
# /48 for IPv6) holds several offices.
DPA_REQUESTS = (
    Limit("dpa", timedelta(hours=1), from_address=10, from_network=30),
    Limit("dpa", timedelta(days=1), from_address=30, from_network=100),
)
# A mail to any address that somebody types: a company subscribes its people one by one, on one day.
SUBSCRIPTIONS = (
    Limit("subscription", timedelta(hours=1), from_address=20, from_network=60),
    Limit("subscription", timedelta(days=1), from_address=60, from_network=200),
)
# As DPA requests: a company needs one, whoever objects for several companies a handful.
OBJECTIONS = (
    Limit("objection", timedelta(hours=1), from_address=10, from_network=30),
    Limit("objection", timedelta(days=1), from_address=30, from_network=100),
)
# A mail to a mailbox that has asked for a DPA before; the mailbox has limits of its own (actions/dpa.py).
DPA_LINKS = (
    Limit("dpa-link", timedelta(hours=1), from_address=10, from_network=30),
    Limit("dpa-link", timedelta(days=1), from_address=30, from_network=100),
)
# With a good link in hand: a document is accepted once, and a file that was refused is sent again some times. What is
# scarce is the time that a program takes to look into a file.
DPA_SIGNINGS = (
    Limit("dpa-signing", timedelta(hours=1), from_address=20, from_network=60),
    Limit("dpa-signing", timedelta(days=1), from_address=60, from_network=200),
)


class TooMany(Exception):
    """The limit is reached; `retry_after` seconds from now there is room again."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"again in {retry_after} s")
        self.retry_after = retry_after


def spend(request: HttpRequest, limits: tuple[Limit, ...]) -> None:
    """Count one use. Raise TooMany, and count nothing, where a limit is reached: waiting always helps."""
    now = timezone.now()
    origins = {"address": origin(address(request)), "network": origin(network(request))}
    with transaction.atomic():
        one_at_a_time(origins["network"])
        waits = [
            _wait(origins[whose], limit, times, now)
            for limit in limits
            for whose, times in (("address", limit.from_address), ("network", limit.from_network))
        ]
        if any(waits):
            raise TooMany(max(waits))
        for scope in {limit.scope for limit in limits}:
            for found in sorted(set(origins.values())):
                Attempt.objects.create(scope=scope, origin=found, at=now)


def _wait(found: str, limit: Limit, times: int, now: datetime) -> int:
    """Seconds until this origin is below a limit; 0 where it is."""
    uses = Attempt.objects.filter(origin=found, scope=limit.scope).within(limit.window, now).order_by("-at")
    oldest_that_counts = uses.values_list("at", flat=True)[times - 1 : times].first()
    if oldest_that_counts is None:
        return 0
    return max(1, math.ceil((oldest_that_counts + limit.window - now).total_seconds()))
