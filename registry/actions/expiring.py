"""What ends soon or has ended: certifications, reviews, our DPAs with subprocessors, transfer mechanisms."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from ..models import Safeguard, Subprocessor, TransferMechanism

DAYS = 60


@dataclass(frozen=True)
class Expiry:
    message: str
    noun: Any
    field: str
    day: date

    def days_left(self, today: date) -> int:
        return (self.day - today).days


def expiring(today: date, days: int = DAYS) -> list[Expiry]:
    """What ends within that many days, and what has ended and is still listed; the earliest first."""
    return sorted(_expiring(today + timedelta(days=days)), key=lambda expiry: (expiry.day, expiry.message))


def _expiring(until: date) -> Iterator[Expiry]:
    for safeguard in Safeguard.objects.expiring(until):
        yield Expiry(
            _("Certification: %(name)s") % {"name": safeguard.name or safeguard.key},
            safeguard,
            "valid_until",
            safeguard.valid_until,
        )
    for subprocessor in Subprocessor.objects.reviews_due(until):
        yield Expiry(
            _("Review: %(name)s") % {"name": subprocessor.legal_name},
            subprocessor,
            "next_review",
            subprocessor.next_review,
        )
    for subprocessor in Subprocessor.objects.agreements_expiring(until):
        yield Expiry(
            _("Our DPA with a subprocessor: %(name)s") % {"name": subprocessor.legal_name},
            subprocessor,
            "dpa_valid_until",
            subprocessor.dpa_valid_until,
        )
    for mechanism in TransferMechanism.objects.expiring(until).select_related("subprocessor"):
        yield Expiry(
            _("Transfer mechanism: %(name)s, %(mechanism)s")
            % {"name": mechanism.subprocessor.legal_name, "mechanism": mechanism.get_mechanism_display()},
            mechanism,
            "expires_on",
            mechanism.expires_on,
        )
