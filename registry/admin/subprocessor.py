from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..exchange.collation import in_order
from ..models import ProcessingLocation, Subprocessor, TransferMechanism
from .filters import (
    CountryFilter,
    ExpiryFilter,
    LocationRegionFilter,
    RegionFilter,
    ReviewFilter,
    TerritoryFilter,
    due,
    today,
)
from .inline import Inline
from .keys import NounForm
from .naming import listed_names, name_of, said, spoken, territory_name, value_name
from .noun import NounAdmin


class SubprocessorForm(NounForm):
    key_words = ("legal_name",)
    identity = "legal_name"


class LocationForm(NounForm):
    key_words = ("subprocessor", "territory")

    def words(self) -> list[str]:
        above = getattr(self, "parent", None) or self.cleaned_data.get("subprocessor")
        territory = self.cleaned_data.get("territory") or "not-stated"
        return [above.key if above else "", territory.lower()]


class MechanismForm(NounForm):
    key_words = ("subprocessor", "regime", "mechanism")

    def words(self) -> list[str]:
        above = getattr(self, "parent", None) or self.cleaned_data.get("subprocessor")
        return [above.key if above else "", *(self.cleaned_data.get(name) or "" for name in ("regime", "mechanism"))]


_PLACE: Any = {"fields": (("territory", "region", "use"), "safeguard_sets", ("listed", "position", "key"))}
_PLACE_PROSE: Any = {"fields": ("place",), "classes": ("languages",)}
_MECHANISM: Any = {
    "fields": (("regime", "mechanism", "scc_module"), ("reference", "verified_on", "expires_on"), ("listed", "key"))
}


class LocationInline(Inline):
    model = ProcessingLocation
    form = LocationForm
    ticked = ("safeguard_sets",)
    empty_labels = {"region": _("not stated")}
    fieldsets = ((None, _PLACE), (None, _PLACE_PROSE))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("region").prefetch_related("safeguard_sets")


class MechanismInline(Inline):
    model = TransferMechanism
    form = MechanismForm
    has_prose = False
    fieldsets = ((None, _MECHANISM),)


