from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import Safeguard, SafeguardSet
from .filters import DueFilter, due, today
from .keys import NounForm
from .naming import name_of
from .noun import NounAdmin


class SafeguardForm(NounForm):
    key_words = ("name", "claim", "text")

    def words(self) -> list[str]:
        return super().words()[:1]


class ValidityFilter(DueFilter):
    title = _("validity")
    parameter_name = "validity"
    field = "valid_until"


@admin.register(Safeguard)
class SafeguardAdmin(NounAdmin):
    form = SafeguardForm
    list_display = ("title", "kind", "claim", "validity", "in_sets", "position")
    list_filter = ("kind", "claim", ValidityFilter)
    searched = ("name",)
    fieldsets = (
        (_("What kind"), {"fields": ("kind",)}),
        (
            _("Certification"),
            {
                "fields": (("name", "claim", "valid_until"),),
                "description": _("For certifications alone: the name is the standard’s own, in no language."),
            },
        ),
        (_("Text"), {"fields": ("text",), "classes": ("languages", "placeholders")}),
        (_("On the page"), {"fields": (("listed", "position", "key"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(sets_count=Count("sets"))

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        now = today()

        @admin.display(description=_("valid until"), ordering="valid_until")
        def validity(noun: Any) -> str:
            return due(noun.valid_until, now)

        return [validity if name == "validity" else name for name in super().get_list_display(request)]

    def validity(self, noun: Any) -> str:
        return str(noun.valid_until or "")

    @admin.display(description=_("safeguard"), ordering="position")
    def title(self, noun: Any) -> str:
        return name_of(noun)

    @admin.display(description=_("in sets"), ordering="sets_count")
    def in_sets(self, noun: Any) -> int:
        return noun.sets_count

    def uses(self, noun: Any) -> list[str]:
        sentence = gettext("The set of safeguards %(key)s holds it.")
        return [sentence % {"key": row.key} for row in noun.sets.all()]


class SetForm(NounForm):
    key_words = ("safeguards",)

    def words(self) -> list[str]:
        chosen = self.cleaned_data.get("safeguards") or ()
        return [self.cleaned_data.get("match") or "", *(row.key for row in chosen)]


@admin.register(SafeguardSet)
class SafeguardSetAdmin(NounAdmin):
    form = SetForm
    ticked = ("safeguards",)
    list_display = ("title", "match", "locations_count")
    list_filter = ("match",)
    searched = ("safeguards__name",)
    fieldsets = (
        (
            _("What is claimed"),
            {
                "fields": ("match", "safeguards"),
                "description": _("“One or more of them” claims none of them in particular: choose what is true."),
            },
        ),
        (_("On the page"), {"fields": (("listed", "key"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request).prefetch_related("safeguards")
        return rows.annotate(locations_named=Count("locations", distinct=True))

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {}

    @admin.display(description=_("set of safeguards"), ordering="key")
    def title(self, noun: Any) -> str:
        return name_of(noun)

    @admin.display(description=_("locations"), ordering="locations_named")
    def locations_count(self, noun: Any) -> int:
        return noun.locations_named

    def uses(self, noun: Any) -> list[str]:
        sentence = gettext("The processing location %(key)s names it.")
        return [sentence % {"key": row.key} for row in noun.locations.all()]
