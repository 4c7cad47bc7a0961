"""Freeze the draft into a release."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _

from ..exchange import content as shape
from ..exchange.comparison import Change, compare, differs
from ..exchange.composing import Draft, compose
from ..models import (
    Language,
    PolicySection,
    ProcessingLocation,
    Question,
    Region,
    Release,
    Safeguard,
    SafeguardSet,
    ServiceProfile,
    Subprocessor,
    TransferMechanism,
)
from ..translation import Pins
from .checking import Problem, check
from .dating import Asked, Days, Rules
from .entering import CannotPublish, DraftMoved, clock_problems, enter, entering, frozen, header_after


def draft() -> Draft:
    """The rows that the next release would name. Raise CannotPublish where there is no service profile yet."""
    profile = ServiceProfile.load()
    if profile is None:
        raise CannotPublish([Problem(_("There is no service profile yet. Add one first."), ServiceProfile)])
    rows = listed_rows()
    sets = (
        SafeguardSet.objects.filter(locations__in=rows[ProcessingLocation])
        .distinct()
        .order_by("key")
        .prefetch_related("safeguards")
    )
    return Draft(
        profile=profile,
        languages=list(Language.objects.public()),
        sections=list(rows[PolicySection]),
        questions=list(rows[Question]),
        regions=list(rows[Region]),
        safeguards=list(rows[Safeguard]),
        safeguard_sets=list(sets),
        subprocessors=list(rows[Subprocessor].select_related("parent")),
        locations=list(
            rows[ProcessingLocation].select_related("region", "subprocessor").prefetch_related("safeguard_sets")
        ),
        transfer_mechanisms=list(
            TransferMechanism.objects.listed().filter(subprocessor__listed=True).select_related("subprocessor")
        ),
        pins=Pins.load(language__in=Language.objects.worked_on().values("code")),
    )


def listed_rows() -> dict[type[Model], QuerySet[Any]]:
    """The rows with prose that the next release would name, by kind."""
    locations = ProcessingLocation.objects.listed().filter(subprocessor__listed=True)
    sets = SafeguardSet.objects.filter(locations__in=locations)
    return {
        PolicySection: PolicySection.objects.listed(),
        Question: Question.objects.listed(),
        Region: Region.objects.listed(),
        # Contractual ones bind every subprocessor; others stand where a location's set names them.
        Safeguard: Safeguard.objects.filter(
            Q(kind=Safeguard.Kind.CONTRACTUAL, listed=True) | Q(sets__in=sets)
        ).distinct(),
        Subprocessor: Subprocessor.objects.listed(),
        ProcessingLocation: locations,
    }


def preview(found: Draft | None = None, summary: dict[str, str] | None = None) -> shape.Content:
    """The content that publishing now, in force at once, would freeze at the end of the chain."""
    found = found or draft()
    day = found.profile.today()
    header = header_after(
        Release.objects.end_of_chain(),
        kind=Release.Kind.CHANGE,
        announced_on=day,
        days=Days(day, day, day),
        summary=summary,
    )
    return frozen(compose(found, header))


def draft_digest(content: shape.Content) -> str:
    """Names what a draft says and the number it would get, whatever the day.

    The publisher publishes what they looked at, or is told what came between.
    """
    return f"{content['number']}-{shape.digest(shape.encode(shape.facts_of(content)))}"


def changes_since(release: Release | None, content: shape.Content) -> list[Change]:
    return compare(shape.decode(release.content) if release else None, content)


def changes_anything(release: Release | None, content: shape.Content) -> bool:
    """Whether readers would get anything else than from a release.

    An approval alone is no release: readers are not told of it, and the next one records it.
    """
    return release is None or differs(shape.decode(release.content), content)


def rules_of(found: Draft, shown: shape.Content, kind: str, *, backfill: bool = False) -> Rules:
    """What holds today for a release of the draft, which says what `shown` says."""
    newest, profile = Release.objects.newest(), found.profile
    return Rules(profile.today(), profile.notice_days, kind, backfill, newest, changes_since(newest, shown))


def publish(
    *,
    in_force_on: date | None = None,
    in_force_new_on: date | None = None,
    objection_deadline: date | None = None,
    kind: str = Release.Kind.CHANGE,
    reason: dict[str, str] | None = None,
    summary: dict[str, str] | None = None,
    by: Any = None,
    backfill: bool = False,
    expected: str = "",
) -> Release:
    """Freeze the draft into the next release: a change, or an urgent replacement with its public reason.

    `in_force_on` is the day for existing customers. Days that are not given follow from the profile's notice period
    (see dating.py). `summary` and `reason` are prose by language; `expected` is the `draft_digest` that the publisher
    looked at. Raise CannotPublish with every problem found, DraftMoved where somebody was quicker.
    """
    asked = Asked(in_force_on, in_force_new_on, objection_deadline)
    with entering():
        found, last = draft(), Release.objects.end_of_chain()
        shown = preview(found)
        if expected and expected != draft_digest(shown):
            raise DraftMoved([moved(expected, last)])
        rules = rules_of(found, shown, kind, backfill=backfill)
        days, newest = rules.settle(asked), rules.newest
        problems = [*rules.problems(days), *_after(last, backfill), *check(found, summary, reason)]
        source = found.profile.source_language
        if kind == Release.Kind.URGENT and not (reason or {}).get(source, "").strip():
            problems.append(
                Problem(_("Say why this cannot wait: customers read the reason."), field="reason", language=source)
            )
        if newest and not changes_anything(newest, shown):
            problems.append(
                Problem(_("The draft changes nothing since release %(number)s.") % {"number": newest.number})
            )
        if problems:
            raise CannotPublish(problems)
        header = header_after(
            last,
            kind=kind,
            announced_on=days.announced,
            days=days,
            backfill=backfill,
            summary=summary,
            reason=reason,
        )
        return enter(frozen(compose(found, header)), by)


def moved(expected: str, last: Release | None) -> Problem:
    """What came between, for whoever looked at the draft that `expected` names and finds it gone."""
    number = last.number if last else 0
    if expected.partition("-")[0] != str(number + 1):
        return Problem(
            _("Release %(number)s was published since you looked. Look at it, then publish again.") % {"number": number}
        )
    return Problem(_("The draft has changed since you looked at it. Look again, then publish."))


def _after(last: Release | None, backfill: bool) -> Iterator[Problem]:
    if last is None:
        return
    number = {"number": last.number}
    if backfill and not last.backfill:
        yield Problem(_("Release %(number)s is no part of the older archive, which ended before it.") % number)
    yield from clock_problems(last)
