from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import reference
from .release import Release
from .territories import validate_country


def new_reference() -> str:
    return reference.new("DPA")


class DpaRequestQuerySet(models.QuerySet["DpaRequest"]):
    def waiting(self) -> Self:
        """Requests on which staff has yet to act, the longest waiting first.

        One whose address has not been verified waits for the requester. Those made before addresses were verified were
        told to staff when they came.
        """
        to_act = Q(state__in=DpaRequest.FOR_STAFF) | Q(state=DpaRequest.State.RECEIVED, verify_by__isnull=True)
        return self.filter(to_act, erased_at__isnull=True).order_by("since")

    def overdue(self, days: int, now: datetime | None = None) -> Self:
        """Waiting for staff for more than that many days."""
        return self.waiting().filter(since__lt=(now or timezone.now()) - timedelta(days=days))

    def with_identity(self) -> Self:
        return self.filter(requester__isnull=False)

    def unverified(self, now: datetime | None = None) -> Self:
        """From an address that nobody has confirmed in time."""
        return self.with_identity().filter(state=DpaRequest.State.RECEIVED, verify_by__lt=now or timezone.now())

    def past_retention(self, days: int, *states: str, now: datetime | None = None) -> Self:
        """Ended in one of the states more than that many days ago, with personal data still held."""
        before = (now or timezone.now()) - timedelta(days=days)
        return self.with_identity().filter(state__in=states, ended_at__lt=before)


class DpaRequest(models.Model):
    """A request for a data processing agreement: states and dates, with history. DpaRequester holds who asked.

    What was issued on it stands in Agreement: one or several of them.
    """

    class State(models.TextChoices):
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

    # In which staff has to act, and in which nothing more happens.
    FOR_STAFF = (State.VERIFIED, State.IN_REVIEW, State.ACCEPTED)
    ENDED = (State.CLOSED, State.DECLINED, State.WITHDRAWN, State.EXPIRED)
    # The legal moves; the admin's buttons, the verbs and the tests share them.
    MOVES = {
        # Into review without a verified address: the document goes to that address, so that nobody else can accept it.
        State.RECEIVED: (State.VERIFIED, State.IN_REVIEW, State.DECLINED, State.WITHDRAWN, State.EXPIRED),
        # Issued at once where the profile asks for no review.
        State.VERIFIED: (State.IN_REVIEW, State.ISSUED, State.DECLINED, State.WITHDRAWN),
        # Closed without a document: concluded in another way.
        State.IN_REVIEW: (State.ISSUED, State.CLOSED, State.DECLINED, State.WITHDRAWN),
        # Issued once more: a document in the place of the one that stands.
        State.ISSUED: (State.ISSUED, State.IN_REVIEW, State.ACCEPTED, State.DECLINED, State.WITHDRAWN, State.EXPIRED),
        # Back into review where what was signed cannot be countersigned.
        State.ACCEPTED: (State.COUNTERSIGNED, State.IN_REVIEW, State.DECLINED, State.WITHDRAWN),
        # Back into review for an amendment: what is in force stays so until the next one is countersigned.
        State.COUNTERSIGNED: (State.CLOSED, State.IN_REVIEW),
        State.CLOSED: (State.IN_REVIEW,),
        State.DECLINED: (State.IN_REVIEW,),
        State.WITHDRAWN: (),
        State.EXPIRED: (State.IN_REVIEW,),
    }

    reference = models.CharField(_("reference"), max_length=20, unique=True, default=new_reference, editable=False)
    # Made with the form: the same form posted twice is one request.
    form_token = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.RECEIVED)
    # From when on it has been in this state.
    since = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    received_at = models.DateTimeField(_("received at"), default=timezone.now, editable=False)
    # Until when the address can be verified. Empty for a request made before addresses were verified.
    verify_by = models.DateTimeField(_("to be verified by"), null=True, blank=True, editable=False)
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True, editable=False)
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
                condition=models.Q(state__in=["closed", "declined", "withdrawn", "expired"], ended_at__isnull=False)
                | models.Q(
                    state__in=["received", "verified", "in_review", "issued", "accepted", "countersigned"],
                    ended_at__isnull=True,
                ),
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
    # The networks that the form and the verification came from, shortened: "192.0.2.0/24", "2001:db8::/48".
    received_from = models.CharField(_("sent from network"), max_length=50, blank=True)
    verified_from = models.CharField(_("verified from network"), max_length=50, blank=True)

    class Meta:
        verbose_name = _("requester")
        verbose_name_plural = _("requesters")

    def __str__(self) -> str:
        return self.request.reference


class DpaNote(models.Model):
    """What staff wrote when they moved a request. It may name people: no history, erased with the requester."""

    request = models.ForeignKey(DpaRequest, on_delete=models.CASCADE, related_name="notes")
    state = models.CharField(_("state"), max_length=20, choices=DpaRequest.State)
    # Told to the requester, in their language, as the reason; else for staff alone.
    answer = models.BooleanField(_("sent to the requester"), default=False)
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
    """The erasure log: what was erased when and on which ground, naming nobody.

    `replay_erasures` applies it to a restored backup.
    """

    class Ground(models.TextChoices):
        RETENTION = "retention", _("its time was over")
        REQUEST = "request", _("the person asked for it (GDPR Art. 17)")
        MISTAKE = "mistake", _("it was entered by mistake")
        OTHER = "other", _("another reason")

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    erased_at = models.DateTimeField(_("erased at"), default=timezone.now)
    # Empty in a log that is older than grounds.
    ground = models.CharField(_("ground"), max_length=20, choices=Ground, blank=True)

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        ordering = ["erased_at"]

    def __str__(self) -> str:
        return self.reference
