from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from .noun import Noun, NounQuerySet
from .subprocessor import DataCategory, DataSubject, validate_categories, validate_subjects
from .territories import validate_country


class DpaTemplateQuerySet(NounQuerySet):
    def issuable(self) -> Self:
        """Templates that are offered for new agreements: listed, with a published version."""
        return self.listed().filter(versions__isnull=False).distinct().order_by("key")


class DpaTemplate(Noun):
    """The text of a data processing agreement and what its annexes state: a draft, until a version is published.

    The description of the processing is the provider’s statement for SCC 2021/914, Annex I.B, the authority for I.C.
    """

    released_as = "templates"

    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(
        _("text"), help_text=_("Markdown with placeholders for the parties, the service, dates and other facts.")
    )
    purposes = models.TextField(
        _("nature and purposes of the processing"), blank=True, help_text=_("For annex I.B. Markdown.")
    )
    retention = models.TextField(
        _("duration of the processing and retention"), blank=True, help_text=_("For annex I.B. Markdown.")
    )
    measures = models.TextField(
        _("technical and organisational measures"),
        blank=True,
        help_text=_("For annex II, before the safeguards that the registry states. Markdown."),
    )
    data_subjects = models.JSONField(_("data subjects"), default=list, blank=True, validators=[validate_subjects])
    data_categories = models.JSONField(
        _("categories of personal data"), default=list, blank=True, validators=[validate_categories]
    )
    governing_law = models.CharField(
        _("governing law"),
        max_length=2,
        blank=True,
        validators=[validate_country],
        help_text=_("The country whose law governs the agreement."),
    )
    authority = models.CharField(
        _("supervisory authority"),
        max_length=200,
        blank=True,
        help_text=_("The competent authority under its own name (SCC 2021/914, Annex I.C)."),
    )
    authority_country = models.CharField(
        _("country of the supervisory authority"), max_length=2, blank=True, validators=[validate_country]
    )

    objects = DpaTemplateQuerySet.as_manager()  # type: ignore[misc, django-manager-missing]  # modeltranslation swaps it

    class Meta:
        verbose_name = _("DPA template")
        verbose_name_plural = _("DPA templates")
        ordering = ["key"]
        permissions = [("publish_dpatemplate", _("Can publish a version of a DPA template"))]

    @property
    def released(self) -> bool:
        """Whether a version names it: it is then unlisted, not deleted."""
        return self.pk is not None and self.versions.exists()

    @property
    def newest(self) -> "DpaTemplateVersion | None":
        return self.versions.order_by("-number").first()

    @property
    def subjects_told(self) -> list[Any]:
        return [DataSubject(code).label for code in self.data_subjects]

    @property
    def categories_told(self) -> list[Any]:
        return [DataCategory(code).label for code in self.data_categories]


class DpaTemplateVersion(models.Model):
    """What a template said when a version of it was published: frozen, and agreements name it by its digest.

    `content` is the exact RFC 8785 text that `digest` (SHA-256, hex) is over. The database refuses to change or remove
    it (see guards.py).
    """

    template = models.ForeignKey(
        DpaTemplate, verbose_name=_("DPA template"), on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveIntegerField(_("version"))
    content = models.TextField(_("content"))
    digest = models.CharField(_("digest"), max_length=64, unique=True)
    published_at = models.DateTimeField(_("published at"))

    class Meta:
        verbose_name = _("version of a DPA template")
        verbose_name_plural = _("versions of DPA templates")
        ordering = ["template", "-number"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_number_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="template_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.template.key} {self.number}"


class DpaTemplatePublication(models.Model):
    """Who published a version. It stands beside the version: what is frozen names nobody."""

    version = models.OneToOneField(
        DpaTemplateVersion, primary_key=True, on_delete=models.PROTECT, related_name="publication"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("published by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)
