"""Withdraw an announced release: by an entry of its own, with a public reason, never by editing."""

from typing import Any

from django.utils.translation import gettext as _

from ..exchange import content as shape
from ..exchange.composing import withdrawal
from ..models import Language, Release, ServiceProfile
from .checking import Problem, told_once
from .entering import CannotPublish, clock_problems, enter, entering, frozen, header_after


def withdraw(number: int, *, reason: dict[str, str], by: Any = None) -> Release:
    """The entry that withdraws release `number`. `reason` is prose by language, with placeholders for facts.

    A release can be withdrawn until it is in force for existing customers; whoever became a customer meanwhile has what
    they agreed to. Raise CannotPublish with every problem found, DraftMoved where somebody was quicker.
    """
    with entering():
        last, today = Release.objects.end_of_chain(), _today()
        release = Release.objects.announced(today).filter(number=number).first()
        if release is None or last is None:
            raise CannotPublish([Problem(_("Release %(number)s is not announced.") % {"number": number})])
        announced = shape.decode(release.content)
        problems = [*_unsaid(reason, announced), *clock_problems(last)]
        if problems:
            raise CannotPublish(problems)
        in_force = Release.objects.in_force(today).first()
        header = header_after(last, announced_on=today, ends=number, reason=reason)
        # With the facts that hold: those of the announced release may never come into force.
        return enter(frozen(withdrawal(shape.decode(in_force.content) if in_force else announced, header)), by)


def _today() -> Any:
    profile = ServiceProfile.load()
    if profile is None:
        raise CannotPublish([Problem(_("There is no service profile yet. Add one first."), ServiceProfile)])
    return profile.today()


def _unsaid(reason: dict[str, str], content: shape.Content) -> list[Problem]:
    source = content["source_language"]
    if not reason.get(source, "").strip():
        return [
            Problem(_("Say why the release is withdrawn: customers read the reason."), field="reason", language=source)
        ]
    languages = list(Language.objects.filter(code__in=content["languages"]))
    return list(told_once("reason", reason, source, languages, content["service"]))
