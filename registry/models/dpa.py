from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import reference
from .release import Release
from .territories import validate_country


def new_reference() -> str:
    return reference.new("DPA")


class DpaRequestQuerySet(models.QuerySet["DpaRequest"]):
    def waiting(self) -> Self:
        """Requests on which staff has yet to decide, the longest waiting first."""
        return self.filter(state__in=DpaRequest.OPEN, erased_at__isnull=True).order_by("received_at")

    def with_identity(self) -> Self:
        return self.filter(requester__isnull=False)

    def past_retention(self, days: int, now: datetime | None = None) -> Self:
        """Ended more than that many days ago, with personal data still held."""
        before = (now or timezone.now()) - timedelta(days=days)
        return self.with_identity().filter(ended_at__lt=before)


class DpaRequest(models.Model):
    """A request for a data processing agreement: states and dates, with history. DpaRequester holds who asked."""

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        IN_REVIEW = "in_review", _("in review")
        CLOSED = "closed", _("closed")
        DECLINED = "declined", _("declined")

    OPEN = (State.RECEIVED, State.IN_REVIEW)
    ENDED = (State.CLOSED, State.DECLINED)
    # The legal moves; the admin's buttons, the verb and the tests share them.
    MOVES = {
        State.RECEIVED: (State.IN_REVIEW, State.DECLINED),
        State.IN_REVIEW: (State.CLOSED, State.DECLINED, State.RECEIVED),
        State.CLOSED: (State.IN_REVIEW,),
        State.DECLINED: (State.IN_REVIEW,),
    }

    reference = models.CharField(_("reference"), max_length=20, unique=True, default=new_reference, editable=False)
    # Made with the form: the same form posted twice is one request.
    form_token = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.RECEIVED)
    received_at = models.DateTimeField(_("received at"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(_("personal data erased at"), null=True, blank=True, editable=False)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    country = models.CharField(_("country"), max_length=2, validators=[validate_country])
    region = models.SlugField(_("hosting region"), max_length=80, blank=True)
    release = models.ForeignKey(
        Release,
        verbose_name=_("release"),
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The release whose privacy notice the requester was shown."),
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("taken by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    objects = DpaRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("DPA request")
        verbose_name_plural = _("DPA requests")
        ordering = ["-received_at"]
        permissions = [("erase_dparequest", _("Can erase the personal data of a DPA request"))]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["closed", "declined"], ended_at__isnull=False)
                | models.Q(state__in=["received", "in_review"], ended_at__isnull=True),
                name="dpa_request_ended_in_an_end_state",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def may_move_to(self, state: str) -> bool:
        return self.erased_at is None and state in self.MOVES[self.State(self.state)]


class DpaRequester(models.Model):
    """Who asked. Personal data: no history, erased on its own clock (GDPR Art. 5(1)(e), 17)."""

    request = models.OneToOneField(DpaRequest, primary_key=True, on_delete=models.PROTECT, related_name="requester")
    company = models.CharField(_("company’s legal name"), max_length=200)
    address = models.TextField(_("registered address"), max_length=1000)
    account = models.CharField(_("account address on the service"), max_length=200)
    name = models.CharField(_("signatory’s name"), max_length=200)
    role = models.CharField(_("signatory’s role"), max_length=200)
    email = models.EmailField(_("signatory’s business e-mail"), max_length=254)
    note = models.TextField(_("note"), max_length=4000, blank=True)

    class Meta:
        verbose_name = _("requester")
        verbose_name_plural = _("requesters")

    def __str__(self) -> str:
        return self.request.reference


class DpaNote(models.Model):
    """What staff wrote when they moved a request. It may name people: no history, erased with the requester."""

    request = models.ForeignKey(DpaRequest, on_delete=models.CASCADE, related_name="notes")
    state = models.CharField(_("state"), max_length=20, choices=DpaRequest.State)
    text = models.TextField(_("note"), max_length=4000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(_("written at"), default=timezone.now)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["at"]

    def __str__(self) -> str:
        return self.request.reference


class Erasure(models.Model):
    """The erasure log: what was erased when, naming nobody. `replay_erasures` applies it to a restored backup."""

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    erased_at = models.DateTimeField(_("erased at"), default=timezone.now)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["erased_at"]

    def __str__(self) -> str:
        return self.reference
