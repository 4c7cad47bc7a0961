"""Every saved translation is pinned to the source text it was made from, whoever saves it and by whichever way.

Forms, imports and commands all save rows: a receiver here sees what a save changed. What is written in bulk, past
`save`, calls `settle` itself; a text that came past both has no pin that names it, and counts as outdated.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.db.models.signals import post_delete, post_save, pre_save
from django.utils import timezone
from modeltranslation.utils import build_localized_fieldname

from .history import TranslatedHistory
from .models import ServiceProfile, TranslationPin
from .translation import TRANSLATED, normal, noun_name, prose, text_digest

Status = TranslationPin.Status
Place = tuple[str, int, str, str]
# What a field said before a save, by field: texts by language.
Before = dict[str, dict[str, str]]
# What history gives as the reason of a record, with the names of fields.
_VOUCHED = "meaning unchanged: "


@dataclass(frozen=True)
class Wording:
    """What a language says in a field from now on, and the source text that this was made from."""

    noun: Any
    field: str
    language: str
    text: str
    source: str

    @property
    def place(self) -> Place:
        return noun_name(self.noun), self.noun.pk, self.field, self.language


@transaction.atomic(savepoint=False)
def settle(
    wordings: Iterable[Wording], *, by: Any = None, status: str = Status.HUMAN, at: datetime | None = None
) -> None:
    """Pin each wording; a text that is no more loses its pin. A few statements, however many wordings.

    `at` is the moment that history gives the rows that were saved with them.
    """
    now, said = at or timezone.now(), {wording.place: wording for wording in wordings}
    there = {_place(pin): pin for pin in _pins(said)}
    fresh = [wording for wording in said.values() if wording.text.strip()]
    kept = [_pin(wording, there.get(wording.place), by, status, now) for wording in fresh]
    _write(kept, by, now)
    _drop([pin for place, pin in there.items() if not said[place].text.strip()], by, now)


@transaction.atomic(savepoint=False)
def keep(noun: Any, field: str, before: str, after: str, *, by: Any = None, at: datetime | None = None) -> int:
    """Move the pins of a passage along with its source, whose meaning has not changed; say how many.

    Pins to any other text than `before` stay: those translations were outdated and still are.
    """
    now, moved = at or timezone.now(), []
    texts = prose(noun, field)
    for pin in TranslationPin.objects.filter(noun=noun_name(noun), object_id=noun.pk, field=field):
        text = texts.get(pin.language)
        if pin.source_digest == text_digest(before) and text and pin.text_digest == text_digest(text):
            pin.source_text, pin.source_digest = normal(after), text_digest(after)
            pin.kept_by, pin.kept_at = by, now
            moved.append(pin)
    _write(moved, by, now)
    return len(moved)


@transaction.atomic(savepoint=False)
def restore(noun: Any, records: Iterable[Any], *, by: Any = None) -> int:
    """Give a row the pins that these records of history tell, and no other; say how many were others."""
    now, records = timezone.now(), list(records)
    there = {_place(pin): pin for pin in TranslationPin.objects.filter(noun=noun_name(noun), object_id=noun.pk)}
    people = ("by_id", "approved_by_id", "kept_by_id")
    named = {getattr(record, name) for record in records for name in people}
    known = set(get_user_model()._default_manager.filter(pk__in=named - {None}).values_list("pk", flat=True))
    back = []
    for record in records:
        values = {field.attname: getattr(record, field.attname) for field in TranslationPin._meta.concrete_fields}
        # An account that was deleted since answers for nothing.
        values |= {name: values[name] if values[name] in known else None for name in people}
        old = there.pop(_place(record), None)
        values["id"] = old.pk if old else None
        if old is None or any(getattr(old, name) != value for name, value in values.items()):
            back.append(TranslationPin(**values))
    _write(back, by, now)
    _drop(list(there.values()), by, now)
    return len(back) + len(there)


def source_language() -> str:
    return ServiceProfile.objects.values_list("source_language", flat=True).first() or settings.LANGUAGE_CODE


def _pin(wording: Wording, pin: TranslationPin | None, by: Any, status: str, now: datetime) -> TranslationPin:
    noun, object_id, field, language = wording.place
    return TranslationPin(
        pk=pin.pk if pin else None,
        noun=noun,
        object_id=object_id,
        field=field,
        language=language,
        source_text=normal(wording.source),
        source_digest=text_digest(wording.source),
        text_digest=text_digest(wording.text),
        status=status,
        by=by,
        at=now,
    )


_KEY = ("noun", "object_id", "field", "language")


def _place(pin: TranslationPin) -> Place:
    return pin.noun, pin.object_id, pin.field, pin.language


def _pins(places: Iterable[Place]) -> Iterator[TranslationPin]:
    rows: dict[str, set[int]] = {}
    wanted = set(places)
    for noun, pk, _field, _language in wanted:
        rows.setdefault(noun, set()).add(pk)
    languages = {place[3] for place in wanted}
    for noun, pks in rows.items():
        found = TranslationPin.objects.filter(noun=noun, object_id__in=pks, language__in=languages).select_for_update()
        yield from (pin for pin in found if _place(pin) in wanted)


def _write(pins: list[TranslationPin], by: Any, at: datetime) -> None:
    """Insert or replace in one statement, and tell history which of the two it was."""
    if not pins:
        return
    old, new = [pin for pin in pins if pin.pk], [pin for pin in pins if not pin.pk]
    values = [field.name for field in TranslationPin._meta.fields if field.name not in {"id", *_KEY}]
    TranslationPin.objects.bulk_create(pins, update_conflicts=True, unique_fields=_KEY, update_fields=values)
    for found, update in ((new, False), (old, True)):
        if found:
            history: Any = TranslationPin.history  # type: ignore[attr-defined]  # simple_history adds it
            history.bulk_history_create(found, update=update, default_user=by, default_date=at)


def _drop(pins: list[TranslationPin], by: Any, at: datetime) -> None:
    for pin in pins:
        pin._history_user, pin._history_date = by, at  # type: ignore[attr-defined]  # simple_history reads them
        pin.delete()


# --- Rows saved one by one --------------------------------------------------------------------------------------------


def _remember(sender: Any, instance: Any, raw: bool = False, **kwargs: Any) -> None:
    """What the row says in the database before it is saved; and one moment for its history and that of its pins."""
    if raw:
        return
    instance._said_before = _said(sender, instance.pk) if instance.pk else {}
    # Of the records that this save writes, and of no later one's.
    instance.__dict__.pop("_change_reason", None)
    if vouched := _vouched(instance):
        instance._change_reason = _VOUCHED + ",".join(vouched)
    # A moment that a save left behind because it failed is not the next one's.
    if "_history_date" not in instance.__dict__ or instance.__dict__.get("_dated_here"):
        instance._history_date, instance._dated_here = timezone.now(), True


def _vouched(instance: Any) -> list[str]:
    """The fields of which the editor says that only their words change, whether or not a translation was current."""
    kept, before = instance.__dict__.get("meaning_kept", ()), instance.__dict__["_said_before"]
    if not kept:
        return []
    source, after = source_language(), _says(instance)
    pairs = [(field, before.get(field, {}).get(source), after[field].get(source)) for field in sorted(kept)]
    return [field for field, was, now in pairs if was and now and normal(was).strip() != normal(now).strip()]


def vouched(record: Any) -> list[str]:
    """The fields whose meaning was said to be unchanged by the save that a row's record in history tells of."""
    reason = record.history_change_reason or ""
    return reason.removeprefix(_VOUCHED).split(",") if reason.startswith(_VOUCHED) else []


