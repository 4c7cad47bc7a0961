from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from registry.actions import linking
from registry.models import DpaLink, DpaRequest
from tests.requests import submit

PAGE, VERIFY = linking.Purpose.PAGE, linking.Purpose.VERIFY


@pytest.fixture
def request_made(db):
    return submit()


def test_a_token_holds_128_bits_and_is_in_no_row(request_made):
    token = linking.make(request_made, PAGE)

    assert len(token) == 22
    stored = [str(value) for row in DpaLink.objects.values_list() for value in row]
    assert not any(token in value for value in stored)


def test_a_token_opens_its_request_for_its_purpose_alone(request_made):
    other = submit(token="another form")
    token = linking.make(request_made, PAGE)

    assert linking.opened(token, PAGE).request == request_made != other
    with pytest.raises(linking.NoLink):
        linking.opened(token, VERIFY)


@pytest.mark.parametrize("forged", ["", "A" * 22, "x", "\ud800", "../..", "A" * 10_000, "é" * 22])
def test_a_forged_token_opens_nothing(request_made, forged):
    with pytest.raises(linking.NoLink):
        linking.opened(forged, VERIFY)


@pytest.mark.parametrize(
    "over",
    [
        {"used_at": timezone.now()},
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
    ],
)
def test_a_link_that_is_over_opens_nothing(request_made, over):
    token = linking.make(request_made, PAGE)
    request_made.links.filter(purpose=PAGE).update(**over)

    with pytest.raises(linking.NoLink):
        linking.opened(token, PAGE)


def test_a_link_to_what_was_erased_opens_nothing(request_made):
    token = linking.make(request_made, PAGE)
    DpaRequest.objects.update(erased_at=timezone.now())

    with pytest.raises(linking.NoLink):
        linking.opened(token, PAGE)


@pytest.mark.parametrize("wrong", ["forged", "used", "another purpose"])
def test_whatever_is_wrong_it_costs_one_query(request_made, wrong, django_assert_num_queries):
    token = linking.make(request_made, VERIFY if wrong == "another purpose" else PAGE)
    if wrong == "used":
        request_made.links.update(used_at=timezone.now())

    with django_assert_num_queries(1), pytest.raises(linking.NoLink):
        linking.opened("A" * 22 if wrong == "forged" else token, PAGE)


def test_the_link_to_the_page_stays_the_same_until_it_is_revoked(request_made):
    first = linking.page(request_made)

    assert linking.page(request_made) == first
    linking.revoke(request_made, PAGE)
    assert linking.page(request_made) != first
    with pytest.raises(linking.NoLink):
        linking.opened(first, PAGE)


def test_another_secret_key_makes_another_link_and_leaves_the_one_that_was_sent_good(request_made):
    sent = linking.page(request_made)

    with override_settings(SECRET_KEY="another key, as long as the first one was, or longer, whatever"):
        assert linking.page(request_made) != sent
        assert linking.opened(sent, PAGE).request == request_made


def test_a_link_is_used_once(request_made):
    link = linking.opened(linking.make(request_made, VERIFY), VERIFY)
    linking.used(link)

    with pytest.raises(linking.NoLink):
        linking.used(link)
