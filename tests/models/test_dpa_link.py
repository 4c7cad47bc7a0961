from datetime import timedelta

import pytest
from django.utils import timezone

from registry.models import DpaLink
from tests.requests import submit

NOW = timezone.now()


@pytest.mark.parametrize(
    ("values", "good"),
    [
        ({}, True),
        ({"expires_at": NOW + timedelta(seconds=1)}, True),
        ({"expires_at": NOW}, False),
        ({"used_at": NOW}, False),
        ({"revoked_at": NOW}, False),
    ],
)
def test_a_link_is_good_until_it_is_used_revoked_or_too_old(db, values, good):
    DpaLink.objects.all().delete()
    link = DpaLink.objects.create(request=submit(), purpose="page", nonce="n", digest="d", **values)

    assert DpaLink.objects.good(NOW).filter(pk=link.pk).exists() is good


def test_a_link_calls_itself_by_number_and_purpose(db):
    request = submit()

    assert str(request.links.get()) == f"{request.pk} verify"
