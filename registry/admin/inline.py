"""Rows that belong to a noun, edited on its page."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten, flatten_fieldsets
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext

from .editing import SEEN
from .keys import WHY_KEPT, NounForm, released_keys
from .relating import Relating, read_as
from .speaking import Speaking, Speech


class NounFormSet(BaseInlineFormSet):
    """Rows below a noun: what a release names is not deleted, and keys made in one save differ."""

    released: Callable[[], set[str]] = set

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.taken: set[str] = set()
        super().__init__(*args, **kwargs)

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.taken, form.parent = self.taken, self.instance
        if "DELETE" in form.fields and form.instance.pk and form.instance.key in self.released():
            form.fields["DELETE"].disabled = True
            form.fields["DELETE"].label = gettext("Delete: not possible, a release names it")

    def clean(self) -> None:
        super().clean()
        for form in self.deleted_forms:
            if form.instance.pk and form.instance.key in self.released():
                raise ValidationError(WHY_KEPT)


class Inline(Relating, Speaking, admin.StackedInline):
    form = NounForm
    formset = NounFormSet
    template = "admin/registry/edit_inline/rows.html"
    extra = 0

    has_prose = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        if request.method == "POST" and transaction.get_connection().in_atomic_block:
            # In the order of all who lock several rows (`exchanging`): what was posted names its rows by itself.
            return rows.order_by("pk").select_for_update(of=("self",))
        return rows

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            first = fieldsets[0][1]
            first["fields"] = [*first["fields"], SEEN]
            return fieldsets
        return [
            (name, {**options, "fields": [read_as(self.model, field) for field in flatten(options["fields"])]})
            for name, options in fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        own = super().get_readonly_fields(request, obj)
        if self.has_change_permission(request, obj):
            return own
        return [*own, *(name for name in flatten_fieldsets(self.get_fieldsets(request, obj)) if callable(name))]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset: Any = super().get_formset(request, obj, **self.told(request), **kwargs)
        formset.form.speech = Speech.of(request)
        formset.released = staticmethod(lambda: released_keys(request, self.model))
        return formset
