from datetime import datetime
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .dpa import DpaRequest


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime | None = None) -> Self:
        return self.filter(state=Delivery.State.QUEUED, due_at__lte=now or timezone.now()).order_by("due_at", "id")

    def failed(self) -> Self:
        """Refused for good, while the request waits: somebody has to look."""
        return self.filter(state=Delivery.State.FAILED, request__in=DpaRequest.objects.waiting()).order_by("due_at")

    def stale(self, before: datetime) -> Self:
        """Claimed, but by a worker that has not reported since."""
        return self.filter(state=Delivery.State.CLAIMED, claimed_at__lt=before)


class Delivery(models.Model):
    """One mail for one event, rendered when it is sent: it holds no address and no text."""

    class Kind(models.TextChoices):
        DPA_RECEIPT = "dpa-receipt", _("receipt to the requester")
        DPA_NOTICE = "dpa-notice", _("notice to staff")

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        CLAIMED = "claimed", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("refused for good")
        CANCELLED = "cancelled", _("cancelled")

    kind = models.CharField(_("mail"), max_length=20, choices=Kind)
    request = models.ForeignKey(DpaRequest, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due at"), default=timezone.now)
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    # The SMTP code or the error's class: a server's own words may repeat an address.
    problem = models.CharField(_("last problem"), max_length=80, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-due_at"]
        constraints = [models.UniqueConstraint(fields=["kind", "request"], name="delivery_once_per_event")]
        indexes = [models.Index(fields=["state", "due_at"], name="delivery_queue")]

    def __str__(self) -> str:
        return f"{self.kind} {self.request_id}"
