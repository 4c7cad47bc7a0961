from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class LanguageQuerySet(models.QuerySet["Language"]):
    def public(self) -> Self:
        return self.filter(public=True)

    def codes(self) -> list[str]:
        return list(self.order_by("code").values_list("code", flat=True))

    def worked_on(self) -> Self:
        """The languages that staff forms show."""
        return self.filter(models.Q(public=True) | models.Q(worked_on=True))


class Language(models.Model):
    """A language of the policy. Its text has columns whether it is public or not, so that a row is all it takes."""

    class WhenIncomplete(models.TextChoices):
        BLOCK = "block", _("block publication")
        NOTICE = "notice", _("publish with a notice")

    code = models.CharField(_("language"), max_length=10, unique=True, choices=settings.LANGUAGES)
    public = models.BooleanField(_("public"), default=False, help_text=_("Readers can choose this language."))
    worked_on = models.BooleanField(
        _("worked on"), default=False, help_text=_("Staff forms show this language although it is not public yet.")
    )
    when_incomplete = models.CharField(
        _("when a passage is missing or outdated"),
        max_length=10,
        choices=WhenIncomplete,
        default=WhenIncomplete.BLOCK,
        help_text=_(
            "With a notice, readers get the source text of a missing passage, and an outdated translation with a mark."
        ),
    )
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = LanguageQuerySet.as_manager()

    class Meta:
        verbose_name = _("language")
        verbose_name_plural = _("languages")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code__in=[code for code, _name in settings.LANGUAGES]), name="language_shipped"
            )
        ]

    def __str__(self) -> str:
        return self.get_code_display()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.version += 1
        super().save(*args, **kwargs)
