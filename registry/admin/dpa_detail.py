"""What stands on the page of a DPA request: its facts, where it may go from here, and its agreements."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..actions.dpa import BY_STAFF
from ..exchange import localized
from ..exchange.content import decode
from ..exchange.mail import region_name
from ..models import Agreement, DpaRequest
from .naming import language_label, spoken, territory_name
from .queueing import waited, waits_for

State = DpaRequest.State

_LAPSES = gettext_lazy("The document that the customer has cannot be accepted any more then.")
# What a button says, by where the request is and where it goes, and what it means where that is not plain.
MOVES: dict[tuple[str, str], tuple[Any, Any]] = {
    (State.RECEIVED, State.IN_REVIEW): (
        gettext_lazy("Start the review"),
        gettext_lazy("The document goes to the address that was typed, verified or not: nobody else can accept it."),
    ),
    (State.VERIFIED, State.IN_REVIEW): (
        gettext_lazy("Start the review"),
        gettext_lazy("The queue then shows that it is being looked at. A document can be issued either way."),
    ),
    (State.IN_REVIEW, State.CLOSED): (
        gettext_lazy("Close"),
        gettext_lazy("Closing ends the request without a document, such as one that was concluded in another way."),
    ),
    (State.ISSUED, State.IN_REVIEW): (gettext_lazy("Take it back into review"), _LAPSES),
    (State.ACCEPTED, State.IN_REVIEW): (
        gettext_lazy("Take it back into review"),
        gettext_lazy("What the customer has signed cannot be countersigned any more then."),
    ),
    (State.COUNTERSIGNED, State.CLOSED): (gettext_lazy("Close: nothing is left to do"), ""),
    (State.COUNTERSIGNED, State.IN_REVIEW): (
        gettext_lazy("Prepare an amendment"),
        gettext_lazy("The agreement stays in force until the amendment is countersigned."),
    ),
    (State.CLOSED, State.IN_REVIEW): (gettext_lazy("Reopen for review"), ""),
    (State.DECLINED, State.IN_REVIEW): (gettext_lazy("Reopen for review"), ""),
    (State.EXPIRED, State.IN_REVIEW): (gettext_lazy("Reopen for review"), ""),
}


@dataclass(frozen=True)
class Move:
    to: str
    label: Any
    hint: Any


def moves(found: DpaRequest) -> list[Move]:
    """Where staff may move the request by itself."""
    return [Move(to, *MOVES[found.state, to]) for to in BY_STAFF if found.may_move_to(to)]


def facts(found: Any) -> list[tuple[Any, Any]]:
    told = [
        (_("State"), _state(found)),
        (_("Waiting for"), waits_for(found)),
        (_("Taken by"), str(found.assignee) if found.assignee else _("nobody yet")),
        (_("Received on"), _day(found.received_at)),
        (_("Address verified on"), _day(found.verified_at)),
        (_("Country"), territory_name(found.country)),
        (_("Hosting region"), region_name(decode(found.release.content), found.region, spoken())),
        (_("Language"), language_label(found.language)),
        (_("Release shown"), _release(found)),
    ]
    return [(label, value) for label, value in told if value]


def _state(found: Any) -> str:
    """With since when, and for how long where somebody is waited for."""
    said = _("%(state)s since %(day)s") % {"state": found.get_state_display(), "day": _day(found.since)}
    if not waits_for(found):
        return said
    told = format_html("{} ({})", said, waited(found.since))
    if not found.overdue:
        return told
    return format_html('{} <span class="case-mark case-late">{}</span>', told, _("overdue"))


def standing(found: DpaRequest, offered: Agreement | None) -> str:
    """What has to happen next, in a sentence; empty where the buttons say it."""
    if found.erased_at:
        return ""
    match found.state:
        case State.RECEIVED if found.verify_by:
            told = _("The requester has yet to verify the address by the link in a mail. Possible until: %(day)s")
            return told % {"day": _day(found.verify_by)}
        case State.ISSUED if offered:
            told = _("The document is with the customer, who has yet to accept it. Possible until: %(day)s")
            return told % {"day": _day(offered.open_until)}
        case State.ACCEPTED:
            return _("The customer has signed. Look at the agreement, then countersign it.")
        case State.COUNTERSIGNED:
            return _("Both parties have signed, and both hold the final document.")
    return ""


def after(found: DpaRequest) -> DpaRequest | None:
    """The request that staff has let wait longest, besides this one and those to countersign."""
    waiting = DpaRequest.objects.waiting().exclude(pk=found.pk).exclude(state=State.ACCEPTED)
    return waiting.first()


@dataclass(frozen=True)
class Row:
    """One agreement of a request, as its page lists it."""

    reference: str
    address: str
    facts: tuple[str, ...]
    urgent: bool


def agreements(request: HttpRequest, found: DpaRequest) -> list[Row]:
    """The newest first, for those who may see agreements."""
    if not request.user.has_perm("registry.view_agreement"):
        return []
    return [_row(agreement) for agreement in found.agreements.order_by("-issued_at", "-pk")]


def _row(found: Agreement) -> Row:
    return Row(
        found.reference,
        reverse("admin:registry_agreement_change", args=[found.pk]),
        (
            found.get_state_display(),
            language_label(found.language),
            str(found.release_id),
            _day(found.issued_at),
            localized.day(found.in_force_on, spoken()) if found.in_force_on else "–",
            localized.day(found.ended_on, spoken()) if found.ended_on else "–",
        ),
        found.state == Agreement.State.ACCEPTED,
    )


def _release(found: DpaRequest) -> Any:
    where = reverse("admin:registry_release_change", args=[found.release_id])
    return format_html('<a href="{}">{}</a>', where, found.release_id)


def _day(moment: Any) -> str:
    return localized.day(timezone.localdate(moment), spoken()) if moment else ""
