from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import reference
from .release import Release


def new_reference() -> str:
    return reference.new("OBJ")


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def waiting(self) -> Self:
        """Objections that staff has yet to answer or close, the oldest first."""
        return self.filter(state__in=Objection.OPEN, erased_at__isnull=True).order_by("received_at")

    def unanswered(self) -> Self:
        """What no objector has heard of yet, the change that comes first before the others."""
        found = self.filter(state=Objection.State.OPEN, erased_at__isnull=True)
        return found.order_by("release__in_force_existing_on", "received_at")

    def with_identity(self) -> Self:
        return self.filter(objector__isnull=False)

    def unverified(self, days: int, now: datetime | None = None) -> Self:
        """Made more than that many days ago, from an address that nobody has confirmed."""
        before = (now or timezone.now()) - timedelta(days=days)
        return self.with_identity().filter(state=Objection.State.UNVERIFIED, received_at__lt=before)

    def past_retention(self, days: int, now: datetime | None = None) -> Self:
        """Closed more than that many days ago, with personal data still held."""
        before = (now or timezone.now()) - timedelta(days=days)
        return self.with_identity().filter(ended_at__lt=before)


class Objection(models.Model):
    """A customer’s objection to an intended change (GDPR Art. 28(2)): states and dates, with history.

    Objector holds who objects and why. `received_at` counts for the deadline; the address is verified after it.
    """

    class State(models.TextChoices):
        UNVERIFIED = "unverified", _("address not verified yet")
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("the change is not made")
        ACCOMMODATED = "accommodated", _("another way for this customer")
        REJECTED = "rejected", _("the change is made all the same")
        TERMINATED = "terminated", _("the customer ends the contract")
        WITHDRAWN = "withdrawn", _("the customer took the objection back")

    OPEN = (State.OPEN, State.ANSWERED)
    # The legal moves; the admin's buttons, the verbs and the tests share them.
    MOVES = {
        State.UNVERIFIED: (State.OPEN,),
        State.OPEN: (State.ANSWERED, State.CLOSED),
        State.ANSWERED: (State.ANSWERED, State.CLOSED),
        State.CLOSED: (State.OPEN,),
    }

    reference = models.CharField(_("reference"), max_length=20, unique=True, default=new_reference, editable=False)
    # Made with the form: the same form posted twice is one objection.
    form_token = models.CharField(max_length=64, unique=True, editable=False)
    release = models.ForeignKey(Release, verbose_name=_("release"), on_delete=models.PROTECT, related_name="objections")
    # Which change, as comparison names it ("subprocessors/example"); empty means all of them.
    change = models.CharField(_("change"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.UNVERIFIED)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    received_at = models.DateTimeField(_("received at"), default=timezone.now, editable=False)
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(_("personal data erased at"), null=True, blank=True, editable=False)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("taken by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        ordering = ["-received_at"]
        permissions = [("erase_objection", _("Can erase the personal data of an objection"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(~Q(outcome=""), state="closed", ended_at__isnull=False)
                | Q(~Q(state="closed"), outcome="", ended_at__isnull=True),
                name="objection_closed_with_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def may_move_to(self, state: str) -> bool:
        return self.erased_at is None and state in self.MOVES[self.State(self.state)]


class Objector(models.Model):
    """Who objects, and why. Personal data: no history, erased on its own clock (GDPR Art. 5(1)(e), 17)."""

    objection = models.OneToOneField(Objection, primary_key=True, on_delete=models.PROTECT, related_name="objector")
    company = models.CharField(_("company’s legal name"), max_length=200)
    name = models.CharField(_("contact’s name"), max_length=200)
    email = models.EmailField(_("contact’s e-mail"), max_length=254)
    grounds = models.TextField(_("grounds"), max_length=4000)

    class Meta:
        verbose_name = _("objector")
        verbose_name_plural = _("objectors")

    def __str__(self) -> str:
        return self.objection.reference


class ObjectionNote(models.Model):
    """What staff answered, or noted for themselves. It may name people: no history, erased with the objector."""

    objection = models.ForeignKey(Objection, on_delete=models.CASCADE, related_name="notes")
    state = models.CharField(_("state"), max_length=20, choices=Objection.State)
    # Sent to the objector, in their language; else for staff alone.
    answer = models.BooleanField(_("sent to the objector"), default=False)
    text = models.TextField(_("text"), max_length=4000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(_("written at"), default=timezone.now)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["at"]

    def __str__(self) -> str:
        return self.objection.reference
