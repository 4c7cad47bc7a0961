from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .dpa import DpaRequest
from .objection import Objection
from .release import Release
from .subscriber import Subscriber


class Announcement(models.Model):
    """An entry of the chain that subscribers are told of; while it is paused, nothing of it is sent."""

    release = models.OneToOneField(Release, primary_key=True, on_delete=models.PROTECT, related_name="announcement")
    queued_at = models.DateTimeField(_("queued at"), default=timezone.now, editable=False)
    paused_at = models.DateTimeField(_("paused at"), null=True, blank=True)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-release_id"]

    def __str__(self) -> str:
        return str(self.pk)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime | None = None) -> Self:
        """What can be sent, mails that one person waits for before those to all subscribers, urgent ones first."""
        found = self.filter(state=Delivery.State.QUEUED, due_at__lte=now or timezone.now())
        return found.order_by("priority", "due_at", "id")

    def failed(self) -> Self:
        """Refused for good, or come back, while somebody waits for it: staff has to look."""
        waiting = Q(request__in=DpaRequest.objects.waiting()) | Q(objection__in=Objection.objects.waiting())
        return self.filter(waiting, state__in=(Delivery.State.FAILED, Delivery.State.BOUNCED)).order_by("due_at")

    def last_sent(self, priority: int) -> datetime | None:
        """About when a mail of this priority was last sent: they go in the order in which they are due."""
        sent = self.filter(state=Delivery.State.SENT, priority=priority).order_by("-due_at", "-id")
        return sent.values_list("sent_at", flat=True).first()

    def stale(self, before: datetime) -> Self:
        """Claimed, but by a worker that has not reported since."""
        return self.filter(state=Delivery.State.CLAIMED, claimed_at__lt=before)


class Delivery(models.Model):
    """One mail to one recipient for one event, rendered when it is sent: it holds no address and no text.

    It is about a DPA request, a subscriber or an objection; an announcement names the entry of the chain as well.
    """

    class Kind(models.TextChoices):
        DPA_RECEIPT = "dpa-receipt", _("receipt to the requester")
        DPA_NOTICE = "dpa-notice", _("notice to staff")
        DPA_CHECK = "dpa-check", _("request to verify a requester’s address")
        DPA_LINK = "dpa-link", _("link to the customer’s page")
        DPA_ISSUED = "dpa-issued", _("document to accept")
        DPA_REMINDER = "dpa-reminder", _("reminder of a document to accept")
        DPA_ACCEPTED = "dpa-accepted", _("receipt of an acceptance")
        DPA_TASK = "dpa-task", _("document to countersign, to staff")
        DPA_FINAL = "dpa-final", _("countersigned document")
        DPA_ENDED = "dpa-ended", _("end of a request")
        DPA_KEPT = "dpa-kept", _("refusal of an erasure")
        DPA_CHANGE = "dpa-change", _("change since an agreement was signed")
        CONFIRMATION = "confirmation", _("request to confirm a subscription")
        PREFERENCES = "preferences", _("link to the preferences of a subscription")
        ANNOUNCEMENT = "announcement", _("announcement")
        OBJECTION_CHECK = "objection-check", _("request to verify an objector’s address")
        OBJECTION_RECEIPT = "objection-receipt", _("receipt to the objector")
        OBJECTION_NOTICE = "objection-notice", _("notice of an objection to staff")
        OBJECTION_ANSWER = "objection-answer", _("answer to the objector")

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        CLAIMED = "claimed", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("refused for good")
        BOUNCED = "bounced", _("came back")
        PAUSED = "paused", _("paused")
        CANCELLED = "cancelled", _("cancelled")

    class Priority(models.IntegerChoices):
        AWAITED = 0, _("awaited")
        # Of what is in force already: it does not wait until another announcement is through.
        URGENT = 1, _("urgent replacement")
        BULK = 2, _("to all subscribers")

    kind = models.CharField(_("mail"), max_length=20, choices=Kind)
    request = models.ForeignKey(DpaRequest, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries")
    subscriber = models.ForeignKey(
        Subscriber, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries"
    )
    objection = models.ForeignKey(Objection, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries")
    release = models.ForeignKey(Release, null=True, blank=True, on_delete=models.PROTECT, related_name="deliveries")
    # Tells apart what may be sent several times for one thing, such as two answers to one objection.
    event = models.CharField(_("event"), max_length=40, blank=True)
    # In which a mail was, or will be, written; empty where the request says it.
    language = models.CharField(_("language"), max_length=10, blank=True, choices=settings.LANGUAGES)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, default=Priority.AWAITED)
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
        constraints = [
            models.UniqueConstraint(
                fields=["request", "kind", "event"],
                condition=Q(request__isnull=False),
                name="delivery_once_a_request_and_event",
            ),
            models.UniqueConstraint(
                fields=["subscriber", "kind", "event"],
                condition=Q(subscriber__isnull=False, release__isnull=True),
                name="delivery_once_a_subscriber_and_event",
            ),
            # Whatever `event` says: nobody is told twice of one entry of the chain.
            models.UniqueConstraint(
                fields=["subscriber", "release"],
                condition=Q(release__isnull=False),
                name="delivery_once_a_subscriber_and_release",
            ),
            models.UniqueConstraint(
                fields=["objection", "kind", "event"],
                condition=Q(objection__isnull=False),
                name="delivery_once_an_objection_and_event",
            ),
            models.CheckConstraint(
                condition=Q(
                    request__isnull=False, subscriber__isnull=True, objection__isnull=True, release__isnull=True
                )
                | Q(request__isnull=True, subscriber__isnull=False, objection__isnull=True)
                | Q(request__isnull=True, subscriber__isnull=True, objection__isnull=False, release__isnull=True),
                name="delivery_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(kind="announcement", release__isnull=False)
                | Q(~Q(kind="announcement"), release__isnull=True),
                name="delivery_announcement_of_a_release",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "priority", "due_at", "id"], name="delivery_queue"),
            models.Index(fields=["release", "state"], condition=Q(release__isnull=False), name="delivery_progress"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.request_id or self.subscriber_id or self.objection_id}"
