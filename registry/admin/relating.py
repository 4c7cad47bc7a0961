"""Fields as staff know them: linked rows by name and codes by label, whether they may be changed or only read."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Model, TextField
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ..exchange.collation import key as sort_key
from ..models import Safeguard, SafeguardSet
from .choosing import Lines, field_of_choices
from .naming import listed_names, name_of, spoken, value_name

# Fields whose stored value is a code without `choices` on the model.
_CODED = {"country", "provider_country", "territory", "countries", "data_categories", "data_subjects"}


@cache
def reading(model: type[Model], name: str) -> Callable[[Any], str]:
    """A field for those who only read, one object for each field, so that the admin finds it among the read-only."""
    field: Any = model._meta.get_field(name)

    def read(noun: Any) -> str:
        value = getattr(noun, name)
        if field.many_to_many:
            return listed_names(name_of(linked) for linked in value.all())
        return (name_of(value) if value else "") if field.is_relation else value_name(field, value)

    read.__name__ = name
    read.short_description = field.verbose_name  # type: ignore[attr-defined]
    return read


def read_as(model: type[Model], name: Any) -> Any:
    """What stands for a field on a page that changes nothing."""
    if not isinstance(name, str) or name not in {f.name for f in model._meta.get_fields()}:
        return name
    field = model._meta.get_field(name)
    return reading(model, name) if name in _CODED or field.is_relation else name


class Relating(admin.options.BaseModelAdmin):
    """For admin classes and inlines whose nouns link to others or hold codes."""

    formfield_overrides = {TextField: {"widget": Lines}}
    # Many-to-many links that are few enough to tick.
    ticked: tuple[str, ...] = ()
    # What it means to link to nothing.
    empty_labels: dict[str, Any] = {}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if found := field_of_choices(db_field):
            return found
        found = super().formfield_for_dbfield(db_field, request, **kwargs)
        if found is not None and isinstance(found.widget, RelatedFieldWidgetWrapper):
            # One sign beside a choice is enough: the others open what the lists open.
            found.widget.can_change_related = found.widget.can_delete_related = found.widget.can_view_related = False
        return found

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if field is not None:
            nothing = self.empty_labels.get(db_field.name, field.empty_label)
            empty = [] if field.empty_label is None else [("", nothing)]
            field.choices = [*empty, *choices(request, db_field.related_model)]
        return field

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.ticked:
            kwargs["widget"] = forms.CheckboxSelectMultiple
        if db_field.related_model is Safeguard:
            kwargs["queryset"] = Safeguard.objects.exclude(kind=Safeguard.Kind.CONTRACTUAL)
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field is not None:
            field.choices = choices(request, db_field.related_model)
        return field


def choices(request: HttpRequest, model: type[Model]) -> list[Any]:
    """The rows of a noun by name; asked of the database once a request, however many rows of a form show them."""
    known = request.__dict__.setdefault("_registry_choices", {})
    if model not in known:
        known[model] = _kinds() if model is Safeguard else _named(model)
    return known[model]


def _named(model: type[Any]) -> list[tuple[Any, str]]:
    rows = model._default_manager.order_by()
    if model is SafeguardSet:
        rows = rows.prefetch_related("safeguards")
    return sorted(((row.pk, _label(row)) for row in rows), key=lambda choice: sort_key(spoken())(choice[1]))


def _kinds() -> list[tuple[str, list[tuple[Any, str]]]]:
    """Those that a set may hold, by kind; contractual ones bind every subprocessor."""
    rows = list(Safeguard.objects.exclude(kind=Safeguard.Kind.CONTRACTUAL))
    return [
        (str(kind.label), [(row.pk, _label(row)) for row in rows if row.kind == kind])
        for kind in (Safeguard.Kind.CERTIFICATION, Safeguard.Kind.FACILITY)
        if any(row.kind == kind for row in rows)
    ]


def _label(row: Any) -> str:
    if getattr(row, "listed", True):
        return name_of(row)
    return _("%(name)s (not listed)") % {"name": name_of(row)}
