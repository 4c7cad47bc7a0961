"""What happened to a request, an objection or a subscription, told from its history and its notes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from ..actions.notifying import Reason
from ..models import DpaEvent, DpaRequest, Objection, Subscriber
from .naming import language_label, region_names

Record = DpaRequest | Objection | Subscriber


@dataclass(frozen=True)
class Moment:
    at: datetime
    by: str
    told: str
    note: str = ""


def timeline(record: Record, *, notes: bool) -> list[Moment]:
    """The newest first. Five queries at most, however much has happened."""
    told = []
    before = None
    rows = type(record).history.filter(id=record.pk)  # type: ignore[union-attr]
    people = ("history_user",) if isinstance(record, Subscriber) else ("history_user", "assignee")
    for row in rows.select_related(*people).order_by("history_id"):
        changes = _changes(before, row) if before else [_received(record)]
        told += [Moment(row.history_date, _name(row.history_user), what) for what in changes]
        before = row
    if notes:
        told += [
            Moment(note.at, _name(note.by), _("Answer") if getattr(note, "answer", False) else _("Note"), note.text)
            for note in record.notes.select_related("by")  # type: ignore[union-attr]
        ]
    if isinstance(record, DpaRequest):
        # What changes no state: that the person was refused to be erased.
        refused = record.events.filter(kind=DpaEvent.Kind.ERASURE_REFUSED).values_list("at", flat=True)
        told += [Moment(at, "", _("The erasure was refused, and the person told why.")) for at in refused]
    return sorted(told, key=lambda moment: moment.at, reverse=True)


def _received(record: Record) -> str:
    if isinstance(record, Subscriber):
        return _("Somebody asked to subscribe this address.")
    if isinstance(record, Objection):
        return _("The objection was received.")
    return _("The request was received.")


def _changes(before: Any, after: Any) -> Iterator[str]:
    if hasattr(after, "scope"):
        yield from _chosen(before, after)
    elif before.assignee_id != after.assignee_id:
        name = _name(after.assignee) or _("an account that no longer exists")
        yield _("Taken by: %(name)s") % {"name": name} if after.assignee_id else _("Taken by nobody")
    if before.state != after.state:
        yield _("State: %(state)s") % {"state": after.get_state_display()}
    if getattr(after, "outcome", "") and before.outcome != after.outcome:
        yield _("Outcome: %(outcome)s") % {"outcome": after.get_outcome_display()}
    if before.erased_at != after.erased_at:
        yield _("The personal data was erased.")
        if after.history_change_reason:
            yield _("Reason: %(reason)s") % {"reason": Reason(after.history_change_reason).label}


def _chosen(before: Any, after: Any) -> Iterator[str]:
    if before.asked_at != after.asked_at:
        yield _("Somebody asked to subscribe this address again.")
    if (before.scope, before.regions) != (after.scope, after.regions):
        regions = f" ({region_names(after.regions)})" if after.regions else ""
        yield _("Scope: %(scope)s") % {"scope": f"{after.get_scope_display()}{regions}"}
    if before.language != after.language:
        yield _("Language: %(language)s") % {"language": language_label(after.language)}


def _name(user: Any) -> str:
    return str(user) if user else ""