def _said(model: Any, pk: Any) -> Before:
    codes = [code for code, _name in settings.LANGUAGES]
    columns = [(field, code, build_localized_fieldname(field, code)) for field in TRANSLATED[model] for code in codes]
    row = model._default_manager.filter(pk=pk).values_list(*(column for _f, _c, column in columns)).first()
    said: Before = {field: {} for field in TRANSLATED[model]}
    for (field, code, _column), text in zip(columns, row or (), strict=False):
        if text and text.strip():
            said[field][code] = text
    return said


def _pin_saved(sender: Any, instance: Any, raw: bool = False, update_fields: Any = None, **kwargs: Any) -> None:
    """Pin the languages that this save changed to the source as it now stands.

    `instance.meaning_kept` names fields whose source changed its words and not its meaning; `instance.translated_as`
    is the status of what this save translated, by default human; `instance.pins_follow` says that the caller pins.
    """
    if raw:
        return
    at = instance._history_date
    if instance.__dict__.pop("_dated_here", False):
        del instance._history_date
    before: Before = instance.__dict__.pop("_said_before", {})
    kept, status = instance.__dict__.pop("meaning_kept", ()), instance.__dict__.pop("translated_as", Status.HUMAN)
    if instance.__dict__.pop("pins_follow", False):
        return
    # A save of some fields leaves the others as the database has them, whatever the instance says.
    after = _said(sender, instance.pk) if update_fields is not None else _says(instance)
    source, by = source_language(), author(instance)
    changed = []
    for field in TRANSLATED[sender]:
        was, now = before.get(field, {}), after[field]
        respaced = _respace(instance, field, was, now, source, by, at)
        moved = source in was and source in now and normal(was[source]) != normal(now[source])
        if field in kept and moved and source not in respaced:
            keep(instance, field, was[source], now[source], by=by, at=at)
        changed += [
            Wording(instance, field, code, now.get(code, ""), now.get(source, ""))
            for code in sorted({*was, *now} - {source} - respaced)
            if normal(was.get(code, "")) != normal(now.get(code, ""))
        ]
    if changed:
        settle(changed, by=by, status=status, at=at)


