"""What happened to a DPA request, told from its history and its notes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from ..models import DpaRequest


@dataclass(frozen=True)
class Moment:
    at: datetime
    by: str
    told: str
    note: str = ""


def timeline(request: DpaRequest, *, notes: bool) -> list[Moment]:
    """The newest first. Four queries at most, however much has happened."""
    told = []
    before = None
    rows = DpaRequest.history.filter(id=request.pk)  # type: ignore[attr-defined]
    for row in rows.select_related("history_user", "assignee").order_by("history_id"):
        told += [Moment(row.history_date, _name(row.history_user), what) for what in _changes(before, row)]
        before = row
    if notes:
        told += [Moment(note.at, _name(note.by), _("Note"), note.text) for note in request.notes.select_related("by")]
    return sorted(told, key=lambda moment: moment.at, reverse=True)


def _changes(before: Any, after: Any) -> list[str]:
    if before is None:
        return [_("The request was received.")]
    told = []
    if before.assignee_id != after.assignee_id:
        name = _name(after.assignee) or _("an account that no longer exists")
        told.append(_("Taken by: %(name)s") % {"name": name} if after.assignee_id else _("Taken by nobody"))
    if before.state != after.state:
        told.append(_("State: %(state)s") % {"state": after.get_state_display()})
    if before.erased_at != after.erased_at:
        told.append(_("The personal data was erased."))
    return told


def _name(user: Any) -> str:
    return str(user) if user else ""
