import pytest
from django.core.exceptions import ValidationError
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


@pytest.mark.parametrize("wrong", ["name", "role"])
@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "This field cannot be blank."),
        (" \u200b\u2060 ", "This field cannot be blank."),
        (
            "Ane\u202ekroM",
            "This field contains a line break or another character that cannot be shown. Please remove it.",
        ),
        ("Ane\x07", "This field contains a line break or another character that cannot be shown. Please remove it."),
    ],
)
def test_what_cannot_be_seen_signs_nothing(db, wrong, typed, told):
    agreement = agreements.issued()
    said = {"name": "Ane Mørk", "role": "Director", wrong: typed}

    with pytest.raises(ValidationError) as error:
        signatures.made(agreement, "provider", timezone.now(), **said)

    assert error.value.message_dict == {wrong: [told]}


def test_joiners_marks_and_other_scripts_are_part_of_names(db):
    agreement = agreements.issued()

    made = signatures.made(agreement, "customer", timezone.now(), name="Zoe\u0308  D’Arc", role="Διευθυντής")

    assert (made.name, made.role) == ("Zoe\u0308 D’Arc", "Διευθυντής")
