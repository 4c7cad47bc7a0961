from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .noun import LAST, Noun, NounQuerySet
from .region import Region
from .safeguard import SafeguardSet
from .territories import EU, countries, validate_country, validate_territory


class DataCategory(models.TextChoices):
    """Categories of personal data (SCC 2021/914, Annex I.B)."""

    IDENTITY = "identity", _("names and identification data")
    CONTACT = "contact", _("contact data")
    ACCOUNT = "account", _("account and sign-in data")
    CONTENT = "content", _("contents of communication")
    CALLS = "calls", _("voice calls and recordings")
    FILES = "files", _("files and attachments")
    USAGE = "usage", _("usage and log data")
    DEVICE = "device", _("device and network data")
    BILLING = "billing", _("billing and payment data")
    LOCATION = "location", _("location data")
    SPECIAL = "special", _("special categories of personal data (GDPR Art. 9)")


class DataSubject(models.TextChoices):
    """Categories of data subjects (SCC 2021/914, Annex I.B)."""

    CUSTOMER_STAFF = "customer-staff", _("staff of the customer")
    END_CUSTOMERS = "end-customers", _("customers of the customer")
    PROSPECTS = "prospects", _("prospective customers")
    VISITORS = "visitors", _("visitors of websites")
    SUPPLIERS = "suppliers", _("suppliers and partners")


def validate_categories(values: list[str]) -> None:
    _validate_codes(values, DataCategory.values)


def validate_subjects(values: list[str]) -> None:
    _validate_codes(values, DataSubject.values)


def _validate_codes(values: list[str], known: list[str]) -> None:
    for value in values:
        if value not in known:
            raise ValidationError(_("“%(code)s” is not one of the codes."), params={"code": value}, code="code")


class SubprocessorQuerySet(NounQuerySet):
    def reviews_due(self, until: date) -> Self:
        return self.listed().filter(next_review__lte=until)

    def agreements_expiring(self, until: date) -> Self:
        return self.listed().filter(dpa_valid_until__lte=until)


class Subprocessor(Noun):  # type: ignore[django-manager-missing]  # modeltranslation swaps managers at run time
    """Who else processes the data (GDPR Art. 28(2), (4); the facts of SCC 2021/914, Annex III)."""

    class Kind(models.TextChoices):
        INFRASTRUCTURE = "infrastructure", _("infrastructure")
        SERVICE = "service", _("service")
        AFFILIATE = "affiliate", _("affiliate")
        SUBCONTRACTOR = "subcontractor", _("subcontractor")

    released_as = "subprocessors"

    brand_name = models.CharField(_("brand name"), max_length=200, blank=True)
    legal_name = models.CharField(
        _("legal name"), max_length=200, help_text=_("As in the trade register (SCC 2021/914, Annex III).")
    )
    address = models.TextField(_("registered address"), blank=True, help_text=_("SCC 2021/914, Annex III, item 1."))
    country = models.CharField(_("country of establishment"), max_length=2, blank=True, validators=[validate_country])
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    purpose = models.TextField(
        _("what it does"),
        blank=True,
        help_text=_(
            "Subject matter and nature of the processing (GDPR Art. 28(3); SCC 2021/914, Annex III). Markdown."
        ),
    )
    data_categories = models.JSONField(
        _("categories of personal data"),
        default=list,
        blank=True,
        validators=[validate_categories],
        help_text=_("SCC 2021/914, Annex I.B. Nothing chosen shows as “not stated”."),
    )
    data_subjects = models.JSONField(
        _("categories of data subjects"),
        default=list,
        blank=True,
        validators=[validate_subjects],
        help_text=_("SCC 2021/914, Annex I.B. Nothing chosen shows as “not stated”."),
    )
    website = models.URLField(_("website"), blank=True)
    privacy_page = models.URLField(_("privacy page"), blank=True)
    subprocessor_list = models.URLField(
        _("its own subprocessors"),
        blank=True,
        help_text=_("Where it names its own subprocessors (EDPB Opinion 22/2024, the whole chain)."),
    )
    dpa_page = models.URLField(
        _("our DPA with it"), blank=True, help_text=_("The contract of GDPR Art. 28(4), where it is public.")
    )
    dpa_valid_until = models.DateField(_("our DPA with it is valid until"), null=True, blank=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("engaged by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="engages",
        help_text=_("Another subprocessor that engages this one (EDPB Opinion 22/2024); empty: we do."),
    )
    contact_role = models.CharField(
        _("contact role"), max_length=120, blank=True, help_text=_("Not public. SCC 2021/914, Annex III.")
    )
    contact_mailbox = models.EmailField(_("contact mailbox"), blank=True, help_text=_("Not public. A role’s mailbox."))
    last_review = models.DateField(
        _("last review"), null=True, blank=True, help_text=_("Sufficient guarantees verified (GDPR Art. 28(1)).")
    )
    next_review = models.DateField(_("next review"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=LAST)

    objects = SubprocessorQuerySet.as_manager()  # type: ignore[misc, django-manager-missing]  # as above

    class Meta:
        verbose_name = _("subprocessor")
        verbose_name_plural = _("subprocessors")
        ordering = ["position", "key"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(country="") | models.Q(country__in=sorted(countries())),
                name="subprocessor_country",
            ),
            models.CheckConstraint(
                condition=models.Q(last_review__isnull=True)
                | models.Q(next_review__isnull=True)
                | models.Q(next_review__gt=models.F("last_review")),
                name="subprocessor_reviews_in_order",
                violation_error_message=_("The next review comes after the last one."),
            ),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("id")),
                name="subprocessor_not_its_own_parent",
                violation_error_message=_("A subprocessor does not engage itself."),
            ),
        ]

    def refuse_deletion_if_released(self) -> None:
        super().refuse_deletion_if_released()
        # They would go with it, without being asked.
        for part in [*self.locations.all(), *self.transfer_mechanisms.all()]:
            part.refuse_deletion_if_released()

    def clean(self) -> None:
        super().clean()
        above, seen = self.parent, {self.pk}
        while above is not None:
            if above.pk in seen:
                raise ValidationError({"parent": _("These subprocessors would engage each other in a circle.")})
            seen.add(above.pk)
            above = above.parent


