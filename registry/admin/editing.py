"""Two people, one record: a form carries the version it was made from, and the second save is refused.

The refused form shows what differs, field by field. What the second editor did not touch takes the first one's value;
what both changed keeps what was typed. The form then carries the newest version: saving again is a decision.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import ManyToManyField
from django.forms.models import ModelChoiceField, ModelMultipleChoiceField, model_to_dict
from django.http import QueryDict
from django.utils.translation import gettext as _

from .naming import moment_name, name_of, value_name, zone_of_days
from .speaking import SpeakingForm

SEEN = "seen_version"


@dataclass(frozen=True)
class Collision:
    """One field in which the two versions differ; `taken` where the form now holds theirs."""

    label: str
    theirs: str
    mine: str
    taken: bool


@dataclass(frozen=True)
class Refusal:
    """Why a save was refused: who saved in between, and what differs in one row."""

    row: str
    saved: list[tuple[Any, str]]
    collisions: list[Collision]


class VersionedForm(SpeakingForm):
    # A QueryDict, once posted; `refusal` writes to a copy.
    data: Any
    seen_version = forms.IntegerField(label="", widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields[SEEN].initial = self.initial[SEEN] = self.instance.version
        self.stale = False

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.instance.pk and self.cleaned_data.get(SEEN) != self.instance.version:
            self.stale = True
            raise ValidationError(
                _("Somebody else saved this entry while you were editing it. Nothing of yours is saved yet."),
                code="stale",
            )
        if "id" in self.errors and "id" in self.fields:
            self.add_error(
                None, _("Somebody else deleted this row. Tick “Delete” to go on without it, or add it anew below.")
            )
        return cleaned

    def refusal(self) -> Refusal:
        """Both versions; and prepare the form to be saved again (see above)."""
        live = type(self.instance)._default_manager.get(pk=self.instance.pk)
        seen = _number(self.data.get(self.add_prefix(SEEN)))
        self._renew()
        collisions = list(self._collisions(_state_of(live, seen)))
        self._put(SEEN, str(live.version))
        saved = list(
            live.history.filter(version__gt=seen or 0).select_related("history_user").order_by("-history_date")[:1]
        )
        zone = zone_of_days()
        told = [(record.history_user, moment_name(record.history_date, zone)) for record in saved]
        return Refusal(name_of(live), told, collisions)

    def _collisions(self, base: dict[str, Any] | None) -> Iterator[Collision]:
        for name, field in self.fields.items():
            if name in {SEEN, "id", "DELETE"} or field.disabled or isinstance(field.widget, forms.HiddenInput):
                continue
            typed, theirs = self[name].data, self.initial.get(name)
            if not field.has_changed(theirs, typed):
                continue
            untouched = base is not None and name in base and not field.has_changed(base[name], typed)
            mine = self._shown(name, self.cleaned_data[name]) if name in self.cleaned_data else str(typed or "")
            yield Collision(str(self[name].label), self._shown(name, theirs), mine, untouched)
            if untouched:
                self._put(name, theirs)

    def _shown(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, ModelMultipleChoiceField):
            labels = dict(_flat(field.choices))
            return ", ".join(sorted(str(labels.get(_pk(one), one)) for one in value or ()))
        if isinstance(field, ModelChoiceField):
            return str(dict(_flat(field.choices)).get(_pk(value), "")) if value else ""
        return value_name(self._meta.model._meta.get_field(name), value)

    def _renew(self) -> None:
        if isinstance(self.data, QueryDict) and not self.data._mutable:
            self.data = self.data.copy()

    def _put(self, name: str, value: Any) -> None:
        """Set what was posted for a field."""
        field, at = self.fields[name], self.add_prefix(name)
        self.data.pop(at, None)
        if isinstance(value, bool):
            if value:
                self.data[at] = "on"
            return
        value = field.prepare_value(value)
        if not isinstance(field, ModelChoiceField):
            value = field.widget.format_value(value)
        if isinstance(value, list | tuple):
            self.data.setlist(at, value)
        elif value is not None:
            self.data[at] = value


def _state_of(live: Any, version: int | None) -> dict[str, Any] | None:
    """The values that a version of the row had, as a form's initial data; None where history does not know it."""
    record = live.history.filter(version=version).order_by("-history_date", "-history_id").first()
    if record is None:
        return None
    links = {field.name: field for field in live._meta.many_to_many}
    values = model_to_dict(
        record.instance, fields=[field.name for field in live._meta.fields if not isinstance(field, ManyToManyField)]
    )
    for name, field in links.items():
        try:
            values[name] = [getattr(row, f"{field.m2m_reverse_field_name()}_id") for row in getattr(record, name).all()]
        except (AttributeError, ObjectDoesNotExist):
            continue
    return values


def _number(value: Any) -> int | None:
    return int(value) if value and str(value).isascii() and str(value).isdigit() else None


def _pk(value: Any) -> Any:
    return str(getattr(value, "pk", value))


def _flat(choices: Any) -> Iterator[tuple[str, Any]]:
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(value), label
