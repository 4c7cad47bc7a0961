"""Where in the admin a row, a field, a translation is mended: addresses that only those get who may go there."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from ..actions import mending
from ..actions.translators import may_translate
from ..models import TranslationPin


def address(request: HttpRequest, noun: Any, field: str = "", language: str = "") -> str:
    """The form of a row at the field, or the form for a first row of a class; empty where there is none for this user.

    A location or a transfer mechanism is mended on the page of its subprocessor.
    """
    if noun is None:
        return ""
    if isinstance(noun, type):
        return _adding(request, noun)
    known = admin.site._registry.get(type(mending.shown_with(noun)))
    if known is None or not known.has_view_or_change_permission(request):
        return ""
    return mending.form(noun, field, language)


def passage(request: HttpRequest, noun: Any, field: str, language: str, source: str = "") -> str:
    """A passage beside its source, for those who may translate it; else, and for the source itself, as `address`."""
    if (
        TranslationPin in admin.site._registry
        and mending.is_translation(noun, field, language, source)
        and may_translate(request.user, language, type(noun))
    ):
        return mending.translation(noun, field, language)
    return address(request, noun, field, language)


def listing(request: HttpRequest, model: Any, query: str = "") -> str:
    known = admin.site._registry.get(model)
    if known is None or not known.has_view_or_change_permission(request):
        return ""
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist") + query


def _adding(request: HttpRequest, model: Any) -> str:
    known = admin.site._registry.get(model)
    if known is None or not known.has_add_permission(request):
        return ""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
