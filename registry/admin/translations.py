"""What is translated and what is not, in lists."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .naming import language_label, listed_names
from .speaking import Speech, completeness, lacking


class TranslationsFilter(admin.SimpleListFilter):
    title = _("translation missing")
    parameter_name = "lacking"

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.speech = Speech.of(request)
        super().__init__(request, *args, **kwargs)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, language_label(code)) for code in self.speech.shown if code != self.speech.source]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() in dict(self.lookup_choices):
            return queryset.filter(lacking(queryset.model, str(self.value()), self.speech.source))
        return queryset


def translated(noun: Any, codes: Sequence[str], source: str) -> str:
    """All there, or the languages that are missing."""
    missing = completeness(noun, codes, source)
    if not missing:
        return format_html('<span class="good">{}</span>', gettext("complete"))
    names = listed_names(language_label(code) for code in missing)
    return format_html('<span class="lacking">{}</span>', gettext("missing: %(languages)s") % {"languages": names})
