from django.utils import timezone

from registry.actions import signatures
from registry.models import Signature
from tests import agreements


def test_a_signature_is_made_and_not_saved(db):
    agreement = agreements.issued()

    made = signatures.made(agreement, "provider", timezone.now(), name="A", role="B", by=agreements.staff())

    assert (made.pk, made.party, made.by, Signature.objects.count()) == (None, "provider", agreements.staff(), 0)


def test_each_signature_has_a_salt_of_its_own(db):
    agreement, at = agreements.issued(), timezone.now()

    one, two = (signatures.made(agreement, "provider", at, name="A", role="B") for _once in range(2))

    assert one.salt != two.salt
    assert signatures.digest(one) != signatures.digest(two)


def test_a_signature_has_the_same_digest_when_it_comes_back_from_the_database(db):
    agreement = agreements.issued()
    made = signatures.made(agreement, "customer", timezone.now(), **agreements.CUSTOMER)
    made.save()

    assert signatures.digest(Signature.objects.get()) == signatures.digest(made)