class TransferMechanismQuerySet(NounQuerySet):
    def expiring(self, until: date) -> Self:
        return self.listed().filter(subprocessor__listed=True, expires_on__lte=until)


class TransferMechanism(Noun):
    """What a transfer to a third country rests on (GDPR Chapter V; UK GDPR; Swiss FADP Art. 16)."""

    class Regime(models.TextChoices):
        EU = "eu", _("EU (GDPR)")
        UK = "uk", _("United Kingdom (UK GDPR)")
        CH = "ch", _("Switzerland (FADP)")

    class Mechanism(models.TextChoices):
        ADEQUACY = "adequacy", _("adequacy decision (Art. 45)")
        DPF = "dpf", _("Data Privacy Framework (Art. 45)")
        SCC = "scc", _("standard contractual clauses (Art. 46(2)(c))")
        BCR = "bcr", _("binding corporate rules (Art. 47)")
        IDTA = "idta", _("International Data Transfer Agreement (UK)")
        ADDENDUM = "addendum", _("UK Addendum to the standard contractual clauses")
        DEROGATION = "derogation", _("derogation (Art. 49)")

    class Module(models.TextChoices):
        NONE = "", _("not applicable")
        ONE = "1", _("module one: controller to controller")
        TWO = "2", _("module two: controller to processor")
        THREE = "3", _("module three: processor to processor")
        FOUR = "4", _("module four: processor to controller")

    released_as = "transfer_mechanisms"

    subprocessor = models.ForeignKey(Subprocessor, on_delete=models.CASCADE, related_name="transfer_mechanisms")
    regime = models.CharField(_("regime"), max_length=2, choices=Regime)
    mechanism = models.CharField(_("mechanism"), max_length=20, choices=Mechanism, help_text=_("GDPR Art. 44 to 49."))
    scc_module = models.CharField(
        _("SCC module"), max_length=1, choices=Module, default=Module.NONE, blank=True, help_text=_("SCC 2021/914.")
    )
    reference = models.CharField(_("reference of the instrument"), max_length=300, blank=True)
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)

    objects = TransferMechanismQuerySet.as_manager()  # type: ignore[misc]  # narrower than a noun’s

    class Meta:
        verbose_name = _("transfer mechanism")
        verbose_name_plural = _("transfer mechanisms")
        ordering = ["subprocessor", "regime", "key"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(scc_module="") | models.Q(mechanism__in=["scc", "addendum"]),
                name="transfer_module_needs_clauses",
                violation_error_message=_("A module belongs to standard contractual clauses alone."),
            ),
            models.CheckConstraint(
                condition=models.Q(verified_on__isnull=True)
                | models.Q(expires_on__isnull=True)
                | models.Q(expires_on__gte=models.F("verified_on")),
                name="transfer_dates_in_order",
                violation_error_message=_("A mechanism does not expire before it was verified."),
            ),
        ]


class ProcessingLocation(Noun):
    """Where a subprocessor processes whose data. An empty territory is shown as "not stated"."""

    class Use(models.TextChoices):
        HOSTING = "hosting", _("hosting")
        ACCESS = "access", _("access")
        SUPPORT = "support", _("support")
        BACKUP = "backup", _("backup")

    released_as = "locations"

    subprocessor = models.ForeignKey(Subprocessor, on_delete=models.CASCADE, related_name="locations")
    territory = models.CharField(
        _("territory"),
        max_length=2,
        blank=True,
        validators=[validate_territory],
        help_text=_("The country of processing (SCC 2021/914, Annex I.B and III); empty shows as “not stated”."),
    )
    place = models.CharField(_("place"), max_length=200, blank=True, help_text=_("Within the territory."))
    region = models.ForeignKey(
        Region,
        verbose_name=_("region"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="locations",
        help_text=_("Whose customers’ data; empty means not stated, and shows on every region’s page."),
    )
    use = models.CharField(_("use"), max_length=20, choices=Use, default=Use.HOSTING)
    safeguard_sets = models.ManyToManyField(
        SafeguardSet, verbose_name=_("safeguards"), blank=True, related_name="locations"
    )
    position = models.PositiveSmallIntegerField(_("position"), default=LAST)

    class Meta:
        verbose_name = _("processing location")
        verbose_name_plural = _("processing locations")
        ordering = ["position", "key"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(territory__in=["", EU, *sorted(countries())]), name="location_territory"
            ),
        ]
