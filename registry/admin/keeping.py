"""The page that asks before it erases a DPA request, where an agreement keeps the person: why, until when, and the
button that refuses and tells them."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from ..actions import keeping
from ..exchange import localized
from .naming import spoken


class Keeping:
    """For the admin of DPA requests."""

    def refuse_now(self, request: HttpRequest, found: Any) -> None:
        keeping.refuse(found, request.user)

    def erase_context(self, found: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().erase_context(found)  # type: ignore[misc]  # CaseAdmin's
        kept = None if found.erased_at else keeping.kept(found)
        if kept is None:
            return context
        told, today = keeping.told_on(found), keeping.today()
        day = localized.day(told, spoken()) if told else ""
        return context | {
            "title": _("The personal data of %(reference)s has to be kept") % {"reference": found},
            "kept": kept,
            "when": kept.when(spoken()),
            "agreements": found.agreements.filter(reference__in=kept.agreements),
            "told": day,
            "told_today": told == today,
        }
