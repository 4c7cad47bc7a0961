"""Which fields speak languages, and how to read and write them: by language, never by the un-suffixed attribute,
whose column holds whatever language its writer had active."""

from typing import Any

from django.conf import settings
from django.db.models import Model
from modeltranslation.translator import TranslationOptions, translator
from modeltranslation.utils import build_localized_fieldname

from .models import (
    PolicySection,
    ProcessingLocation,
    Question,
    Region,
    Safeguard,
    ServiceProfile,
    Subprocessor,
)

TRANSLATED: dict[type[Model], tuple[str, ...]] = {
    ServiceProfile: ("privacy",),
    PolicySection: ("heading", "body"),
    Question: ("question", "answer"),
    Region: ("name", "customers"),
    Safeguard: ("text",),
    Subprocessor: ("purpose",),
    ProcessingLocation: ("place",),
}

for _model, _fields in TRANSLATED.items():
    translator.register(_model, type(f"{_model.__name__}Translation", (TranslationOptions,), {"fields": _fields}))


def prose(noun: Any, field: str) -> dict[str, str]:
    """What a translated field says, by language code, without the languages in which it says nothing."""
    texts = {code: getattr(noun, build_localized_fieldname(field, code)) for code, _name in settings.LANGUAGES}
    return {code: text for code, text in texts.items() if text and text.strip()}


def set_prose(noun: Any, field: str, texts: dict[str, str]) -> None:
    """Set a translated field in the languages given; the others keep their text."""
    for code, text in texts.items():
        setattr(noun, build_localized_fieldname(field, code), text)
