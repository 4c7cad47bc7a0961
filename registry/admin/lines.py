"""The lines of an imported file, each as the form that its cells fill in; and an entry as such a line."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db import Error, transaction
from django.forms.models import ModelChoiceField, ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ..exchange.difference import Piece, difference
from ..translation import TRANSLATED, Pins
from .editing import SEEN
from .naming import name_of, value_name
from .speaking import Speech
from .standing import outdated

_YES, _NO = {"yes", "1", "true"}, {"no", "0", "false"}


@dataclass
class Line:
    """One line of a file: what it would do, or why it cannot be."""

    number: int
    key: str
    action: str
    changes: list[tuple[str, list[Piece]]]
    errors: list[tuple[str, str]]
    version: int = 0
    # The fields and languages whose translations this line leaves outdated.
    left_behind: int = 0


class Run:
    """One pass over a file: what keys mean now, rows added above included."""

    def __init__(self, page: Any, request: HttpRequest, form_class: Any, rows: list[dict[str, str]]) -> None:
        self.page, self.request, self.form_class, self.model = page, request, form_class, page.model
        keys = [row.get("key", "").strip() for row in rows]
        self.doubled = {key for key in keys if keys.count(key) > 1}
        nouns = self.model._default_manager.filter(key__in=keys).order_by("pk").select_for_update()
        self.nouns = {noun.key: noun for noun in nouns}
        self.others = self.model._default_manager.exclude(key__in=keys)
        self.linked: dict[type[Any], dict[str, Any]] = {}
        self.speech = Speech.of(request)
        pins = self._pins()
        self.outdated = {noun.pk: self._outdated(noun, pins) for noun in self.nouns.values()}

    def lines(self, rows: list[dict[str, str]]) -> list[Line]:
        """What each row does, in the order of the file."""
        found = [self.line(number, row) for number, row in enumerate(rows, 2)]
        pins = self._pins()
        for line in found:
            noun = self.nouns.get(line.key)
            if noun and line.action == "changed" and not line.errors:
                line.left_behind = len(self._outdated(noun, pins) - self.outdated[noun.pk])
        return found

    def _pins(self) -> Pins:
        return Pins.of(self.model, [noun.pk for noun in self.nouns.values()])

    def _outdated(self, noun: Any, pins: Pins) -> set[tuple[str, str]]:
        fields = TRANSLATED.get(self.model, ())
        return {(field, code) for field in fields for code in outdated(pins, noun, field, self.speech)}

    def line(self, number: int, row: dict[str, str]) -> Line:
        key = row.get("key", "").strip()
        noun = self.nouns.get(key)
        line = Line(number, key, "changed" if noun else "added", [], [], noun.version if noun else 0)
        if not key:
            line.errors.append((_("key"), _("The key is missing.")))
            return line
        if key in self.doubled:
            line.errors.append((_("key"), _("Several lines have this key.")))
            return line
        before = self.form_class(instance=noun)
        data = self._data(before, row, line)
        form = self.form_class(data, instance=noun)
        told = {name: _told(before, name, noun) for name in row if name != "key"}
        if not form.is_valid():
            line.errors += _errors(form)
        if not noun:
            self._refuse_renaming(row, line)
        if line.errors:
            return line
        if noun and not form.has_changed():
            line.action = "same"
            return line
        try:
            with transaction.atomic():
                saved = form.save()
        except Error:
            line.errors.append((_("key"), _("The database refuses this line.")))
            return line
        self.linked.pop(self.model, None)
        self._log(saved, added=noun is None)
        after = self.form_class(instance=saved)
        for name in told:
            if (now := _told(after, name, saved)) != told[name]:
                line.changes.append((str(form.fields[name].label), difference(told[name], now)))
        return line

    def _data(self, form: Any, row: dict[str, str], line: Line) -> dict[str, Any]:
        """What a browser would post: the entry as it is, with the line's cells put over it."""
        data = {name: _posted(form[name]) for name in form.fields}
        data[SEEN] = form.instance.version
        for name, cell in row.items():
            field = form.fields[name]
            if name == "key":
                data[name] = cell.strip()
            elif isinstance(field, ModelChoiceField):
                data[name] = self._keys(field, cell, line)
            elif isinstance(field, forms.MultipleChoiceField):
                data[name] = _listed(cell)
            elif isinstance(field, forms.BooleanField):
                data[name] = cell.strip().lower() in _YES
                if cell.strip().lower() not in _YES | _NO:
                    line.errors.append((str(field.label), _("Write yes or no.")))
            elif isinstance(field, forms.DateField):
                data[name] = self._day(field, cell, line)
            else:
                data[name] = cell
        return data

    def _keys(self, field: Any, cell: str, line: Line) -> Any:
        model = field.queryset.model
        if model not in self.linked:
            self.linked[model] = dict(model._default_manager.values_list("key", "pk"))
        known, asked = self.linked[model], _listed(cell)
        for key in asked:
            if key not in known:
                line.errors.append((str(field.label), _("There is no entry with this key: %(key)s") % {"key": key}))
        found = [known[key] for key in asked if key in known]
        return found if isinstance(field, ModelMultipleChoiceField) else (found[0] if found else "")

    def _day(self, field: Any, cell: str, line: Line) -> str:
        if not cell.strip():
            return ""
        try:
            return field.widget.format_value(date.fromisoformat(cell.strip()))
        except ValueError:
            line.errors.append((str(field.label), _("Write the day as YYYY-MM-DD.")))
            return ""

    def _refuse_renaming(self, row: dict[str, str], line: Line) -> None:
        """A new key on a line that says what an entry says whose own line is gone: somebody renamed it."""
        name = self.form_class.identity
        column = name if name in row else next((c for c in row if c.startswith(f"{name}_")), "")
        if not name or not row.get(column):
            return
        twin = self.others.filter(**{column: row[column]}).first()
        if twin:
            said = _("The entry “%(key)s” has this name. A key never changes: give the line its key.")
            line.errors.append((_("key"), said % {"key": twin.key}))

    def _log(self, noun: Any, *, added: bool) -> None:
        log = self.page.log_addition if added else self.page.log_change
        log(self.request, noun, [{"added": {}}] if added else [{"changed": {"fields": []}}])


