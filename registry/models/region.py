from django.db import models
from django.utils.translation import gettext_lazy as _

from .noun import LAST, Noun
from .territories import validate_countries


class Region(Noun):  # type: ignore[django-manager-missing]  # modeltranslation swaps managers at run time
    """A hosting region: whose customers' data stays together."""

    released_as = "regions"

    name = models.CharField(_("name"), max_length=120)
    customers = models.CharField(
        _("customers"), max_length=200, blank=True, help_text=_("Whose data: for example “EU customers”.")
    )
    countries = models.JSONField(
        _("countries"), default=list, blank=True, validators=[validate_countries], help_text=_("ISO 3166-1 codes.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=LAST)

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["position", "key"]
