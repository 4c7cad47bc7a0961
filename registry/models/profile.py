from datetime import date
from typing import Any, Self
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .territories import validate_country


def validate_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError(_("“%(name)s” is no time zone of the IANA database."), params={"name": value})


def validate_days(value: str) -> None:
    days = [part.strip() for part in value.split(",")]
    if not all(day.isascii() and day.isdigit() and 0 < int(day) <= 365 for day in days):
        raise ValidationError(_("Enter numbers of days from 1 to 365, separated by commas, such as: 7, 21"))


class Unreviewed(models.TextChoices):
    """Which DPA requests are issued without a look at them."""

    NONE = "none", _("none")
    KNOWN = "known", _("from a known mail domain")
    ALL = "all", _("all")


class ServiceProfile(models.Model):  # type: ignore[django-manager-missing]  # modeltranslation swaps managers at run time
    """Who provides which service, and the rules of its trust page. One row."""

    provider = models.CharField(_("provider’s legal name"), max_length=200)
    provider_address = models.TextField(_("provider’s registered address"), blank=True)
    provider_country = models.CharField(
        _("provider’s country"), max_length=2, blank=True, validators=[validate_country]
    )
    service = models.CharField(_("service name"), max_length=200)
    service_address = models.CharField(
        _("address pattern of the service"), max_length=200, help_text=_("For example: *.example.com")
    )
    notice_days = models.PositiveSmallIntegerField(
        _("notice period in days"),
        default=30,
        validators=[MaxValueValidator(365)],
        help_text=_("How long before a change customers are told and may object (GDPR Art. 28(2))."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="UTC",
        validators=[validate_time_zone],
        help_text=_("The days of releases turn at midnight in this zone."),
    )
    contact = models.EmailField(
        _("contact mailbox"), help_text=_("A role’s mailbox, not a person’s; it is shown to customers.")
    )
    security_contact = models.EmailField(
        _("security contact"), blank=True, help_text=_("For security.txt (RFC 9116); empty means the contact mailbox.")
    )
    source_language = models.CharField(
        _("source language"),
        max_length=10,
        choices=settings.LANGUAGES,
        default="en",
        help_text=_("The language that binds. It cannot change once a release exists."),
    )
    retention_days = models.PositiveSmallIntegerField(
        _("retention in days"),
        default=365,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=_(
            "Days after a DPA request or an objection is closed, or a subscription has ended, until its personal data "
            "is erased (GDPR Art. 5(1)(e))."
        ),
    )
    unverified_days = models.PositiveSmallIntegerField(
        _("days to verify an address"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("A DPA request whose address nobody has verified by then is erased."),
    )
    declined_days = models.PositiveSmallIntegerField(
        _("retention of requests without an agreement, in days"),
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text=_(
            "Days after a DPA request was declined, withdrawn or has expired, until its personal data is erased."
        ),
    )
    limitation_years = models.PositiveSmallIntegerField(
        _("limitation period in years"),
        default=5,
        validators=[MaxValueValidator(30)],
        help_text=_(
            "While an agreement is in force, and for so long after its end, its signatory and the signed document are "
            "kept (GDPR Art. 17(3)(b) and (e))."
        ),
    )
    offer_days = models.PositiveSmallIntegerField(
        _("days to accept a document"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("A document that the customer has not accepted by then expires."),
    )
    reminder_days = models.CharField(
        _("reminders after days"),
        max_length=60,
        blank=True,
        default="7, 21",
        validators=[validate_days],
        help_text=_("Days after a document was issued on which the customer is reminded of it, separated by commas."),
    )
    review_days = models.PositiveSmallIntegerField(
        _("days to act on a request"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("A DPA request that has waited longer for staff is shown as overdue."),
    )
    source_prevails = models.BooleanField(
        _("the source language prevails"),
        default=True,
        help_text=_(
            "An agreement in another language holds its text in the source language as well, which prevails where the "
            "two differ."
        ),
    )
    unreviewed = models.CharField(
        _("requests that need no review"),
        max_length=10,
        choices=Unreviewed,
        default=Unreviewed.NONE,
        help_text=_("Their documents are issued from the standard template as soon as the address is verified."),
    )
    known_domains = models.TextField(
        _("known mail domains"), blank=True, help_text=_("One in each line, such as example.com.")
    )
    standard_template = models.ForeignKey(
        "registry.DpaTemplate",
        verbose_name=_("standard template"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    second_eyes = models.BooleanField(
        _("a second pair of eyes for translations"),
        default=True,
        help_text=_("Nobody approves a translation that they made themselves."),
    )
    privacy = models.TextField(
        _("privacy notice"), blank=True, help_text=_("Shown with the DPA request form (GDPR Art. 13). Markdown.")
    )
    version = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("service profile")
        verbose_name_plural = _("service profile")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="profile_one_row"),
            models.CheckConstraint(condition=models.Q(notice_days__lte=365), name="profile_notice_days"),
        ]

    def __str__(self) -> str:
        return self.service

    @classmethod
    def load(cls) -> Self | None:
        return cls.objects.filter(pk=1).first()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        self.version += 1
        # A row and the pins of its translations are saved together (pinning.py).
        with transaction.atomic(savepoint=False):
            super().save(*args, **kwargs)

    @property
    def reminders(self) -> list[int]:
        """Days after a document was issued, the earliest first."""
        return sorted({int(day) for day in self.reminder_days.split(",") if day.strip()})

    @property
    def domains(self) -> frozenset[str]:
        """The known mail domains, as DNS carries them."""
        return frozenset(line.strip().lower().lstrip("@") for line in self.known_domains.splitlines() if line.strip())

    def today(self) -> date:
        """The day it is in the profile's time zone."""
        return timezone.now().astimezone(ZoneInfo(self.time_zone)).date()
