"""Languages on staff's forms: those that are public or worked on, the source language first, and no other.

A form names the columns of these languages alone; those of the others are not in it, so that no save can touch them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

from ..exchange.collation import key as sort_key
from ..exchange.localized import tag, text_direction
from ..exchange.placeholders import NAMES, SERVICE_FACTS, Facts, Values
from ..exchange.wording import faults
from ..models import Language, ServiceProfile
from ..translation import TRANSLATED
from .naming import language_label, spoken


@dataclass
class Speech:
    """What one request knows about languages; asked of the database once."""

    @classmethod
    def of(cls, request: HttpRequest) -> "Speech":
        found = getattr(request, "_registry_speech", None)
        if found is None:
            found = request._registry_speech = cls()  # type: ignore[attr-defined]
        return found

    @cached_property
    def profile(self) -> ServiceProfile | None:
        return ServiceProfile.load()

    @property
    def source(self) -> str:
        return self.profile.source_language if self.profile else "en"

    @cached_property
    def rows(self) -> list[Language]:
        return list(Language.objects.worked_on())

    @property
    def shown(self) -> list[str]:
        """The languages of forms, lists and files."""
        others = {row.code for row in self.rows} - {self.source}
        return [self.source, *sorted(others, key=lambda code: sort_key(spoken())(language_label(code)))]

    @property
    def public(self) -> list[str]:
        public = {row.code for row in self.rows if row.public}
        return [code for code in self.shown if code in public]

    def facts(self, profile: Any = None) -> Facts | None:
        """What placeholders stand for; None before there is a profile."""
        profile = profile or self.profile
        if profile is None:
            return None
        return Facts({name: getattr(profile, name) for name in (*SERVICE_FACTS, "provider_country")}, spoken())


def columns(model: type[Model], codes: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The columns of a model's prose in some languages, by language: {"heading_da": ("heading", "da")}."""
    fields = TRANSLATED.get(model, ())
    return {build_localized_fieldname(field, code): (field, code) for code in codes for field in fields}


# What a form posts of the fields whose source text changed its words and not its meaning. No field of the form: a file
# has no such column, and a tick alone changes nothing.
KEPT = "meaning_kept"


class SpeakingForm(forms.ModelForm):
    """A form whose passages are checked as publication will check them. `speech` is set by the admin class."""

    speech: Speech
    # How translations stand beside the fields; see `standing.stand`.
    standings: Sequence[Any] = ()
    ticks: Sequence[Any] = ()

    def meaning_kept(self) -> set[str]:
        """The fields whose tick was posted."""
        name = self.add_prefix(KEPT)
        posted: Any = self.data
        told = posted.getlist(name) if hasattr(posted, "getlist") else posted.get(name, ())
        return set(told) & set(TRANSLATED.get(self._meta.model, ()))

    def save(self, commit: bool = True) -> Any:
        if kept := self.meaning_kept():
            self.instance.meaning_kept = kept
        return super().save(commit)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        facts = self.facts()
        for name in columns(self._meta.model, self.speech.shown):
            if text := self.cleaned_data.get(name):
                for fault in faults(text, facts):
                    self.add_error(name, ValidationError(fault, code="passage"))
        return cleaned

    def facts(self) -> Values | None:
        return self.speech.facts()


class Speaking(admin.options.BaseModelAdmin):
    """For admin classes and inlines of nouns with prose."""

    def passages(self, request: HttpRequest) -> dict[str, tuple[str, str]]:
        return columns(self.model, Speech.of(request).shown)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(name, self._spoken(request, dict(options))) for name, options in self.fieldsets or ()]

    def _spoken(self, request: HttpRequest, options: dict[str, Any]) -> dict[str, Any]:
        """Each passage's fields in its place, language by language, so that they can be read without tabs."""
        own = TRANSLATED.get(self.model, ())
        prose_fields = [name for name in options["fields"] if isinstance(name, str) and name in own]
        if not prose_fields:
            return options
        here = options["fields"].index(prose_fields[0])
        rest = [name for name in options["fields"] if name not in prose_fields]
        spoken_fields = [
            build_localized_fieldname(field, code) for code in Speech.of(request).shown for field in prose_fields
        ]
        options["fields"] = [*rest[:here], *spoken_fields, *rest[here:]]
        if "placeholders" in options.get("classes", ()):
            options["description"] = self.hint(request)
        return options

    def hint(self, request: HttpRequest) -> str:
        """What the prose may name in braces."""
        return placeholders_hint(Speech.of(request).facts())

    def told(self, request: HttpRequest) -> dict[str, dict[str, str]]:
        """The labels of passages in each language, and their help beside the first alone."""
        shown = Speech.of(request).shown
        labels = {
            column: f"{capfirst(self.model._meta.get_field(field).verbose_name)}"
            + (f" · {language_label(code)}" if len(shown) > 1 else "")
            for column, (field, code) in columns(self.model, shown).items()
        }
        return {"labels": labels, "help_texts": dict.fromkeys(columns(self.model, shown[1:]), "")}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        found = super().formfield_for_dbfield(db_field, request, **kwargs)
        original = getattr(db_field, "translated_field", None)
        if found is None or original is None:
            return found
        found.required = not original.blank and db_field.language == Speech.of(request).source
        found.help_text = original.help_text if db_field.language == Speech.of(request).source else ""
        found.widget.attrs |= {
            "lang": tag(db_field.language),
            "dir": text_direction(db_field.language),
            "data-field": original.name,
        }
        return found


def tabs(codes: Iterable[str]) -> list[dict[str, str]]:
    """What the form's script needs to know of each language."""
    return [
        {
            "code": code,
            "column": code.replace("-", "_"),
            "tag": tag(code),
            "direction": text_direction(code),
            "name": language_label(code),
        }
        for code in codes
    ]


def placeholders_hint(facts: Values | None, names: Iterable[str] = NAMES) -> str:
    """The placeholders that prose may use, with what each stands for now."""
    rows = []
    for name in (*names, "territory:DE", "territories:DE,FR"):
        try:
            rows.append((f"{{{name}}}", facts[name] if facts else ""))
        except KeyError:
            rows.append((f"{{{name}}}", _("not stated")))
    return format_html(
        "<details class='placeholders'><summary>{}</summary><p>{}</p><dl>{}</dl></details>",
        _("Markdown, with placeholders for facts"),
        _("A fact is written once, in the registry; prose names it. Country codes may be any of ISO 3166-1."),
        format_html_join("", "<div><dt><code>{}</code></dt><dd>{}</dd></div>", rows),
    )


def lacking(model: type[Model], code: str, source: str) -> Q:
    """Rows that say something in the source language and not in another."""
    found = Q(pk__in=())
    for field in TRANSLATED[model]:
        there, here = build_localized_fieldname(field, source), build_localized_fieldname(field, code)
        unsaid = Q(**{here: ""}) | Q(**{f"{here}__isnull": True})
        found |= unsaid & ~Q(**{there: ""}) & Q(**{f"{there}__isnull": False})
    return found
