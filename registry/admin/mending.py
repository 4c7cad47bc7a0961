"""Where in the admin a row, a field, a translation is mended: addresses that only those get who may go there."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from modeltranslation.utils import build_localized_fieldname

from ..models import ProcessingLocation, TransferMechanism
from ..translation import TRANSLATED


def address(request: HttpRequest, noun: Any, field: str = "", language: str = "") -> str:
    """The form of a row at the field, or the form for a first row of a class; empty where there is none for this user.

    A location or a transfer mechanism is mended on the page of its subprocessor.
    """
    if noun is None:
        return ""
    if isinstance(noun, type):
        return _adding(request, noun)
    anchor = _anchor(noun, field, language)
    if isinstance(noun, ProcessingLocation | TransferMechanism):
        noun = noun.subprocessor
    known = admin.site._registry.get(type(noun))
    if known is None or not known.has_view_or_change_permission(request):
        return ""
    meta = noun._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[noun.pk]) + anchor


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


def _anchor(noun: Any, field: str, language: str) -> str:
    """The id that Django's forms give the field, or the inline in which it stands."""
    if isinstance(noun, ProcessingLocation):
        return "#locations-group"
    if isinstance(noun, TransferMechanism):
        return "#transfer_mechanisms-group"
    if field in {"locations", "transfer_mechanisms"}:
        return f"#{field}-group"
    if field in TRANSLATED.get(type(noun), ()) and language:
        return f"#id_{build_localized_fieldname(field, language)}"
    return f"#id_{field}" if field else ""
