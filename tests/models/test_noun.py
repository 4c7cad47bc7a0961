import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from registry.models import PolicySection, ProcessingLocation, Subprocessor


def test_a_key_is_unique(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        Subprocessor.objects.create(key="aws", legal_name="Another", kind="service")


def test_a_key_never_changes(db):
    aws = Subprocessor.objects.get(key="aws")
    aws.key = "amazon"

    with pytest.raises(ValidationError, match="A key never changes"):
        aws.full_clean(exclude=["purpose"])
    with pytest.raises(ValidationError, match="A key never changes"):
        aws.save()
    assert Subprocessor.objects.filter(key="aws").exists()


def test_each_save_counts_a_version(db):
    aws = Subprocessor.objects.get(key="aws")
    before = aws.version

    aws.save()

    assert Subprocessor.objects.get(key="aws").version == before + 1


@pytest.mark.parametrize("key", ["linode", "aws"])
def test_what_a_release_has_named_is_never_deleted_even_when_unlisted(db, key):
    with pytest.raises(ProtectedError, match="kept as evidence"):
        Subprocessor.objects.get(key=key).delete()
    with pytest.raises(ProtectedError, match="kept as evidence"):
        Subprocessor.objects.filter(key=key).delete()

    assert Subprocessor.objects.filter(key=key).exists()


def test_what_no_release_has_named_can_be_deleted(db):
    Subprocessor.objects.create(key="draft-only", legal_name="Draft", kind="service").delete()

    assert not Subprocessor.objects.filter(key="draft-only").exists()


def test_the_same_key_under_another_noun_is_not_the_same_thing(db):
    # "twilio" was released as a subprocessor, never as a section.
    assert Subprocessor.objects.get(key="twilio").released
    assert not PolicySection(key="twilio").released
    assert ProcessingLocation.objects.get(key="aws-eu-germany").released


def test_only_listed_rows_would_be_named(db):
    assert set(Subprocessor.objects.listed().values_list("key", flat=True)) == {
        "aws",
        "quality-unit-sro",
        "quality-unit-ukraine",
        "twilio",
        "intuit",
        "openai",
    }
