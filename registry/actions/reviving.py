"""Bring back what a noun said at a moment: its fields, its links, and the rows below it that were there then."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ..history import PARTS, Entry, Place, State, Trail
from ..pinning import author, restore
from ..translation import TRANSLATED, noun_name


class Moved(Exception):
    """Somebody saved the noun since the page was made that asked whether to bring it back."""


def left_behind(model: type[Any], now: State, then: State) -> Iterator[tuple[type[Any], Any]]:
    """The rows below a noun that were added since: they stay as they are."""
    parts = {part for part, _link in PARTS.get(model, ())}
    yield from (place for place in now if place[0] in parts and place not in then)


def bring_back(trail: Trail, at: datetime, *, version: int | None) -> int:
    """Save what differs from a moment; say how many rows that were.

    `version` is that of the noun that the caller looked at, None for a deleted one. Raise Moved where it has another by
    now, ValidationError where today's rules refuse what it said then.
    """
    then = trail.at(at)
    with transaction.atomic():
        live = trail.model._default_manager.select_for_update().filter(pk=trail.pk).first()
        if (live.version if live else None) != version or not then:
            raise Moved
        parts = {part for part, _link in PARTS.get(trail.model, ())}
        own = then[trail.model, trail.pk]
        pins = trail.pins_at(at)
        changed = _restore(own, trail, pins)
        # By their numbers, as all who lock several rows do (`exchanging`).
        entries = sorted((entry for entry in then.values() if entry.model in parts), key=lambda entry: entry.pk)
        below = sum(_restore(entry, trail, pins) for entry in entries)
        if below and live and not changed:
            # The version of a noun covers the rows below it.
            trail.model._default_manager.get(pk=trail.pk).save()
    return changed + below


def _restore(entry: Entry, trail: Trail, pins: dict[Place, Any]) -> bool:
    noun = entry.model._default_manager.select_for_update().filter(pk=entry.pk).first()
    missing = noun is None
    if noun is None:
        noun = entry.record.instance
        noun._state.adding = True
        # Above every version that a form may still carry.
        noun.version = max(e.record.version for e in trail.entries if (e.model, e.pk) == (entry.model, entry.pk))
    tracked = [field for field in entry.record.tracked_fields if field.name not in {"id", "version"}]
    before = _values(noun, tracked)
    for field in tracked:
        setattr(noun, field.attname, getattr(entry.record, field.attname))
    _drop_dead_links(noun)
    changed = missing or _values(noun, tracked) != before
    if changed:
        noun.full_clean()
        # A text that comes back was not made from the source that stands beside it now: its pin comes back too.
        noun.pins_follow = True
        noun.save(force_insert=missing)
    for name, pks in entry.links.items():
        links = getattr(noun, name)
        there = set(links.model._default_manager.filter(pk__in=pks).values_list("pk", flat=True))
        if there != set(links.values_list("pk", flat=True)):
            links.set(there)
            changed = True
    if entry.model in TRANSLATED:
        own = [record for place, record in pins.items() if place[:2] == (noun_name(noun), noun.pk)]
        changed = bool(restore(noun, own, by=author(noun))) or changed
    return changed


def _values(noun: Any, fields: list[Any]) -> dict[str, Any]:
    """Null and empty text say the same."""
    return {field.name: getattr(noun, field.attname) or "" for field in fields}


def _drop_dead_links(noun: Any) -> None:
    for field in noun._meta.concrete_fields:
        pk = getattr(noun, field.attname) if field.is_relation else None
        if pk is None or field.related_model._default_manager.filter(pk=pk).exists():
            continue
        if not field.null:
            raise ValidationError(_("What it belonged to was deleted: %(field)s.") % {"field": field.verbose_name})
        setattr(noun, field.attname, None)


def dead_links(then: State) -> list[tuple[Entry, str]]:
    """The links of a state that cannot come back, because the row they led to was deleted."""
    found = []
    for entry in then.values():
        for field in entry.record.tracked_fields:
            if field.is_relation and (pk := getattr(entry.record, field.attname)) is not None:
                target = entry.model._meta.get_field(field.name).related_model
                if not target._default_manager.filter(pk=pk).exists():
                    found.append((entry, field.name))
        for name, pks in entry.links.items():
            target = entry.model._meta.get_field(name).related_model
            if target._default_manager.filter(pk__in=pks).count() < len(pks):
                found.append((entry, name))
    return found
