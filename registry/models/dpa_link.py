from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .dpa import DpaRequest


class DpaLinkQuerySet(models.QuerySet["DpaLink"]):
    def good(self, now: datetime | None = None) -> Self:
        """Links that still open something: neither used up nor revoked nor too old."""
        fresh = Q(expires_at__isnull=True) | Q(expires_at__gt=now or timezone.now())
        return self.filter(fresh, used_at__isnull=True, revoked_at__isnull=True)


class DpaLink(models.Model):
    """A link that a mail to the requester holds. Its token is in no table: it follows from the secret key and `nonce`.

    `digest` finds the row of a token that somebody brings; see actions/linking.py.
    """

    class Purpose(models.TextChoices):
        # Opens once.
        VERIFY = "verify", _("to verify the address")
        # Opens until it is revoked.
        PAGE = "page", _("to the customer’s page")

    request = models.ForeignKey(DpaRequest, on_delete=models.CASCADE, related_name="links")
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    nonce = models.CharField(max_length=43)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = DpaLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link of a DPA request")
        verbose_name_plural = _("links of DPA requests")
        ordering = ["made_at"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.request_id} {self.purpose}"
