from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from . import reference


def new_reference() -> str:
    return reference.new("SUB")


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def confirmed(self) -> Self:
        """Who is told of changes."""
        return self.filter(state=Subscriber.State.CONFIRMED, erased_at__isnull=True)

    def with_identity(self) -> Self:
        return self.filter(identity__isnull=False)

    def unconfirmed(self, days: int, now: datetime | None = None) -> Self:
        """Asked for more than that many days ago, and never confirmed."""
        before = (now or timezone.now()) - timedelta(days=days)
        return self.with_identity().filter(state=Subscriber.State.PENDING, asked_at__lt=before)

    def past_retention(self, days: int, asked_days: int, now: datetime | None = None) -> Self:
        """Ended more than that many days ago, with personal data still held, and not asked for again since: within
        `asked_days` somebody may confirm."""
        now = now or timezone.now()
        ended = self.with_identity().filter(ended_at__lt=now - timedelta(days=days))
        return ended.filter(asked_at__lt=now - timedelta(days=asked_days))


class Subscriber(models.Model):
    """A subscription to notice of changes: choices, states and dates, with history. SubscriberIdentity holds who."""

    class State(models.TextChoices):
        PENDING = "pending", _("not confirmed yet")
        CONFIRMED = "confirmed", pgettext_lazy("subscriber", "confirmed")
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
        SUPPRESSED = "suppressed", _("suppressed: mail comes back")

    class Scope(models.TextChoices):
        ALL = "all", _("every change")
        REGIONS = "regions", _("changes that concern some regions")
        ANNOUNCEMENTS = "announcements", _("announcements of changes to come")

    ENDED = (State.UNSUBSCRIBED, State.SUPPRESSED)

    reference = models.CharField(_("reference"), max_length=20, unique=True, default=new_reference, editable=False)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.PENDING)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    scope = models.CharField(_("scope"), max_length=20, choices=Scope, default=Scope.ALL)
    # The keys in order, a blank between two of them: one value to compare in either database.
    regions = models.TextField(_("regions"), blank=True)
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(_("personal data erased at"), null=True, blank=True, editable=False)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        ordering = ["-asked_at"]
        permissions = [
            ("erase_subscriber", _("Can erase the personal data of a subscriber")),
            ("view_evidence", _("Can export who was told of a change")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="regions") & ~Q(regions="") | ~Q(scope="regions") & Q(regions=""),
                name="subscriber_regions_where_chosen",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["unsubscribed", "suppressed"], ended_at__isnull=False)
                | Q(state__in=["pending", "confirmed"], ended_at__isnull=True),
                name="subscriber_ended_in_an_end_state",
            ),
        ]
        indexes = [models.Index(fields=["state", "scope"], name="subscriber_told")]

    def __str__(self) -> str:
        return self.reference

    @property
    def region_keys(self) -> list[str]:
        return self.regions.split()


class SubscriberIdentity(models.Model):
    """Who is told. Personal data: no history, erased on its own clock (GDPR Art. 5(1)(e), 17).

    `secret` makes the links in the mails of this address; a new one ends all links that were sent before.
    """

    subscriber = models.OneToOneField(Subscriber, primary_key=True, on_delete=models.PROTECT, related_name="identity")
    email = models.EmailField(_("e-mail"), max_length=254)
    # The address as mail servers tell it apart from others: one subscription each.
    mailbox = models.CharField(max_length=254, unique=True, editable=False)
    secret = models.CharField(max_length=32, unique=True, editable=False)

    class Meta:
        verbose_name = _("subscriber’s address")
        verbose_name_plural = _("subscribers’ addresses")

    def __str__(self) -> str:
        return self.subscriber.reference