def _listed(cell: str) -> list[str]:
    return [part.strip() for part in cell.replace(";", ",").split(",") if part.strip()]


def _posted(bound: Any) -> Any:
    """A field's value as its widget would post it."""
    value = bound.field.prepare_value(bound.initial)
    if isinstance(bound.field, forms.BooleanField):
        return bool(value)
    if isinstance(bound.field, ModelChoiceField):
        return "" if value is None else value
    posted = bound.field.widget.format_value(value)
    if isinstance(bound.field, forms.MultipleChoiceField):
        return posted or []
    return posted[0] if isinstance(posted, list) and posted else "" if posted is None or posted == [] else posted


def cell(form: Any, name: str) -> str:
    """A field's value as a file says it: keys, codes and ISO days."""
    field, value = form.fields[name], form.initial.get(name)
    if isinstance(field, ModelMultipleChoiceField):
        return ", ".join(sorted(row.key for row in value or ()))
    if isinstance(field, ModelChoiceField):
        linked = getattr(form.instance, name) if value else None
        return linked.key if linked else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(sorted(value))
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def _told(form: Any, name: str, noun: Any) -> str:
    """A field's value as the preview tells it."""
    field = form.fields[name]
    if noun is None:
        return ""
    if isinstance(field, ModelChoiceField):
        linked = getattr(noun, name)
        rows = linked.all() if isinstance(field, ModelMultipleChoiceField) else [linked] if linked else []
        return ", ".join(sorted(name_of(row) for row in rows))
    return value_name(noun._meta.get_field(name), form.initial.get(name))


def _errors(form: Any) -> list[tuple[str, str]]:
    return [
        (str(form.fields[name].label or name) if name in form.fields else "", str(message))
        for name, found in form.errors.items()
        for message in found
    ]


def fingerprint(lines: list[Line]) -> str:
    """Names what a preview showed: the same file does the same, or the preview is shown again."""
    told = repr([(line.key, line.action, line.version, line.changes, line.left_behind) for line in lines])
    return hashlib.sha256(told.encode()).hexdigest()
