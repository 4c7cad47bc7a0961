from datetime import timedelta

from django.utils import timezone

from registry.models import Attempt


def test_attempts_count_within_their_window_and_are_over_after_a_day(db):
    now = timezone.now()
    for minutes in (1, 59, 61, 24 * 60 - 1, 24 * 60 + 1):
        Attempt.objects.create(scope="dpa", origin="hash", at=now - timedelta(minutes=minutes))

    assert Attempt.objects.within(timedelta(hours=1), now).count() == 2
    assert Attempt.objects.past_their_day(now).count() == 1
