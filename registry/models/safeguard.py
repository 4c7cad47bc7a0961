from datetime import date
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .noun import LAST, Noun, NounQuerySet


class SafeguardQuerySet(NounQuerySet):
    def expiring(self, until: date) -> Self:
        """Listed ones whose validity ends on that day or has ended."""
        return self.listed().filter(valid_until__lte=until)


class Safeguard(Noun):
    """A measure that protects service data (GDPR Art. 28(3), 32).

    A certification has a name, which no language changes; any other safeguard has a text.
    """

    class Kind(models.TextChoices):
        CONTRACTUAL = "contractual", _("contractual")
        CERTIFICATION = "certification", _("certification")
        FACILITY = "facility", _("facility")

    class Claim(models.TextChoices):
        NOT_STATED = "", _("not stated")
        CERTIFIED = "certified", _("certified")
        COMPLIANT = "compliant", _("compliant")

    released_as = "safeguards"

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    name = models.CharField(
        _("certification"), max_length=120, blank=True, help_text=_("The standard’s own name, such as ISO 27001.")
    )
    text = models.TextField(_("text"), blank=True)
    claim = models.CharField(
        _("claim"),
        max_length=20,
        choices=Claim,
        default=Claim.NOT_STATED,
        blank=True,
        help_text=_("“Certified” needs a certificate by an accredited body (GDPR Art. 42, 43); otherwise “compliant”."),
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=LAST)

    objects = SafeguardQuerySet.as_manager()  # type: ignore[misc, django-manager-missing]  # modeltranslation swaps it

    class Meta:
        verbose_name = _("safeguard")
        verbose_name_plural = _("safeguards")
        ordering = ["position", "key"]
        constraints = [
            models.CheckConstraint(
                condition=(models.Q(kind="certification") & ~models.Q(name=""))
                | (~models.Q(kind="certification") & models.Q(name="", claim="")),
                name="safeguard_certification_has_name",
                violation_error_message=_(
                    "A certification needs its name; another safeguard has a text instead, and no claim."
                ),
            ),
            models.UniqueConstraint(
                fields=["name", "claim"],
                condition=models.Q(kind="certification", valid_until__isnull=True),
                name="safeguard_certification_once",
                violation_error_message=_("This certification is there already: choose it instead."),
            ),
        ]


class SafeguardSet(Noun):
    """Safeguards that hold together (all of them) or as alternatives (any of them).

    A page that says “Tier IV or PCI DSS” must not turn into a claim of both.
    """

    class Match(models.TextChoices):
        ALL = "all", _("all of them")
        ANY = "any", _("one or more of them")

    released_as = "safeguard_sets"

    match = models.CharField(_("what is claimed"), max_length=3, choices=Match)
    safeguards = models.ManyToManyField(Safeguard, verbose_name=_("safeguards"), related_name="sets")

    class Meta:
        verbose_name = _("set of safeguards")
        verbose_name_plural = _("sets of safeguards")
        ordering = ["key"]

    def clean(self) -> None:
        super().clean()
        if self.pk and self.safeguards.filter(kind=Safeguard.Kind.CONTRACTUAL).exists():
            raise ValidationError(_("A contractual safeguard binds every subprocessor: leave it out of the set."))
