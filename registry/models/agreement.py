from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from . import reference
from .dpa import DpaRequest
from .release import Release
from .template import DpaTemplateVersion


def new_reference() -> str:
    return reference.new("AGR")


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def offered(self) -> Self:
        """Documents that the customer may accept, or has accepted: of one request at most one."""
        return self.filter(state__in=(Agreement.State.OFFERED, Agreement.State.ACCEPTED))

    def in_force(self) -> Self:
        return self.filter(state=Agreement.State.IN_FORCE)

    def to_countersign(self) -> Self:
        return self.filter(state=Agreement.State.ACCEPTED, erased_at__isnull=True).order_by("accepted_at")

    def kept(self, on: date, limitation_years: int) -> Self:
        """In force, or within the limitation period after their end: neither signatory nor signed file is erased
        (GDPR Art. 17(3)(b), (e), 28(9))."""
        over = _years_before(on, limitation_years)
        had_been = Q(state__in=(Agreement.State.ENDED, Agreement.State.SUPERSEDED), ended_on__gt=over)
        return self.filter(Q(state=Agreement.State.IN_FORCE) | had_been)


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year - years, day=28)


class Agreement(models.Model):
    """A document that was issued on a request, and what became of it: digests and dates, with history, naming nobody.

    It freezes the version of the text, the annexes, the language and the release that it was made from. AgreementFile
    holds the documents, Signature who signed.
    """

    class State(models.TextChoices):
        OFFERED = "offered", pgettext_lazy("agreement", "offered")
        LAPSED = "lapsed", _("lapsed")
        ACCEPTED = "accepted", _("accepted by the customer")
        IN_FORCE = "in_force", _("in force")
        SUPERSEDED = "superseded", pgettext_lazy("agreement", "superseded")
        ENDED = "ended", pgettext_lazy("agreement", "ended")

    class Way(models.TextChoices):
        CLICK = "click", _("simple electronic signature on the page")
        UPLOAD = "upload", _("signed elsewhere and uploaded")

    MOVES = {
        # Lapsed: replaced by another document, declined, withdrawn or expired.
        State.OFFERED: (State.ACCEPTED, State.LAPSED),
        State.ACCEPTED: (State.IN_FORCE, State.LAPSED),
        State.IN_FORCE: (State.SUPERSEDED, State.ENDED),
        State.LAPSED: (),
        State.SUPERSEDED: (),
        State.ENDED: (),
    }
    SIGNED = (State.IN_FORCE, State.SUPERSEDED, State.ENDED)

    reference = models.CharField(_("reference"), max_length=20, unique=True, default=new_reference, editable=False)
    request = models.ForeignKey(
        DpaRequest, verbose_name=_("DPA request"), on_delete=models.PROTECT, related_name="agreements"
    )
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.OFFERED)
    version = models.ForeignKey(
        DpaTemplateVersion, verbose_name=_("version of the template"), on_delete=models.PROTECT, related_name="+"
    )
    release = models.ForeignKey(Release, verbose_name=_("release"), on_delete=models.PROTECT, related_name="agreements")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    country = models.CharField(_("country"), max_length=2, blank=True)
    region = models.SlugField(_("hosting region"), max_length=80, blank=True)
    # Such as ["I.A", "I.B", "I.C", "II", "III"].
    annexes = models.JSONField(_("annexes"), default=list)
    supersedes = models.ForeignKey(
        "self", verbose_name=_("supersedes"), null=True, blank=True, on_delete=models.PROTECT, related_name="successors"
    )
    # SHA-256, hex: of the text, of the PDF as issued, of what the customer signed (the same PDF, or an upload), and of
    # the final PDF that both parties hold.
    text_digest = models.CharField(_("digest of the text"), max_length=64)
    issued_digest = models.CharField(_("digest of the document issued"), max_length=64, db_index=True)
    signed_digest = models.CharField(_("digest of the document signed"), max_length=64, blank=True, db_index=True)
    final_digest = models.CharField(_("digest of the final document"), max_length=64, blank=True, db_index=True)
    issued_at = models.DateTimeField(_("issued at"), default=timezone.now)
    # Until when the customer may accept.
    open_until = models.DateTimeField(_("open until"))
    way = models.CharField(_("way of signing"), max_length=10, choices=Way, blank=True)
    # Of an upload: whether it begins with the issued document, byte for byte, as a signed PDF does.
    unchanged = models.BooleanField(_("holds the issued document unchanged"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    countersigned_at = models.DateTimeField(_("countersigned at"), null=True, blank=True)
    in_force_on = models.DateField(_("in force on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    # The customer asked to be mailed when what they signed changes.
    tell_changes = models.BooleanField(_("mail about changes"), default=False)
    erased_at = models.DateTimeField(_("personal data erased at"), null=True, blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["-issued_at"]
        default_permissions = ("view", "change")
        permissions = [("countersign_agreement", _("Can countersign an agreement"))]
        constraints = [
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(state__in=["offered", "accepted"]),
                name="agreement_one_offer_a_request",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["accepted", "in_force", "superseded", "ended"], accepted_at__isnull=False)
                | Q(state__in=["offered", "lapsed"]),
                name="agreement_accepted_at",
            ),
            models.CheckConstraint(
                condition=Q(
                    ~Q(final_digest=""),
                    state__in=["in_force", "superseded", "ended"],
                    countersigned_at__isnull=False,
                    in_force_on__isnull=False,
                )
                | Q(state__in=["offered", "accepted", "lapsed"], final_digest=""),
                name="agreement_final_when_countersigned",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["superseded", "ended"], ended_on__isnull=False)
                | Q(state__in=["offered", "accepted", "lapsed", "in_force"], ended_on__isnull=True),
                name="agreement_ended_on",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def may_move_to(self, state: str) -> bool:
        return self.erased_at is None and state in self.MOVES[self.State(self.state)]

    def free_from(self, limitation_years: int) -> date | None:
        """The first day on which `kept` lets go of it; None while it is in force, or has never been."""
        if self.ended_on is None:
            return None
        year = self.ended_on.year + limitation_years
        try:
            return self.ended_on.replace(year=year)
        except ValueError:  # the 29th of February
            return date(year, 3, 1)


class AgreementFile(models.Model):
    """A document of an agreement, its bytes. Personal data, with restricted access: no history, erased on its clock."""

    class Kind(models.TextChoices):
        # The HTML that the PDF was made from and that the customer reads on the page.
        TEXT = "text", _("text")
        ISSUED = "issued", _("as issued")
        # What a customer signed elsewhere and uploaded.
        SIGNED = "signed", _("as signed by the customer")
        # What the evidence page was made from.
        EVIDENCE = "evidence", _("evidence page")
        FINAL = "final", _("as signed by both parties")

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(_("document"), max_length=10, choices=Kind)
    content = models.BinaryField(_("content"))
    digest = models.CharField(_("digest"), max_length=64, db_index=True)
    made_at = models.DateTimeField(_("made at"), default=timezone.now)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["agreement", "kind"], name="agreement_file_once")]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.kind}"


class Signature(models.Model):
    """Who signed an agreement, when and from where (eIDAS Art. 3(10), 25). Personal data: no history."""

    class Party(models.TextChoices):
        CUSTOMER = "customer", _("customer")
        PROVIDER = "provider", _("provider")

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="signatures")
    party = models.CharField(_("party"), max_length=10, choices=Party)
    name = models.CharField(_("full name"), max_length=200)
    role = models.CharField(_("role"), max_length=200)
    at = models.DateTimeField(_("signed at"), default=timezone.now)
    # Whole: evidence of the acceptance. Empty where a member of staff countersigns.
    address = models.CharField(_("network address"), max_length=45, blank=True)
    browser = models.CharField(_("browser"), max_length=400, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # Goes into the digest that the event keeps: once it is gone, nobody can test guesses about a person against that.
    salt = models.CharField(max_length=43)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        default_permissions = ("view",)
        constraints = [models.UniqueConstraint(fields=["agreement", "party"], name="signature_once_a_party")]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.party}"


class DpaDraft(models.Model):
    """What a document on a request would say, as staff edited it. Personal data: no history, erased on its clock."""

    request = models.OneToOneField(DpaRequest, primary_key=True, on_delete=models.CASCADE, related_name="draft")
    template = models.ForeignKey("registry.DpaTemplate", verbose_name=_("DPA template"), on_delete=models.PROTECT)
    language = models.CharField(_("language of the document"), max_length=10, choices=settings.LANGUAGES)
    company = models.CharField(_("company’s legal name"), max_length=200)
    address = models.TextField(_("registered address"), max_length=1000)
    country = models.CharField(_("country"), max_length=2)
    account = models.CharField(_("account address on the service"), max_length=200, blank=True)
    name = models.CharField(_("signatory’s name"), max_length=200)
    role = models.CharField(_("signatory’s role"), max_length=200)
    region = models.SlugField(_("hosting region"), max_length=80, blank=True)
    governing_law = models.CharField(_("governing law"), max_length=2, blank=True)
    supersedes = models.ForeignKey(
        Agreement, verbose_name=_("supersedes"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Counts saves: what is issued is what somebody looked at.
    number = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("draft of an agreement")
        verbose_name_plural = _("drafts of agreements")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.request_id)
