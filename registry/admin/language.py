from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext, to_locale
from django.utils.translation import gettext_lazy as _

from ..exchange.localized import autonym
from ..models import Language
from .editing import VersionedForm
from .naming import language_label
from .noun import StaffAdmin


@cache
def has_catalogue(code: str) -> bool:
    """Whether pages in this language have their own words for buttons and headings."""
    folders = [Path(folder) / to_locale(code) / "LC_MESSAGES" for folder in settings.LOCALE_PATHS]
    return code == settings.LANGUAGE_CODE or any((folder / "django.po").exists() for folder in folders)


class LanguageForm(VersionedForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields.get("code")
        if field:
            there = set(Language.objects.values_list("code", flat=True)) - {self.instance.code}
            field.choices = [
                (code, language_label(code) if code else label) for code, label in field.choices if code not in there
            ]
            field.disabled = self.instance.pk is not None
        if (field := self.fields.get("public")) and self.instance.pk and not has_catalogue(self.instance.code):
            field.help_text = gettext(
                "Readers can choose this language. The pages’ own words (buttons, headings) are not translated into it "
                "yet and would stand in English."
            )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        code = self.cleaned_data.get("code")
        if code == self.speech.source and not self.cleaned_data.get("public"):
            self.add_error("public", ValidationError(_("The source language binds: it stays public.")))
        return cleaned


@admin.register(Language)
class LanguageAdmin(StaffAdmin):
    form = LanguageForm
    list_display = ("name", "in_itself", "public", "in_work", "when_incomplete", "words")
    list_filter = ("public", "worked_on")
    fieldsets = (
        (
            None,
            {
                "fields": ("code", "public", "worked_on", "when_incomplete"),
                "description": _(
                    "Turning a language off loses nothing: its texts come back when it is turned on again."
                ),
            },
        ),
    )

    @admin.display(description=_("language"), ordering="code")
    def name(self, language: Any) -> str:
        return language_label(language.code)

    @admin.display(description=_("in itself"))
    def in_itself(self, language: Any) -> str:
        return autonym(language.code)

    @admin.display(description=_("worked on"), boolean=True)
    def in_work(self, language: Any) -> bool:
        """What is public is worked on, whatever its own tick says."""
        return bool(language.public or language.worked_on)

    @admin.display(description=_("words of the pages"), boolean=True)
    def words(self, language: Any) -> bool:
        return has_catalogue(language.code)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A language is turned off, not deleted."""
        return False
