import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.db.models import ProtectedError

from registry.models import ProcessingLocation, Subprocessor, TransferMechanism

DAY = datetime.date(2026, 3, 1)
EARLIER = datetime.date(2026, 2, 1)


@pytest.mark.parametrize("country", ["XX", "EU", "de", "150"])
def test_the_database_takes_iso_countries_alone(db, country):
    # PostgreSQL finds "150" too long before it looks at the constraint.
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        Subprocessor.objects.create(key="new", legal_name="New", kind="service", country=country)


@pytest.mark.parametrize("territory", ["XX", "de", "UN"])
def test_a_territory_is_a_country_the_union_or_not_stated(db, territory):
    aws = Subprocessor.objects.get(key="aws")
    ProcessingLocation.objects.create(key="union", subprocessor=aws, territory="EU")
    ProcessingLocation.objects.create(key="unknown", subprocessor=aws, territory="")

    with pytest.raises(IntegrityError), transaction.atomic():
        ProcessingLocation.objects.create(key="wrong", subprocessor=aws, territory=territory)


def test_a_new_subprocessor_stands_last(db):
    Subprocessor.objects.create(key="a-new-one", legal_name="A", kind="service")

    assert Subprocessor.objects.values_list("key", flat=True).last() == "a-new-one"


def test_reviews_are_in_order(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        Subprocessor.objects.create(key="new", legal_name="New", kind="service", last_review=DAY, next_review=EARLIER)


@pytest.mark.parametrize(
    "facts",
    [{"mechanism": "adequacy", "scc_module": "2"}, {"mechanism": "scc", "verified_on": DAY, "expires_on": EARLIER}],
    ids=["a module without clauses", "expired before verified"],
)
def test_a_transfer_mechanism_that_cannot_be_is_refused(db, facts):
    aws = Subprocessor.objects.get(key="aws")

    with pytest.raises(IntegrityError), transaction.atomic():
        TransferMechanism.objects.create(key="new", subprocessor=aws, regime="eu", **facts)


def test_subprocessors_do_not_engage_each_other_in_a_circle(db):
    aws, twilio = Subprocessor.objects.get(key="aws"), Subprocessor.objects.get(key="twilio")
    twilio.parent = aws
    twilio.save()
    aws.parent = twilio

    with pytest.raises(ValidationError, match="in a circle"):
        aws.full_clean(exclude=["purpose"])


def test_what_is_due_counts_listed_subprocessors_alone(db):
    Subprocessor.objects.filter(key__in=["aws", "linode"]).update(next_review=DAY, dpa_valid_until=DAY)
    for key in ("aws", "linode"):
        TransferMechanism.objects.create(
            key=f"{key}-scc",
            subprocessor=Subprocessor.objects.get(key=key),
            regime="eu",
            mechanism="scc",
            expires_on=DAY,
        )

    assert [s.key for s in Subprocessor.objects.reviews_due(DAY)] == ["aws"]
    assert [s.key for s in Subprocessor.objects.agreements_expiring(DAY)] == ["aws"]
    assert [m.key for m in TransferMechanism.objects.expiring(DAY)] == ["aws-scc"]
    assert list(Subprocessor.objects.reviews_due(EARLIER)) == []


def test_a_subprocessor_does_not_take_a_released_location_with_it(db):
    draft = Subprocessor.objects.create(key="draft-only", legal_name="Draft", kind="service")
    location = ProcessingLocation.objects.get(key="aws-eu-germany")
    location.subprocessor = draft
    location.save()

    with pytest.raises(ProtectedError, match="aws-eu-germany was named by a release"):
        draft.delete()
