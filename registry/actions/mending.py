"""Where in the admin a row, a field, a translation is mended: addresses, whoever may go there."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from modeltranslation.utils import build_localized_fieldname

from ..models import ProcessingLocation, TransferMechanism
from ..pinning import source_language
from ..translation import TRANSLATED
from .translating import passage_key


def form(noun: Any, field: str = "", language: str = "") -> str:
    """The form of a row at the field; a location or a transfer mechanism has its form with its subprocessor."""
    anchor = _anchor(noun, field, language)
    meta = shown_with(noun)._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[shown_with(noun).pk]) + anchor


def translation(noun: Any, field: str, language: str) -> str:
    """A passage on the page of its language's translations, turned to where it stands."""
    key = passage_key(noun, field)
    return reverse("admin:registry_translationpin_language", args=[language]) + f"?{urlencode({'at': key})}#{key}"


def passage(noun: Any, field: str, language: str, source: str = "") -> str:
    """Where a problem with this is mended: a translation beside its source, all else in the row's form."""
    if is_translation(noun, field, language, source):
        return translation(noun, field, language)
    return form(noun, field, language)


def is_translation(noun: Any, field: str, language: str, source: str = "") -> bool:
    """Whether a problem with this is one of a translation, not of the source or of a fact."""
    spoken = field in TRANSLATED.get(type(noun), ())
    return spoken and bool(language) and language != (source or source_language())


def shown_with(noun: Any) -> Any:
    return noun.subprocessor if isinstance(noun, ProcessingLocation | TransferMechanism) else noun


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
