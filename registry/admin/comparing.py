"""Two states of a noun side by side, as staff read them: names for links and codes, words marked in prose."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import Any

from django.db.models import CharField, Field, TextField
from django.utils.text import capfirst

from ..exchange.difference import Piece, difference
from ..exchange.localized import tag, text_direction
from ..history import AUDITED, PARTS, Entry, State
from ..models import SafeguardSet
from .naming import language_label, name_of, value_name

_SILENT = {"id", "version"}


@dataclass(frozen=True)
class Change:
    """One field in two states; `words` where it is text, which is compared word by word."""

    label: str
    before: str
    after: str
    words: list[Piece] | None = None
    lang: str = ""
    direction: str = ""


@dataclass(frozen=True)
class Row:
    """What changed in the noun itself (an empty `kind`) or in a row told with it."""

    kind: str
    name: str
    action: str
    changes: list[Change]

    @property
    def labels(self) -> list[str]:
        return list(dict.fromkeys(change.label for change in self.changes))


# What is told of a row beside its own fields.
Told = dict[tuple[type[Any], Any], list[Change]]


class Names:
    """Names of linked rows, those deleted since included; asked of the database once for each kind of row."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        wanted: dict[type[Any], set[Any]] = {}
        for entry in entries:
            for field in entry.record.tracked_fields:
                if field.is_relation:
                    target = entry.model._meta.get_field(field.name).related_model
                    wanted.setdefault(target, set()).add(getattr(entry.record, field.attname))
            for name, pks in entry.links.items():
                wanted.setdefault(entry.model._meta.get_field(name).related_model, set()).update(pks)
        self._names = {(model, pk): name for model, pks in wanted.items() for pk, name in _names(model, pks - {None})}

    def of(self, model: Any, pk: Any) -> str:
        return self._names.get((model, pk), "")


def _names(model: type[Any], pks: set[Any]) -> Iterator[tuple[Any, str]]:
    rows = model._default_manager.filter(pk__in=pks)
    if any(field.name == "safeguards" for field in model._meta.many_to_many):
        rows = rows.prefetch_related("safeguards")
    there = {row.pk: name_of(row) for row in rows}
    yield from there.items()
    if model in AUDITED and (gone := pks - set(there)):
        # The newest record of each comes last.
        for record in model.history.filter(id__in=gone).order_by("history_date", "history_id"):
            yield record.id, _historic_name(record.instance)


def compare(
    before: State, after: State, model: type[Any], names: Names, told: Mapping[Any, list[Change]] = MappingProxyType({})
) -> list[Row]:
    """What changed from one state to another, the noun itself first; with what else is told of each row."""
    rows = []
    for place in sorted(
        before.keys() | after.keys(), key=lambda place: (place[0] is not model, place[0].__name__, place[1])
    ):
        old, new = before.get(place), after.get(place)
        changes = [*_changes(old, new, names, _hidden(model, place[0])), *told.get(place, ())]
        action = "added" if old is None else "removed" if new is None else "changed"
        if (known := new or old) and (changes or action != "changed"):
            own = place[0] is model
            kind = "" if own else capfirst(place[0]._meta.verbose_name)
            rows.append(Row(kind, name_of_entry(known), action, changes))
    return rows


def _hidden(model: type[Any], part: type[Any]) -> set[str]:
    """Fields that go without saying: a row's own number, and the noun above it."""
    return _SILENT | {link for found, link in PARTS.get(model, ()) if found is part}


def name_of_entry(entry: Entry) -> str:
    return _historic_name(entry.record.instance)


def _historic_name(noun: Any) -> str:
    # A set is named by its links, and those that the database has are today's.
    return str(noun) if isinstance(noun, SafeguardSet) else name_of(noun)


def _changes(old: Entry | None, new: Entry | None, names: Names, hidden: set[str]) -> Iterator[Change]:
    known = new or old
    if known is None:
        return
    for field in known.record.tracked_fields:
        if field.name not in hidden:
            yield from _change(known.model._meta.get_field(field.name), old, new, names)
    for name in known.links:
        yield from _change(known.model._meta.get_field(name), old, new, names)


def _change(field: Field, old: Entry | None, new: Entry | None, names: Names) -> Iterator[Change]:
    before, after = (_told(field, entry, names) for entry in (old, new))
    if before == after:
        return
    original, language = getattr(field, "translated_field", field), getattr(field, "language", "")
    label = capfirst(original.verbose_name) + (f" · {language_label(language)}" if language else "")
    words = difference(before, after) if isinstance(field, CharField | TextField) and not field.choices else None
    yield Change(
        label, before, after, words, tag(language) if language else "", text_direction(language) if language else ""
    )


def _told(field: Field, entry: Entry | None, names: Names) -> str:
    if entry is None:
        return ""
    value = entry.value(field.name)
    if field.many_to_many:
        return "\n".join(sorted(names.of(field.related_model, pk) for pk in value))
    if field.is_relation:
        return names.of(field.related_model, value)
    return value_name(field, value)


def labels_by_row(rows: list[Row]) -> list[tuple[str, str, str, list[str]]]:
    """For a list of states: what each row is, and which of its fields changed."""
    return [
        (kind, name, action, [label for row in group for label in row.labels])
        for (kind, name, action), group in groupby(rows, key=lambda row: (row.kind, row.name, row.action))
    ]
