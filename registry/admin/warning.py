from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from ..actions.reviewing import warnings_for
from .mending import address


class WarningsMixin:
    """Tells on a row's form, before anything is typed, where the row contradicts the registry."""

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        obj = context.get("original")
        if obj is not None and request.method == "GET":
            for warning in warnings_for(obj):
                messages.warning(request, _linked(request, warning))
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]


def _linked(request: HttpRequest, warning: Any) -> str:
    _page, _hash, anchor = address(request, warning.noun, warning.field, warning.language).partition("#")
    if not anchor:
        return warning.message
    return format_html('{} <a href="#{}">{}</a>', warning.message, anchor, _("Go to the field"))
