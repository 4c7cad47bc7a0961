import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from registry.models import Safeguard, SafeguardSet


@pytest.mark.parametrize(
    "facts",
    [
        {"kind": "certification", "name": ""},
        {"kind": "facility", "name": "ISO 27001"},
        {"kind": "contractual", "claim": "certified"},
        {"kind": "certification", "name": "ISO 27001", "claim": "compliant"},
    ],
    ids=["nameless certification", "named facility", "contractual claim", "certification twice"],
)
def test_the_database_refuses(db, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        Safeguard.objects.create(key="new", **facts)


def test_a_contractual_safeguard_stays_out_of_sets(db):
    found = SafeguardSet.objects.get(key="facility-2019")
    found.safeguards.add(Safeguard.objects.get(key="cooperation"))

    with pytest.raises(ValidationError, match="binds every subprocessor"):
        found.full_clean()


def test_history_keeps_the_links_of_a_set_as_they_were(db):
    found = SafeguardSet.objects.get(key="facility-2019")
    before = found.history.first()
    found.safeguards.remove(Safeguard.objects.get(key="ssae-16"))

    keys = [{row.safeguard.key for row in state.safeguards.all()} for state in (found.history.first(), before)]

    assert keys[1] - keys[0] == {"ssae-16"}
