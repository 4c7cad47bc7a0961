"""On which days a release comes into force, and until when customers may object (GDPR Art. 28(2)).

Existing customers are told of a change a notice period before it. Three kinds of releases need no notice: an editorial
correction (correcting.py), one that does no more than take subprocessors or their places away, and an urgent
replacement, to which customers may object while it is in force already. Neither do the first release and an archive.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from ..exchange.comparison import Change, only_removes
from ..exchange.localized import day
from ..models import Release
from .checking import Problem


@dataclass(frozen=True)
class Asked:
    """The days that staff name; where they name none, the rules choose."""

    existing: date | None = None
    new: date | None = None
    objections: date | None = None


@dataclass(frozen=True)
class Days:
    """When a release is announced, comes into force for new and for existing customers, and the last day to object."""

    announced: date
    new: date
    existing: date
    objections: date | None = None


@dataclass(frozen=True)
class Rules:
    """What holds for a release of the draft on a day; `newest` is the release that it changes."""

    today: date
    notice_days: int
    kind: str
    backfill: bool
    newest: Release | None
    changes: Sequence[Change]

    @property
    def needs_notice(self) -> bool:
        first_or_archive = self.newest is None or self.backfill
        return not (first_or_archive or self.kind == Release.Kind.URGENT or only_removes(self.changes))

    @property
    def notice_ends(self) -> date:
        return self.today + timedelta(days=self.notice_days)

    @property
    def earliest(self) -> date:
        """The first day on which the release may come into force for existing customers."""
        return self.notice_ends if self.needs_notice else self.today

    def settle(self, asked: Asked) -> Days:
        existing = asked.existing or self.earliest
        new = asked.new or (existing if self.backfill else min(self.today, existing))
        return Days(min(self.today, new), new, existing, asked.objections or self._objections(existing))

    def _objections(self, existing: date) -> date | None:
        """The last day before the change; an urgent one is objected to for a notice period."""
        if self.kind == Release.Kind.URGENT:
            return self.notice_ends
        return max(self.today, existing - timedelta(days=1)) if self.needs_notice else None

    def problems(self, days: Days) -> Iterator[Problem]:
        if self.backfill and days.existing > self.today:
            yield Problem(_("A release of an older archive came into force in the past."), field="in_force_on")
        if not self.backfill:
            yield from self._not_in_the_past(days.existing, days.new)
        if days.new > days.existing:
            yield Problem(
                _("New customers never get a release later than existing ones. Choose an earlier day."),
                field="in_force_new_on",
            )
        if not self.backfill and self.today <= days.existing < self.earliest:
            yield self._too_soon()
        yield from self._objecting(days)
        yield from self._beside(days.existing, days.new)

    def _not_in_the_past(self, existing: date, new: date) -> Iterator[Problem]:
        past = _("A release cannot come into force on a day in the past.")
        if existing < self.today:
            yield Problem(past, field="in_force_on")
        elif new < self.today:
            yield Problem(past, field="in_force_new_on")

    def _too_soon(self) -> Problem:
        said = ngettext(
            "Customers are told of this change at least one day before it. Choose %(day)s or a later day, or "
            "publish it as an urgent replacement, with the reason.",
            "Customers are told of this change at least %(count)d days before it. Choose %(day)s or a later day, or "
            "publish it as an urgent replacement, with the reason.",
            self.notice_days,
        )
        earliest = day(self.earliest, get_language() or "en")
        return Problem(said % {"count": self.notice_days, "day": earliest}, field="in_force_on")

    def _objecting(self, days: Days) -> Iterator[Problem]:
        if days.objections is None or days.existing < self.today:
            return
        if days.objections < self.today:
            yield Problem(_("Objections cannot end on a day in the past."), field="objection_deadline")
        elif self.kind != Release.Kind.URGENT and days.objections > days.existing:
            yield Problem(
                _("Objections end before the release is in force for existing customers, or on that day."),
                field="objection_deadline",
            )

    def _beside(self, existing: date, new: date) -> Iterator[Problem]:
        """Neither clock runs backwards, and one release is announced at a time."""
        if self.newest is None:
            return
        number = {"number": self.newest.number}
        later = _("Release %(number)s comes into force later than this one would. Choose its day or a later one.")
        if self.newest.in_force_existing_on and existing < self.newest.in_force_existing_on:
            yield Problem(later % number, field="in_force_on")
        elif self.newest.in_force_new_on and new < self.newest.in_force_new_on:
            yield Problem(later % number, field="in_force_new_on")
        if self.newest.in_force_existing_on and self.newest.in_force_existing_on > self.today:
            yield Problem(
                _(
                    "Release %(number)s is announced and not yet in force. One announced release at a time: wait for "
                    "its day, or withdraw it first."
                )
                % number
            )
