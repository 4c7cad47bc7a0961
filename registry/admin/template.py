"""Templates of data processing agreements: a draft with history, its frozen versions, and what one would look like."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..exchange import composing
from ..exchange.placeholders import Values
from ..exchange.terms import NAMES, stand_for
from ..models import DpaTemplate
from . import template_versions
from .keys import NounForm
from .naming import name_of, spoken
from .noun import NounAdmin
from .speaking import Speech, placeholders_hint


def _facts(speech: Speech) -> Values | None:
    return stand_for(DpaTemplate, composing.service(speech.profile), spoken()) if speech.profile else None


class TemplateForm(NounForm):
    key_words = ("title",)

    def facts(self) -> Values | None:
        return _facts(self.speech)


@admin.register(DpaTemplate)
class TemplateAdmin(NounAdmin):
    form = TemplateForm
    change_form_template = "admin/registry/dpatemplate/change_form.html"
    why_kept = _("A version of this template was published, so it is kept. Untick “listed” to offer it no more.")
    kept_by = _("%(name)s: a version of it was published, so it is kept.")
    list_display = ("title", "versions_told")
    fieldsets = (
        (
            _("Text"),
            {
                "fields": ("title", "body", "purposes", "retention", "measures"),
                "classes": ("languages", "placeholders"),
            },
        ),
        (_("Description of the processing (annex I.B)"), {"fields": (("data_subjects", "data_categories"),)}),
        (
            _("Law and supervisory authority (annex I.C)"),
            {"fields": ("governing_law", ("authority", "authority_country"))},
        ),
        (_("Use"), {"fields": (("listed", "key"),)}),
    )

    def hint(self, request: HttpRequest) -> str:
        return placeholders_hint(_facts(Speech.of(request)), NAMES)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DpaTemplate]:
        return super().get_queryset(request).annotate(version_count=Count("versions"))

    def get_urls(self) -> list[URLPattern]:
        def page(route: str, view: Any, name: str) -> URLPattern:
            return path(f"<int:pk>/{route}", self.admin_site.admin_view(view), name=f"registry_dpatemplate_{name}")

        return [
            page("versions/", template_versions.versions, "versions"),
            page("preview/<slug:language>/", template_versions.preview, "preview"),
            page("preview/<slug:language>/pages/", template_versions.pages, "pages"),
            *super().get_urls(),
        ]

    @admin.display(description=_("title"), ordering="key")
    def title(self, noun: Any) -> str:
        return name_of(noun)

    @admin.display(description=_("versions"))
    def versions_told(self, noun: Any) -> int:
        return int(noun.version_count)

    @admin.display(description=_("for new agreements"), ordering="listed")
    def on_page(self, noun: Any) -> str:
        return gettext("offered") if noun.listed else format_html('<span class="quiet">{}</span>', gettext("left out"))

    @admin.action(description=_("Offer no more for new agreements"), permissions=["change"])
    def leave_out(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._set_listed(request, queryset, listed=False)

    @admin.action(description=_("Offer for new agreements"), permissions=["change"])
    def list_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._set_listed(request, queryset, listed=True)
