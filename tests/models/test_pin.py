import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from registry.models import TranslationPin


def pin(**values):
    return TranslationPin(
        **{
            "noun": "policysection",
            "object_id": 10**6,
            "field": "body",
            "language": "da",
            "source_digest": "0" * 64,
            "text_digest": "0" * 64,
            "at": timezone.now(),
            **values,
        }
    )


def test_a_text_has_one_pin(db):
    pin().save()

    with pytest.raises(IntegrityError), transaction.atomic():
        pin().save()


@pytest.mark.parametrize("wrong", [{"language": "xx"}, {"status": "guessed"}])
def test_the_database_refuses_an_unknown_language_or_status(db, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        pin(**wrong).save()


def test_a_pin_names_its_passage_and_nobody():
    assert str(pin()) == "policysection 1000000, body, da"
