from django.db import models
from django.utils.translation import gettext_lazy as _

from .noun import LAST, Noun


class PolicySection(Noun):
    """A section of the policy: prose, then the lists made from facts."""

    class Lists(models.TextChoices):
        NONE = "", _("none")
        CONTRACTUAL = "contractual-safeguards", _("contractual safeguards")
        LOCATIONS = "processing-locations", _("infrastructure subprocessors by processing location")
        SUBPROCESSORS = "other-subprocessors", _("other subprocessors")
        QUESTIONS = "questions", _("questions and answers")

    released_as = "sections"

    heading = models.CharField(_("heading"), max_length=200)
    body = models.TextField(_("body"), blank=True, help_text=_("Markdown with placeholders for facts."))
    position = models.PositiveSmallIntegerField(_("position"), default=LAST)
    lists = models.CharField(
        _("list that follows"),
        max_length=30,
        choices=Lists,
        default=Lists.NONE,
        blank=True,
        help_text=_("Made from the registry’s facts, below the section’s text."),
    )

    class Meta:
        verbose_name = _("policy section")
        verbose_name_plural = _("policy sections")
        ordering = ["position", "key"]


class Question(Noun):
    released_as = "questions"

    question = models.CharField(_("question"), max_length=300)
    answer = models.TextField(_("answer"), blank=True, help_text=_("Markdown with placeholders for facts."))
    position = models.PositiveSmallIntegerField(_("position"), default=LAST)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["position", "key"]
