import datetime

from registry.actions.expiring import expiring
from registry.models import Safeguard, ServiceProfile, Subprocessor, TransferMechanism


def test_the_sample_states_no_day_on_which_anything_ends(db):
    assert expiring(ServiceProfile.load().today()) == []


def test_what_ends_within_sixty_days_or_has_ended_is_told_with_the_earliest_first(db):
    today = datetime.date(2026, 3, 1)
    last, after = today + datetime.timedelta(days=60), today + datetime.timedelta(days=61)
    Safeguard.objects.filter(key="pci-dss").update(valid_until=last)
    Safeguard.objects.filter(key="soc-1").update(valid_until=after)
    Subprocessor.objects.filter(key="aws").update(next_review=today, dpa_valid_until=datetime.date(2026, 2, 1))
    Subprocessor.objects.filter(key="twilio").update(next_review=after)
    TransferMechanism.objects.create(
        key="aws-dpf",
        subprocessor=Subprocessor.objects.get(key="aws"),
        regime="eu",
        mechanism="dpf",
        expires_on=datetime.date(2026, 4, 1),
    )

    assert [(e.message, e.noun.key, e.field, e.days_left(today)) for e in expiring(today)] == [
        ("Our DPA with a subprocessor: Amazon Web Services, LLC", "aws", "dpa_valid_until", -28),
        ("Review: Amazon Web Services, LLC", "aws", "next_review", 0),
        (
            "Transfer mechanism: Amazon Web Services, LLC, Data Privacy Framework (Art. 45)",
            "aws-dpf",
            "expires_on",
            31,
        ),
        ("Certification: PCI DSS", "pci-dss", "valid_until", 60),
    ]


def test_what_is_not_listed_ends_unnoticed(db):
    today = datetime.date(2026, 3, 1)
    Safeguard.objects.filter(key="pci-dss").update(valid_until=today, listed=False)
    Subprocessor.objects.filter(key="linode").update(next_review=today, dpa_valid_until=today)
    TransferMechanism.objects.create(
        key="linode-dpf",
        subprocessor=Subprocessor.objects.get(key="linode"),
        regime="eu",
        mechanism="dpf",
        expires_on=today,
    )

    assert expiring(today) == []
