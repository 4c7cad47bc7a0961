"""The way of a DPA request as its customer reads it: what has happened, where it stands, what comes and who acts."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ..exchange import event_names
from ..exchange.localized import moment
from ..models import Agreement, DpaEvent, DpaRequest

State = DpaRequest.State
Kind = DpaEvent.Kind


class Happened(NamedTuple):
    kind: str
    label: str
    on: SafeString
    # The document that it happened to, where there are several.
    agreement: str


class Standing(NamedTuple):
    heading: str
    text: str
    # Who acts now; empty where nobody has to.
    who: str = ""
    until_label: str = ""
    until: SafeString | str = ""


class Next(NamedTuple):
    label: str
    who: str


@dataclass(frozen=True)
class Way:
    """One request, as it is read in a language. `agreements` stand newest first."""

    request: DpaRequest
    agreements: list[Agreement]
    language: str
    zone: ZoneInfo
    provider: str
    declined_days: int

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def told(self, at: datetime) -> SafeString:
        return moment(self.day(at), self.language)

    @cached_property
    def offered(self) -> Agreement | None:
        """What can be signed now: what nobody signed in time cannot, also before the clock has ended it."""
        found = self._newest(Agreement.State.OFFERED)
        return found if found and found.open_until > timezone.now() else None

    @cached_property
    def in_force(self) -> Agreement | None:
        return self._newest(Agreement.State.IN_FORCE)

    @cached_property
    def ended(self) -> Agreement | None:
        return self._newest(Agreement.State.ENDED)

    def _newest(self, state: str) -> Agreement | None:
        return next((one for one in self.agreements if one.state == state), None)

    @property
    def since(self) -> SafeString:
        return self.told(self.request.since)

    @property
    def erased_on(self) -> SafeString | None:
        """The day on which a request that came to nothing is erased; None for any other."""
        over = self.request.state in (State.DECLINED, State.WITHDRAWN, State.EXPIRED)
        if not over or self.request.ended_at is None or any(one.state in Agreement.SIGNED for one in self.agreements):
            return None
        return self.told(self.request.ended_at + timedelta(days=self.declined_days))

    def happened(self) -> list[Happened]:
        labels = event_names.happened(self.provider)
        several = len(self.agreements) > 1
        return [
            Happened(
                found.kind,
                labels[found.kind],
                self.told(found.at),
                found.agreement.reference if several and found.agreement else "",
            )
            for found in self.request.events.select_related("agreement").order_by("number")
            if found.kind in labels
        ]

    def standing(self) -> Standing:
        return _STANDING[State(self.request.state)](self)

    def ahead(self) -> list[Next]:
        """What comes after what is to be done now."""
        you, they = _("You"), self.provider
        steps = [
            (State.RECEIVED, Next(_("We look at the request and issue the document"), they)),
            (State.IN_REVIEW, Next(_("You read the document and accept it, or sign it in another way"), you)),
            (State.ISSUED, Next(_("We countersign the document"), they)),
            (State.ACCEPTED, Next(_("Both parties hold the final document"), "")),
        ]
        state = State.IN_REVIEW if self.request.state == State.VERIFIED else self.request.state
        if state == State.RECEIVED and self.request.verify_by is None:
            state = State.IN_REVIEW
        reached = [number for number, (at, _step) in enumerate(steps) if at == state]
        return [step for _at, step in steps[reached[0] :]] if reached else []


def _received(way: Way) -> Standing:
    if way.request.verify_by is None:
        return _reviewed(way)
    return Standing(
        _("Please confirm your address"),
        _("Open the link in our first mail and confirm that the address is yours. Then we look at the request."),
        _("You"),
        _("Possible until"),
        way.told(way.request.verify_by),
    )


def _reviewed(way: Way) -> Standing:
    if way.in_force:
        return Standing(
            _("We are preparing a new document"),
            _("The agreement that you hold stays in force until both parties have signed the new one."),
            way.provider,
        )
    return Standing(
        _("We are looking at your request"),
        _("You need not do anything. We write to you as soon as the document is ready."),
        way.provider,
    )


def _issued(way: Way) -> Standing:
    if not way.offered:
        return _expired(way)
    return Standing(
        _("The document is ready for you"),
        _("Read it below. You can accept it on this page, or sign it in another way and upload it."),
        _("You"),
        _("Possible until"),
        way.told(way.offered.open_until),
    )


def _accepted(way: Way) -> Standing:
    return Standing(
        _("We have your acceptance"),
        _("Now we countersign. As soon as that is done, we mail you the final document, and it stands here."),
        way.provider,
    )


def _countersigned(way: Way) -> Standing:
    if not way.in_force:
        return _closed(way)
    return Standing(
        _("The agreement is in force"),
        _("Both parties have signed. The final document stands below, with a page that proves who signed and when."),
    )


def _closed(way: Way) -> Standing:
    if way.in_force:
        return Standing(
            _("The agreement is in force"),
            _("The request is closed: nothing is left to do. The agreement stays in force, and you find it below."),
        )
    if way.ended:
        return Standing(_("The agreement has ended"), _("The documents stay here for as long as we have to keep them."))
    return Standing(
        _("The request is closed"),
        _("No document was concluded on this page. If that surprises you, please write to us."),
    )


def _declined(way: Way) -> Standing:
    return Standing(_("We have declined the request"), _("You can make a new request at any time."))


def _withdrawn(way: Way) -> Standing:
    return Standing(_("You have withdrawn the request"), _("You can make a new request at any time."))


def _expired(way: Way) -> Standing:
    return Standing(
        _("The time to accept the document is over"),
        _("Please make a new request, or write to us and ask that we issue the document once more."),
    )


_STANDING: dict[State, Callable[[Way], Standing]] = {
    State.RECEIVED: _received,
    State.VERIFIED: _reviewed,
    State.IN_REVIEW: _reviewed,
    State.ISSUED: _issued,
    State.ACCEPTED: _accepted,
    State.COUNTERSIGNED: _countersigned,
    State.CLOSED: _closed,
    State.DECLINED: _declined,
    State.WITHDRAWN: _withdrawn,
    State.EXPIRED: _expired,
}