def _says(instance: Any) -> Before:
    return {field: prose(instance, field) for field in TRANSLATED[type(instance)]}


def _respace(
    noun: Any, field: str, was: dict[str, str], now: dict[str, str], source: str, by: Any, at: datetime
) -> set[str]:
    """Languages whose text changed in the blanks around it, which forms take off: no wording, so pins go along."""
    respaced = {
        code
        for code in was.keys() & now.keys()
        if normal(was[code]) != normal(now[code]) and normal(was[code]).strip() == normal(now[code]).strip()
    }
    if not respaced:
        return respaced
    moved = []
    for pin in TranslationPin.objects.filter(noun=noun_name(noun), object_id=noun.pk, field=field):
        old = pin.source_digest, pin.text_digest
        if source in respaced and pin.source_digest == text_digest(was[source]):
            pin.source_text, pin.source_digest = normal(now[source]), text_digest(now[source])
        if pin.language in respaced and pin.text_digest == text_digest(was[pin.language]):
            pin.text_digest = text_digest(now[pin.language])
        if (pin.source_digest, pin.text_digest) != old:
            moved.append(pin)
    _write(moved, by, at)
    return respaced


def _forget(sender: Any, instance: Any, **kwargs: Any) -> None:
    """A row that is deleted takes its pins with it; their history stays."""
    pins = TranslationPin.objects.filter(Q(noun=noun_name(sender), object_id=instance.pk))
    _drop(list(pins), author(instance), timezone.now())


def author(instance: Any) -> Any:
    """Who saves: the one that history names."""
    found = getattr(instance, "_history_user", None)
    request = getattr(TranslatedHistory.context, "request", None)
    user = found or getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def connect() -> None:
    for model in TRANSLATED:
        pre_save.connect(_remember, sender=model)
        post_save.connect(_pin_saved, sender=model)
        post_delete.connect(_forget, sender=model)
