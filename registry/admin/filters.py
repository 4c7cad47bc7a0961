"""What staff narrow lists by: countries and regions by name, days by what is due."""

from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..exchange.collation import in_order
from ..exchange.localized import day
from ..models import ProcessingLocation, Region, ServiceProfile
from .naming import name_of, spoken, territory_name

SOON = timedelta(days=60)


class CountryFilter(admin.SimpleListFilter):
    title = _("country")
    parameter_name = "country"
    field = "country"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        codes = set(model_admin.model.objects.order_by().values_list(self.field, flat=True).distinct())
        named = {territory_name(code): code for code in codes if code}
        choices: list[tuple[str, Any]] = [(named[name], name) for name in in_order(named, spoken())]
        return [*choices, ("-", _("not stated"))] if "" in codes else choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return queryset.filter(**{self.field: "" if self.value() == "-" else self.value()})


class TerritoryFilter(CountryFilter):
    title = _("territory")
    parameter_name = field = "territory"


class RegionFilter(admin.SimpleListFilter):
    """Regions by name; `path` leads from the row to its region."""

    title = _("region")
    parameter_name = "region"
    path = "region"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*((region.key, name_of(region)) for region in Region.objects.all()), ("-", _("not stated"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        wanted = {"region__isnull": True} if self.value() == "-" else {"region__key": self.value()}
        rows = ProcessingLocation.objects.filter(**wanted)
        return queryset.filter(locations__in=rows).distinct() if self.path else queryset.filter(pk__in=rows)


class LocationRegionFilter(RegionFilter):
    path = ""


class DueFilter(admin.SimpleListFilter):
    """By the day on which something is due: `field` holds it."""

    field = ""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("overdue", _("overdue")), ("soon", _("within 60 days")), ("unset", _("no day set"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = today()
        chosen: dict[str, dict[str, Any]] = {
            "overdue": {f"{self.field}__lt": now},
            "soon": {f"{self.field}__gte": now, f"{self.field}__lte": now + SOON},
            "unset": {f"{self.field}__isnull": True},
        }
        return queryset.filter(**chosen.get(self.value() or "", {}))


class ReviewFilter(DueFilter):
    title = _("next review")
    parameter_name = "review"
    field = "next_review"


class ExpiryFilter(DueFilter):
    title = _("expiry")
    parameter_name = "expiry"
    field = "expires_on"


def today() -> date:
    profile = ServiceProfile.load()
    return profile.today() if profile else date.today()


def due(value: date | None, now: date) -> str:
    """A day, marked where it is past or near."""
    if value is None:
        return ""
    kind = "overdue" if value < now else "soon" if value <= now + SOON else "later"
    note = {"overdue": gettext("overdue"), "soon": gettext("soon"), "later": ""}[kind]
    return format_html('<span class="due {}">{} <em>{}</em></span>', kind, day(value, spoken()), note)
