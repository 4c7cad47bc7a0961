from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils import timezone


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def within(self, window: timedelta, now: datetime | None = None) -> Self:
        return self.filter(at__gt=(now or timezone.now()) - window)

    def past_their_day(self, now: datetime | None = None) -> Self:
        return self.filter(at__lte=(now or timezone.now()) - timedelta(days=1))


class Attempt(models.Model):
    """One use of a form from an address or a network, for rate limits. Kept for a day, under a keyed hash."""

    scope = models.CharField(max_length=40)
    origin = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["origin", "scope", "at"], name="attempt_window")]

    def __str__(self) -> str:
        return self.scope
