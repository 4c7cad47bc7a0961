from datetime import timedelta

import pytest
from django.utils import timezone

from registry.actions import announcing
from registry.actions.progress import evidence, progress
from registry.actions.publishing import publish
from registry.models import Announcement, Delivery, Subprocessor
from tests.subscribers import subscribe

State = Delivery.State


@pytest.fixture
def told(db):
    """Four subscribers of an announced release, in the order of their names."""
    for name, language in (("a", "et"), ("b", "et"), ("c", "da"), ("d", "en")):
        subscribe(f"{name}@example.com", language=language)
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    publish()
    return list(Delivery.objects.filter(release=4).order_by("subscriber__identity__email"))


def becomes(delivery, state, **values):
    Delivery.objects.filter(pk=delivery.pk).update(state=state, **values)


def test_all_are_ahead_when_a_release_is_published(told):
    found = progress(4)

    assert (found.total, found.done, found.ahead, found.percent, found.left) == (4, 0, 4, 0, None)
    assert not found.troubled


def test_what_is_over_counts_whatever_became_of_it_and_who_left_does_not(told):
    now = timezone.now()
    becomes(told[0], State.SENT, sent_at=now)
    becomes(told[1], State.FAILED)
    becomes(told[2], State.BOUNCED)
    becomes(told[3], State.CANCELLED)

    found = progress(4, now)

    assert (found.total, found.done, found.ahead, found.percent, found.left) == (3, 3, 0, 100, None)
    assert found.troubled
    assert found.languages == {"et": 1, "da": 1}


def test_the_rest_takes_as_long_as_the_rate_of_the_last_minute_says(told):
    now = timezone.now()
    becomes(told[0], State.SENT, sent_at=now - timedelta(seconds=30))
    assert progress(4, now).left == timedelta(minutes=3)

    becomes(told[1], State.CLAIMED)
    becomes(told[2], State.SENT, sent_at=now - timedelta(minutes=5))
    found = progress(4, now)
    assert (found.left, found.percent) == (timedelta(minutes=2), 50)


def test_nobody_to_tell_is_done(db):
    Announcement.objects.create(release_id=3)

    found = progress(3)

    assert (found.total, found.percent, found.ahead) == (0, 100, 0)


def test_the_evidence_names_who_was_told_when_in_which_language_of_which_release(told):
    now = timezone.now()
    becomes(told[0], State.SENT, sent_at=now)
    becomes(told[1], State.FAILED, problem="SMTP 550")
    told[2].subscriber.identity.delete()

    rows = sorted(evidence(4), key=lambda row: (row.email == "", row.email))

    assert [(r.email, r.language, r.state, r.sent_at, r.problem) for r in rows] == [
        ("a@example.com", "et", "sent", now, ""),
        ("b@example.com", "et", "failed", None, "SMTP 550"),
        ("d@example.com", "en", "queued", None, ""),
        ("", "da", "queued", None, ""),
    ]
    assert {r.reference for r in rows} == {delivery.subscriber.reference for delivery in told}
    assert {(r.release, r.digest) for r in rows} == {(4, told[0].release.digest)}


@pytest.mark.parametrize("more", [0, 20])
def test_neither_costs_more_queries_for_more_subscribers(told, django_assert_num_queries, more):
    for number in range(more):
        announcing.Delivery.objects.create(
            kind="announcement",
            release_id=4,
            subscriber=subscribe(f"{number}@example.com"),
            priority=Delivery.Priority.BULK,
        )

    with django_assert_num_queries(2):
        progress(4)
    with django_assert_num_queries(1):
        assert len(list(evidence(4))) == 4 + more
