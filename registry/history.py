"""Which nouns are audited, and what they said at a moment.

Importing the translations first gives the history every language's column.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from simple_history import register
from simple_history.models import HistoricalRecords

from . import models, translation


class TranslatedHistory(HistoricalRecords):
    """History of the language columns alone: the un-suffixed ones make differences that nobody made."""

    def fields_included(self, model: Any) -> list[Any]:
        originals = {field.translated_field.name for field in model._meta.fields if hasattr(field, "translated_field")}
        return [field for field in super().fields_included(model) if field.name not in originals]


# With their many-to-many links.
AUDITED: dict[type[Any], tuple[str, ...]] = {
    **dict.fromkeys(translation.TRANSLATED, ()),
    models.Language: (),
    models.SafeguardSet: ("safeguards",),
    models.ProcessingLocation: ("safeguard_sets",),
    models.TransferMechanism: (),
    models.TranslationPin: (),
    models.Translator: ("languages",),
    models.DpaRequest: (),
    models.Agreement: (),
    models.Subscriber: (),
    models.Objection: (),
    models.Announcement: (),
}
# What happens to requests and mails, not what the draft says.
RECORDS = (models.DpaRequest, models.Agreement, models.Subscriber, models.Objection, models.Announcement)

for _model, _links in AUDITED.items():
    register(
        _model,
        records_class=TranslatedHistory,
        m2m_fields=[_model._meta.get_field(link) for link in _links],
        excluded_fields=[field.name for field in _model._meta.fields if field.name == "form_token"],
        app="registry",
    )


def record(model: type[Any], pks: list[Any], *, at: datetime, by: Any) -> None:
    """Tell history that rows were changed in bulk, past `save`: what they say now, and their links.

    The database copies the rows itself: a file of translators changes thousands, of dozens of columns each.
    """
    history = model.history.model
    copied = [(history._meta.get_field(field.name).column, field.column) for field in history.tracked_fields]
    told = {"history_date": at, "history_type": "~", "history_user": by and by.pk}
    own = [history._meta.get_field(name) for name in told]
    quote = connection.ops.quote_name
    into = ", ".join(quote(column) for column in [*(name for name, _from in copied), *(f.column for f in own)])
    values = ", ".join([*(quote(column) for _name, column in copied), *["%s"] * len(own)])
    which = ", ".join(["%s"] * len(pks))
    key, tables = quote(model._meta.pk.column), (quote(history._meta.db_table), quote(model._meta.db_table))
    sql = f"INSERT INTO {tables[0]} ({into}) SELECT {values} FROM {tables[1]} WHERE {key} IN ({which})"  # noqa: S608 - names of our models alone
    with connection.cursor() as cursor:
        said = [field.get_db_prep_save(value, connection) for field, value in zip(own, told.values(), strict=True)]
        cursor.execute(sql, [*said, *pks])
    _record_links(model, pks, at)


def _record_links(model: type[Any], pks: list[Any], at: datetime) -> None:
    history, name = model.history.model, model._meta.pk.attname
    if not history._history_m2m_fields:
        return
    records = dict(history.objects.filter(**{f"{name}__in": pks}, history_date=at).values_list(name, "history_id"))
    for field in history._history_m2m_fields:
        through, row = field.remote_field.through, f"{field.m2m_field_name()}_id"
        columns = [column.attname for column in through._meta.fields]
        recorded = TranslatedHistory.m2m_models[field]
        recorded.objects.bulk_create(
            recorded(history_id=records[link[row]], **link)
            for link in through.objects.filter(**{f"{row}__in": pks}).values(*columns)
        )


# Whose history tells of rows of other nouns too: those that belong to it, and those that it links to.
PARTS: dict[type[Any], tuple[tuple[type[Any], str], ...]] = {
    models.Subprocessor: ((models.ProcessingLocation, "subprocessor"), (models.TransferMechanism, "subprocessor")),
}
LINKED: dict[type[Any], tuple[tuple[type[Any], str], ...]] = {
    models.SafeguardSet: ((models.Safeguard, "safeguards"),),
}
# One save of a form writes a record for each row, and another where its links change.
_ONE_SAVE = timedelta(seconds=1)


@dataclass(frozen=True)
class Entry:
    """What one row said from one save to the next; `links` holds the rows it linked to, by field."""

    model: type[Any]
    pk: Any
    record: Any
    links: dict[str, list[Any]]

    @property
    def at(self) -> datetime:
        return self.record.history_date

    @property
    def deleted(self) -> bool:
        return self.record.history_type == "-"

    def value(self, name: str) -> Any:
        return self.links[name] if name in self.links else getattr(self.record, self._attname(name))

    def _attname(self, name: str) -> str:
        return self.model._meta.get_field(name).attname


State = dict[tuple[type[Any], Any], Entry]
# Of a pin: its noun's name, row, field and language.
Place = tuple[str, int, str, str]


@dataclass(frozen=True)
class Moment:
    """When somebody saved; `by` is None where no staff member did (a command, the sample)."""

    at: datetime
    by: Any


class Trail:
    """Every state of one noun, of the rows told with it, and of their translations' pins.

    A few queries, however many states there are.
    """

    def __init__(self, model: type[Any], pk: Any) -> None:
        self.model, self.pk = model, pk
        entries = list(_entries(model, [pk]))
        for part, link in PARTS.get(model, ()):
            ever = part.history.filter(**{f"{link}_id": pk}).order_by().values_list("id", flat=True).distinct()
            entries += _entries(part, list(ever))
        for other, field in LINKED.get(model, ()):
            entries += _entries(other, list({linked for entry in entries for linked in entry.links.get(field, ())}))
        self.entries = sorted(entries, key=lambda entry: (entry.at, entry.record.history_id))
        parts = {model, *(part for part, _link in PARTS.get(model, ()))}
        self.pins = list(_pin_records((entry.model, entry.pk) for entry in entries if entry.model in parts))

    @property
    def moments(self) -> list[Moment]:
        """The oldest first."""
        found: list[Moment] = []
        records = sorted((*(entry.record for entry in self.entries), *self.pins), key=lambda one: one.history_date)
        for record in records:
            moment = Moment(record.history_date, record.history_user)
            if found and (moment.at == found[-1].at or _one_save(found[-1], moment)):
                found.pop()
            found.append(moment)
        return found

    def pins_at(self, moment: datetime) -> dict[Place, Any]:
        """The records of the pins that there were at a moment, by noun's name, row, field and language."""
        found: dict[Place, Any] = {}
        for record in self.pins:
            if record.history_date > moment:
                break
            place = (record.noun, record.object_id, record.field, record.language)
            if record.history_type == "-":
                found.pop(place, None)
            else:
                found[place] = record
        return found

    def at(self, moment: datetime) -> State:
        """The noun and what belonged to it at a moment; empty where the noun was not there."""
        rows: State = {}
        for entry in self.entries:
            if entry.at > moment:
                break
            rows[entry.model, entry.pk] = entry
        own = rows.get((self.model, self.pk))
        if own is None or own.deleted:
            return {}
        return {place: entry for place, entry in rows.items() if entry is own or self._told(entry, own)}

    def _told(self, entry: Entry, own: Entry) -> bool:
        if entry.deleted:
            return False
        for part, link in PARTS.get(self.model, ()):
            if entry.model is part:
                return entry.value(link) == self.pk
        return any(entry.pk in own.links[field] for other, field in LINKED.get(self.model, ()) if entry.model is other)


