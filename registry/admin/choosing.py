"""Form fields for what is chosen, not typed: countries, time zones and codes, named in the staff's language."""

from collections.abc import Callable
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db.models import Field
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ..models import DataCategory, DataSubject
from ..models.profile import validate_time_zone
from ..models.subprocessor import validate_categories, validate_subjects
from ..models.territories import validate_countries, validate_country, validate_territory
from .naming import country_choices


class Lines(AdminTextareaWidget):
    """Browsers post line ends as CR LF; a text that nobody touched must come back as it was."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        value = super().value_from_datadict(data, files, name)
        return value.replace("\r\n", "\n") if isinstance(value, str) else value


_AREAS = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


@cache
def time_zones() -> list[tuple[str, Any]]:
    """UTC, then the places of the IANA database by area, without its historical aliases."""
    grouped: dict[str, list[tuple[str, str]]] = {area: [] for area in _AREAS}
    for name in sorted(available_timezones()):
        area, _slash, place = name.partition("/")
        if area in grouped and place:
            grouped[area].append((name, name.replace("_", " ")))
    return [("UTC", "UTC"), *grouped.items()]


def _country(field: Field, **common: Any) -> forms.Field:
    return forms.ChoiceField(choices=country_choices, **common)


def _territory(field: Field, **common: Any) -> forms.Field:
    return forms.ChoiceField(choices=lambda: country_choices(with_eu=True), **common)


def _zone(field: Field, **common: Any) -> forms.Field:
    return forms.ChoiceField(choices=time_zones, **common)


def _countries(field: Field, **common: Any) -> forms.Field:
    widget = forms.CheckboxSelectMultiple
    common["help_text"] = _("The countries in which this region’s data is kept.")
    return forms.MultipleChoiceField(choices=lambda: country_choices()[1:], widget=widget, **common)


def _codes(choices: Any) -> Callable[..., forms.Field]:
    def make(field: Field, **common: Any) -> forms.Field:
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **common)

    return make


_FIELDS: dict[Any, Callable[..., forms.Field]] = {
    validate_country: _country,
    validate_territory: _territory,
    validate_time_zone: _zone,
    validate_countries: _countries,
    validate_categories: _codes(DataCategory.choices),
    validate_subjects: _codes(DataSubject.choices),
}


def field_of_choices(field: Field) -> forms.Field | None:
    """The form field for a model's field whose validator knows all its values; None for any other."""
    for validator, make in _FIELDS.items():
        if validator in field.validators:
            return make(
                field,
                label=capfirst(field.verbose_name),
                help_text=field.help_text,
                required=not field.blank,
                initial=field.get_default(),
            )
    return None
