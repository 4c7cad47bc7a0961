from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..exchange.collation import in_order
from ..models import Region
from .keys import NounForm
from .naming import listed_names, name_of, spoken, territory_name
from .noun import NounAdmin


class RegionForm(NounForm):
    key_words = ("name",)
    identity = "name"


@admin.register(Region)
class RegionAdmin(NounAdmin):
    form = RegionForm
    list_display = ("title", "kept_in", "locations_listed", "position")
    fieldsets = (
        (_("Whose data"), {"fields": ("name", "customers"), "classes": ("languages", "placeholders")}),
        (_("Where it stays"), {"fields": ("countries",)}),
        (_("On the page"), {"fields": (("listed", "position", "key"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        listed = Count("locations", filter=Q(locations__listed=True, locations__subprocessor__listed=True))
        return super().get_queryset(request).annotate(locations_count=listed)

    @admin.display(description=_("name"), ordering="position")
    def title(self, noun: Any) -> str:
        return name_of(noun)

    @admin.display(description=_("countries"))
    def kept_in(self, noun: Any) -> str:
        return listed_names(in_order((territory_name(code) for code in noun.countries), spoken()))

    @admin.display(description=_("locations"), ordering="locations_count")
    def locations_listed(self, noun: Any) -> int:
        return noun.locations_count

    def uses(self, noun: Any) -> list[str]:
        sentence = gettext("The processing location %(key)s names it.")
        return [sentence % {"key": row.key} for row in noun.locations.all()]