def _one_save(before: Moment, after: Moment) -> bool:
    return bool(after.by) and before.by == after.by and after.at - before.at < _ONE_SAVE


def _pin_records(rows: Iterable[tuple[type[Any], Any]]) -> Iterator[Any]:
    """The oldest first."""
    pks: dict[type[Any], set[Any]] = {}
    for model, pk in rows:
        if model in translation.TRANSLATED:
            pks.setdefault(model, set()).add(pk)
    among = Q(pk__in=())
    for model, found in pks.items():
        among |= Q(noun=translation.noun_name(model), object_id__in=found)
    history: Any = models.TranslationPin.history  # type: ignore[attr-defined]  # simple_history adds it
    if pks:
        yield from history.filter(among).select_related("history_user").order_by("history_date", "history_id")


def _entries(model: type[Any], pks: list[Any]) -> Iterator[Entry]:
    name = model._meta.pk.attname
    records = list(model.history.filter(**{f"{name}__in": pks}).select_related("history_user"))
    links: dict[str, dict[Any, list[Any]]] = {}
    for field in model.history.model._history_m2m_fields:
        through = TranslatedHistory.m2m_models[field]
        rows = through.objects.filter(history__in=records).values_list(
            "history_id", f"{field.m2m_reverse_field_name()}_id"
        )
        links[field.name] = {}
        for record, linked in rows:
            links[field.name].setdefault(record, []).append(linked)
    for record in records:
        own = {field: sorted(by_record.get(record.history_id, ())) for field, by_record in links.items()}
        yield Entry(model, getattr(record, name), record, own)
