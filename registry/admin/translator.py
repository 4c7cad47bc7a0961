"""Who translates into which language. Whoever publishes may say so, without a hand on accounts."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import Language, Translator
from .naming import language_label, listed_names
from .speaking import Speech


class Languages(forms.ModelMultipleChoiceField):
    """The languages that staff work on, to tick, by their names."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, language: Any) -> str:
        return language_label(language.code)


def languages_field(request: HttpRequest, **kwargs: Any) -> Languages:
    """The source language is nobody's to translate into; one that is turned off keeps its translators."""
    known = Language.objects.exclude(code=Speech.of(request).source)
    return Languages(known, required=False, label=capfirst(gettext("languages")), **kwargs)


@admin.register(Translator)
class TranslatorAdmin(admin.ModelAdmin):
    list_display = ("name", "named")
    fields = ("user", "languages")
    actions = None
    actions_on_top = True

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Without the row, an approver would be bound to no language any more: it is emptied instead."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Translator]:
        return super().get_queryset(request).select_related("user").prefetch_related("languages")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("user",) if obj else ()

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return languages_field(request, help_text=db_field.help_text)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Those whose groups let them translate or approve, and who are not named yet."""
        work = Q(groups__permissions__codename__in=["translate", "approve_translation"])
        kwargs["queryset"] = User.objects.filter(work, is_active=True, translator=None).distinct()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Accounts and languages are made on pages of their own."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and hasattr(field.widget, "can_add_related"):
            field.widget.can_add_related = field.widget.can_change_related = field.widget.can_view_related = False
        return field

    @admin.display(description=_("translator"), ordering="user__username")
    def name(self, translator: Translator) -> str:
        return translator.user.get_full_name() or translator.user.get_username()

    @admin.display(description=_("languages"))
    def named(self, translator: Translator) -> str:
        return listed_names(sorted(language_label(row.code) for row in translator.languages.all())) or "–"
