"""What a translation was made from. A pin is about one language's text of one field of one row."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """What a reader of one language gets for a passage. It follows from the pin and both texts, never from a date."""

    MISSING = "missing", _("missing")
    OUTDATED = "outdated", _("outdated")
    MACHINE = "machine", _("machine translation")
    CURRENT = "current", _("current")
    APPROVED = "approved", _("approved")


# What a translator still has to see to.
INCOMPLETE = frozenset({State.MISSING, State.OUTDATED})


def _somebody(label: Any) -> "models.ForeignKey[Any, Any]":
    """An account that answers for something, for as long as there is such an account."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )


class TranslationPin(models.Model):
    """The source text that a translation was made from, how it was made, and who answers for it.

    A pin names its row by model name and primary key: a passage may belong to any noun with prose. Both digests are
    SHA-256, hex, of the text as a release freezes it (`translation.text_digest`). A text that its pin's `text_digest`
    does not name came past the pin: nobody has said what it was made from.
    """

    class Status(models.TextChoices):
        MACHINE = "machine", _("machine translation")
        HUMAN = "human", _("translated by a person")
        APPROVED = "approved", _("approved")

    noun = models.CharField(_("kind of entry"), max_length=40)
    # Indexed for the history's sake: its table has this column and no constraint.
    object_id = models.PositiveBigIntegerField(_("entry"), db_index=True)
    field = models.CharField(_("field"), max_length=40)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    # Empty where nobody can say what the text was made from.
    source_text = models.TextField(_("made from"), blank=True)
    source_digest = models.CharField(_("digest of the source text"), max_length=64)
    text_digest = models.CharField(_("digest of the translation"), max_length=64)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.HUMAN)
    # Who wrote the text, or confirmed that it says what the source says. None where a command did.
    by = _somebody(_("translated by"))
    at = models.DateTimeField(_("translated at"))
    approved_by = _somebody(_("approved by"))
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    # The last time that an editor changed the source and said that its meaning had not changed.
    kept_by = _somebody(_("meaning unchanged, said by"))
    kept_at = models.DateTimeField(_("meaning unchanged, said at"), null=True, blank=True)

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        default_permissions = ("view",)
        permissions = [
            ("translate", _("Can translate into the languages named for them")),
            ("approve_translation", _("Can approve translations")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["noun", "object_id", "field", "language"], name="pin_one_a_text"),
            models.CheckConstraint(
                condition=models.Q(language__in=[code for code, _name in settings.LANGUAGES]),
                name="pin_language_shipped",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["machine", "human", "approved"]), name="pin_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.noun} {self.object_id}, {self.field}, {self.language}"


class Translator(models.Model):
    """The languages that a member of staff may translate into or approve; see `actions/translators.py`."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, verbose_name=_("user"), on_delete=models.CASCADE, related_name="translator"
    )
    languages = models.ManyToManyField(
        "registry.Language",
        verbose_name=_("languages"),
        blank=True,
        related_name="translators",
        help_text=_("A translator changes the text of these languages, and nothing else."),
    )

    class Meta:
        verbose_name = _("translator")
        verbose_name_plural = _("translators")

    def __str__(self) -> str:
        return str(self.user_id)
