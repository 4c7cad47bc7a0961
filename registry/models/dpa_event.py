from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .agreement import Agreement
from .dpa import DpaRequest


class DpaEvent(models.Model):
    """What happened to a request and its agreements: a chain of digests that names nobody, and outlives the person.

    `content` is the exact RFC 8785 text that `digest` (SHA-256, hex) is over; it holds the digest of the event before.
    The database refuses to change or remove it (see guards.py).
    """

    class Kind(models.TextChoices):
        # The states of a request,
        RECEIVED = "received", _("received")
        VERIFIED = "verified", _("address verified")
        IN_REVIEW = "in_review", _("in review")
        ISSUED = "issued", _("issued")
        ACCEPTED = "accepted", _("accepted by the customer")
        COUNTERSIGNED = "countersigned", _("countersigned")
        CLOSED = "closed", _("closed")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn by the customer")
        EXPIRED = "expired", _("expired")
        # the ends of an agreement,
        SUPERSEDED = "superseded", pgettext_lazy("agreement", "superseded")
        ENDED = "ended", pgettext_lazy("agreement", "ended")
        # and what was done about the person.
        ERASURE_REFUSED = "erasure_refused", _("erasure refused")
        ERASED = "erased", _("personal data erased")

    request = models.ForeignKey(DpaRequest, on_delete=models.PROTECT, related_name="events")
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("event"), max_length=20, choices=Kind)
    at = models.DateTimeField(_("at"))
    agreement = models.ForeignKey(Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    content = models.TextField(_("content"))
    digest = models.CharField(_("digest"), max_length=64, unique=True)

    class Meta:
        verbose_name = _("event of a DPA request")
        verbose_name_plural = _("events of DPA requests")
        ordering = ["request", "number"]
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["request", "number"], name="dpa_event_number_once")]

    def __str__(self) -> str:
        return f"{self.request_id} {self.number}"