@admin.register(Subprocessor)
class SubprocessorAdmin(NounAdmin):
    form = SubprocessorForm
    inlines = (LocationInline, MechanismInline)
    empty_labels = {"parent": _("us")}
    list_display = ("name", "kind", "established", "processes_in", "review", "transfers")
    list_filter = ("kind", CountryFilter, RegionFilter, ReviewFilter)
    searched = ("legal_name", "brand_name", "address")
    fieldsets = (
        (
            _("Who it is"),
            {"fields": (("legal_name", "brand_name"), ("kind", "country"), ("address", "website"), "key")},
        ),
        (_("What it does"), {"fields": ("purpose",), "classes": ("languages", "placeholders")}),
        (
            _("Which data"),
            {
                "fields": (("data_categories", "data_subjects"),),
                "description": _("What is not ticked is not claimed; nothing ticked shows as “not stated”."),
            },
        ),
        (
            _("Contract and chain"),
            {"fields": (("privacy_page", "subprocessor_list"), ("dpa_page", "dpa_valid_until"), "parent")},
        ),
        (
            _("Our oversight"),
            {
                "fields": (("contact_role", "contact_mailbox"), ("last_review", "next_review")),
                "description": _("For staff alone: none of this is published."),
            },
        ),
        (_("On the page"), {"fields": (("listed", "position"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        listed = ProcessingLocation.objects.listed()
        return (
            super()
            .get_queryset(request)
            .prefetch_related(
                Prefetch("locations", queryset=listed, to_attr="listed_locations"),
                Prefetch(
                    "transfer_mechanisms", queryset=TransferMechanism.objects.listed(), to_attr="listed_mechanisms"
                ),
            )
        )

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Days are due by the profile's clock, which is read once a page."""
        now = today()

        @admin.display(description=_("next review"), ordering="next_review")
        def review(noun: Any) -> str:
            return due(noun.next_review, now)

        @admin.display(description=_("transfers"))
        def transfers(noun: Any) -> str:
            days = [one.expires_on for one in noun.listed_mechanisms if one.expires_on]
            return due(min(days), now) if days else (gettext("stated") if noun.listed_mechanisms else "")

        own = {"review": review, "transfers": transfers}
        return [own.get(name, name) if isinstance(name, str) else name for name in super().get_list_display(request)]

    def review(self, noun: Any) -> str:
        return value_name(self.opts.get_field("next_review"), noun.next_review)

    def transfers(self, noun: Any) -> str:
        return str(len(noun.listed_mechanisms) or "")

    @admin.display(description=_("legal name"), ordering="legal_name")
    def name(self, noun: Any) -> str:
        if not noun.brand_name or noun.brand_name == noun.legal_name:
            return noun.legal_name
        return format_html('{} <span class="quiet">{}</span>', noun.legal_name, noun.brand_name)

    @admin.display(description=_("country"), ordering="country")
    def established(self, noun: Any) -> str:
        return territory_name(noun.country)

    @admin.display(description=_("processes in"))
    def processes_in(self, noun: Any) -> str:
        named = {territory_name(row.territory) or gettext("not stated") for row in noun.listed_locations}
        return listed_names(in_order(named, spoken()))

    def uses(self, noun: Any) -> list[str]:
        sentence = gettext("%(name)s is engaged by it.")
        return [sentence % {"name": name_of(below)} for below in noun.engages.all()]


@admin.register(ProcessingLocation)
class LocationAdmin(NounAdmin):
    form = LocationForm
    ticked = ("safeguard_sets",)
    empty_labels = {"region": _("not stated")}
    list_display = ("where", "whose", "region_name", "use", "place_name")
    list_display_links = ("where",)
    list_filter = (TerritoryFilter, LocationRegionFilter, "use")
    list_select_related = ("subprocessor", "region")
    searched = ("subprocessor__legal_name", "subprocessor__brand_name")
    fieldsets = (
        (_("Where"), {"fields": ("subprocessor", *_PLACE["fields"])}),
        (_("Place"), {"fields": _PLACE_PROSE["fields"], "classes": ("languages", "placeholders")}),
    )

    @admin.display(description=_("territory"), ordering="territory")
    def where(self, noun: Any) -> str:
        return territory_name(noun.territory) or gettext("not stated")

    @admin.display(description=_("subprocessor"), ordering="subprocessor__legal_name")
    def whose(self, noun: Any) -> str:
        return name_of(noun.subprocessor)

    @admin.display(description=_("region"), ordering="region")
    def region_name(self, noun: Any) -> str:
        return name_of(noun.region) if noun.region else gettext("not stated")

    @admin.display(description=_("place"))
    def place_name(self, noun: Any) -> str:
        return said(noun, "place")


@admin.register(TransferMechanism)
class MechanismAdmin(NounAdmin):
    form = MechanismForm
    list_display = ("what", "whose", "regime", "scc_module", "verified_on", "expiry")
    list_filter = ("regime", "mechanism", ExpiryFilter)
    list_select_related = ("subprocessor",)
    searched = ("subprocessor__legal_name", "subprocessor__brand_name", "reference")
    fieldsets = ((_("What the transfer rests on"), {"fields": ("subprocessor", *_MECHANISM["fields"])}),)

    @admin.display(description=_("mechanism"), ordering="mechanism")
    def what(self, noun: Any) -> str:
        return noun.get_mechanism_display()

    @admin.display(description=_("subprocessor"), ordering="subprocessor__legal_name")
    def whose(self, noun: Any) -> str:
        return name_of(noun.subprocessor)

    @admin.display(description=_("expires on"), ordering="expires_on")
    def expiry(self, noun: Any) -> str:
        return value_name(self.opts.get_field("expires_on"), noun.expires_on)
