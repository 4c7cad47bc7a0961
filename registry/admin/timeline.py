"""What happened to a request or an objection, told from its history and its notes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from ..models import DpaRequest, Objection


@dataclass(frozen=True)
class Moment:
    at: datetime
    by: str
    told: str
    note: str = ""


def timeline(record: DpaRequest | Objection, *, notes: bool) -> list[Moment]:
    """The newest first. Four queries at most, however much has happened."""
    told = []
    before = None
    rows = type(record).history.filter(id=record.pk)  # type: ignore[union-attr]
    for row in rows.select_related("history_user", "assignee").order_by("history_id"):
        changes = _changes(before, row) if before else [_received(record)]
        told += [Moment(row.history_date, _name(row.history_user), what) for what in changes]
        before = row
    if notes:
        told += [
            Moment(note.at, _name(note.by), _("Answer") if getattr(note, "answer", False) else _("Note"), note.text)
            for note in record.notes.select_related("by")
        ]
    return sorted(told, key=lambda moment: moment.at, reverse=True)


def _received(record: DpaRequest | Objection) -> str:
    if isinstance(record, Objection):
        return _("The objection was received.")
    return _("The request was received.")


def _changes(before: Any, after: Any) -> Iterator[str]:
    if before.assignee_id != after.assignee_id:
        name = _name(after.assignee) or _("an account that no longer exists")
        yield _("Taken by: %(name)s") % {"name": name} if after.assignee_id else _("Taken by nobody")
    if before.state != after.state:
        yield _("State: %(state)s") % {"state": after.get_state_display()}
    if getattr(after, "outcome", "") and before.outcome != after.outcome:
        yield _("Outcome: %(outcome)s") % {"outcome": after.get_outcome_display()}
    if before.erased_at != after.erased_at:
        yield _("The personal data was erased.")


def _name(user: Any) -> str:
    return str(user) if user else ""
