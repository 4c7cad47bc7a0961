"""What follows from an entry of the chain, day by day, told before the click that nobody can take back."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..actions.dating import Days, Rules
from ..exchange.localized import day
from ..models import Release
from .naming import spoken


@dataclass(frozen=True)
class Step:
    """What comes to pass on a day."""

    day: date
    sentences: list[str]

    @property
    def name(self) -> str:
        return day(self.day, spoken())


def of_release(rules: Rules, days: Days, number: int, told: int) -> list[Step]:
    """What publishing the draft does, in the order of the days; `told` counts the subscribers who hear of it."""
    lines = [_("Release %(number)s is published; nobody can change or remove it.") % {"number": number}, _told(told)]
    if days.existing > rules.today:
        lines.append(_("The policy page says what will change."))
    return _steps([*((rules.today, line) for line in lines), *_clocks(days, rules.today)])


def ahead(announced: Release, today: date) -> list[Step]:
    """The days of a release that is announced."""
    if announced.in_force_new_on is None or announced.in_force_existing_on is None:
        return []
    new, existing, objections = announced.in_force_new_on, announced.in_force_existing_on, announced.objection_deadline
    return _steps(list(_clocks(Days(announced.announced_on, new, existing, objections), today)))


def _told(count: int) -> str:
    if not count:
        return _("Nobody has subscribed to be told of it by mail.")
    return ngettext(
        "%(count)s subscriber is told by mail at once.", "%(count)s subscribers are told by mail at once.", count
    ) % {"count": count}


def _clocks(days: Days, today: date) -> Iterator[tuple[date, str]]:
    if days.new == days.existing:
        yield days.new, _("In force for all customers.")
    else:
        yield days.new, _("In force for new customers.")
    if days.objections:
        yield days.objections, _("Last day for objections.")
    if days.new < days.existing:
        yield days.existing, _("In force for existing customers.")
    if days.existing > today:
        yield days.existing, _("The policy page turns by itself, at midnight.")


def of_correction(today: date, last: int, announced: Release | None, told: int) -> list[str]:
    """What correcting the wording does, all of it at once; `last` is the number at the end of the chain."""
    number, ahead_of_them = {"number": last + 1}, _new_customers_have(announced, today)
    lines = [
        _("Release %(number)s is in force at once for existing customers: their release, with the passages chosen.")
        if ahead_of_them
        else _("Release %(number)s is in force at once for all customers: their release, with the passages chosen."),
        _("Nothing else of the draft is published."),
    ]
    lines[0] %= number
    if announced is not None:
        lines.append(
            _("Release %(old)s, which is announced, goes on as release %(new)s, with the same passages and days.")
            % {"old": announced.number, "new": last + 2}
        )
    if ahead_of_them:
        lines.append(_("New customers get release %(number)s.") % {"number": last + 2})
    lines.append(_told(told))
    return lines


def of_withdrawal(
    announced: Release, in_force: Release | None, today: date, *, objections: int, told: int
) -> list[str]:
    """What withdrawing an announced release does, all of it at once."""
    number = {"number": announced.number}
    lines = [_("Release %(number)s never comes into force for existing customers.") % number]
    if in_force is not None:
        lines.append(_("Release %(number)s stays in force for them.") % {"number": in_force.number})
        if announced.in_force_new_on and _new_customers_have(announced, today):
            lines.append(
                _("New customers get release %(number)s again. Whoever joined since %(day)s keeps what they agreed to.")
                % {"number": in_force.number, "day": day(announced.in_force_new_on, spoken())}
            )
    lines.append(_("Release %(number)s and the reason for its withdrawal stay public.") % number)
    lines.append(_told(told))
    if objections:
        lines.append(
            ngettext(
                "%(count)s objection to it is open: it still has to be answered or closed.",
                "%(count)s objections to it are open: they still have to be answered or closed.",
                objections,
            )
            % {"count": objections}
        )
    return lines


def _new_customers_have(announced: Release | None, today: date) -> bool:
    return bool(announced and announced.in_force_new_on and announced.in_force_new_on <= today)


def _steps(told: list[tuple[date, str]]) -> list[Step]:
    days = sorted({when for when, _said in told})
    return [Step(when, [said for then, said in told if then == when]) for when in days]


def why(rules: Rules) -> str:
    """Why this release needs notice of so many days, or none."""
    if rules.newest is None:
        return _("The first release needs no notice: there is nothing that it changes.")
    if not rules.needs_notice:
        return _("This only takes subprocessors or places away: it needs no notice, and may come into force today.")
    return ngettext(
        "Existing customers are told %(count)d day before it comes into force for them, and may object until then.",
        "Existing customers are told %(count)d days before it comes into force for them, and may object until then.",
        rules.notice_days,
    ) % {"count": rules.notice_days}


def why_urgent(rules: Rules) -> str:
    return ngettext(
        "For what cannot wait. In force from today, if need be; customers read why, and may object for %(count)d day.",
        "For what cannot wait. In force from today, if need be; customers read why, and may object for %(count)d days.",
        rules.notice_days,
    ) % {"count": rules.notice_days}
