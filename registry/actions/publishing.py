"""Freeze the draft into a release."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ..exchange import content as shape
from ..exchange.comparison import Change, compare, differs
from ..exchange.localized import language_name
from ..history import AUDITED
from ..models import (
    DpaRequest,
    Language,
    PolicySection,
    ProcessingLocation,
    Publication,
    Question,
    Region,
    Release,
    Safeguard,
    SafeguardSet,
    ServiceProfile,
    Subprocessor,
    TransferMechanism,
    TranslationPin,
    Translator,
)
from ..translation import TRANSLATED, Pins, noun_name
from .checking import Problem, check, passage_name

# SQLSTATE of PostgreSQL where somebody else's transaction went first: unique_violation, serialization_failure,
# deadlock_detected. SQLite has one writer at a time, so there the second one looks at what the first has published.
_OVERTAKEN = {"23505", "40001", "40P01"}


class CannotPublish(Exception):
    """Nothing was published; `problems` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(problem.message for problem in problems))
        self.problems = problems


class DraftMoved(CannotPublish):
    """Somebody published or edited since the publisher looked."""


@dataclass(frozen=True)
class Edit:
    """One change of the draft, as its history tells it."""

    model: type[Model]
    name: str
    by: str
    at: datetime

    @property
    def label(self) -> str:
        return str(self.model._meta.verbose_name)


def draft() -> shape.Draft:
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
    return shape.Draft(
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


def preview(
    found: shape.Draft | None = None, summary: dict[str, str] | None = None, last: Release | None = None
) -> shape.Content:
    """The content that publishing now, for today, would freeze after `last` (by default the newest release)."""
    found = found or draft()
    header = _header(found, last or Release.objects.newest(), summary or {}, found.profile.today(), backfill=False)
    return _frozen(found, header)


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


def edits_since(moment: datetime, most: int = 10) -> list[Edit]:
    """Who has changed the draft since, the latest first."""
    edits = [
        edit
        for model in AUDITED.keys() - {DpaRequest, Translator, TranslationPin}
        for edit in _edits(model, moment, most)
    ]
    # A pin that was saved along with its text says nothing more; an approval has no other trace.
    edits += [
        pin
        for pin in _edits(TranslationPin, moment, most)
        if not any(edit.by == pin.by and abs(edit.at - pin.at) < timedelta(seconds=1) for edit in edits)
    ]
    return sorted(edits, key=lambda edit: edit.at, reverse=True)[:most]


def _edits(model: Any, moment: datetime, most: int) -> Iterator[Edit]:
    rows = model.history.filter(history_date__gt=moment).select_related("history_user")
    for row in rows.order_by("-history_date")[:most]:
        name = _pinned(row) if model is TranslationPin else str(row.instance)
        yield Edit(model, name, str(row.history_user or ""), row.history_date)


def _pinned(pin: Any) -> str:
    """The passage that a pin is about, and its language, as staff know them."""
    model = next(model for model in TRANSLATED if noun_name(model) == pin.noun)
    noun = model._default_manager.filter(pk=pin.object_id).first()
    label = passage_name(noun, pin.field) if noun else str(model._meta.verbose_name)
    return f"{label} · {language_name(pin.language, get_language() or 'en')}"


def publish(
    *,
    in_force_on: date,
    summary: dict[str, str] | None = None,
    by: Any = None,
    backfill: bool = False,
    expected: str = "",
) -> Release:
    """Freeze the draft into the next release, in force for everybody on a day.

    `summary` is prose by language; `expected` the `draft_digest` that the publisher looked at. Raise CannotPublish with
    every problem found, DraftMoved where somebody was quicker.
    """
    outermost = not connection.in_atomic_block
    try:
        with transaction.atomic():
            if outermost:
                _one_snapshot()
            return _publish(in_force_on, summary or {}, by, backfill, expected)
    except DatabaseError as error:
        # The chain has one successor for each entry: a publication at the same moment has taken the place.
        if getattr(error.__cause__, "sqlstate", None) not in _OVERTAKEN:
            raise
        raise DraftMoved(
            [Problem(_("Another release was published just now. Look at it, then publish again."))]
        ) from error


def _publish(in_force_on: date, summary: dict[str, str], by: Any, backfill: bool, expected: str) -> Release:
    found, last = draft(), Release.objects.newest()
    header = _header(found, last, summary, in_force_on, backfill=backfill)
    content = _frozen(found, header)
    if expected and expected != draft_digest(content):
        raise DraftMoved([moved(expected, last)])
    problems = [*_dates(header, last, found.profile.today()), *check(found, summary)]
    if not changes_anything(last, content):
        problems.append(
            Problem(_("The draft changes nothing since release %(number)s.") % {"number": header.number - 1})
        )
    if problems:
        raise CannotPublish(problems)
    text = shape.encode(content)
    release = Release.objects.create(
        number=header.number,
        published_at=header.published_at,
        kind=header.kind,
        announced_on=header.announced_on,
        in_force_new_on=header.in_force_new_on,
        in_force_existing_on=header.in_force_existing_on,
        objection_deadline=header.objection_deadline,
        backfill=header.backfill,
        content=text,
        digest=shape.digest(text),
        previous_digest=header.previous_digest,
    )
    Publication.objects.create(release=release, by=by)
    return release


def _one_snapshot() -> None:
    """Read the whole draft as of one moment. SQLite's IMMEDIATE transactions do; PostgreSQL is asked to.

    Only the first statement of a transaction may ask; inside a caller's transaction its own isolation holds.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _frozen(found: shape.Draft, header: shape.Header) -> shape.Content:
    """The content as it will be read back: in the form of its text, so that comparing finds no change of form."""
    return shape.decode(shape.encode(shape.compose(found, header)))


def moved(expected: str, last: Release | None) -> Problem:
    """What came between, for whoever looked at the draft that `expected` names and finds it gone."""
    number = last.number if last else 0
    if expected.partition("-")[0] != str(number + 1):
        return Problem(
            _("Release %(number)s was published since you looked. Look at it, then publish again.") % {"number": number}
        )
    return Problem(_("The draft has changed since you looked at it. Look again, then publish."))


def _header(
    found: shape.Draft, last: Release | None, summary: dict[str, str], in_force_on: date, *, backfill: bool
) -> shape.Header:
    return shape.Header(
        number=last.number + 1 if last else 1,
        kind=Release.Kind.CHANGE,
        # Rule 3: the system's clock, to the second; no caller passes it.
        published_at=timezone.now().astimezone(UTC).replace(microsecond=0),
        announced_on=in_force_on if backfill else min(found.profile.today(), in_force_on),
        in_force_new_on=in_force_on,
        in_force_existing_on=in_force_on,
        objection_deadline=None,
        backfill=backfill,
        previous_digest=last.digest if last else "",
        summary=summary,
    )


def _dates(header: shape.Header, last: Release | None, today: date) -> Iterator[Problem]:
    if header.backfill and header.in_force_existing_on > today:
        yield Problem(_("A release of an older archive came into force in the past."))
    if not header.backfill and header.in_force_existing_on < today:
        yield Problem(_("A release cannot come into force on a day in the past."), field="in_force_on")
    if last is None:
        return
    number = {"number": last.number}
    if header.backfill and not last.backfill:
        yield Problem(_("Release %(number)s is no part of the older archive, which ended before it.") % number)
    if header.published_at < last.published_at:
        yield Problem(_("The system’s clock stands before the moment when release %(number)s was published.") % number)
    if header.in_force_existing_on < last.in_force_existing_on or header.in_force_new_on < last.in_force_new_on:
        yield Problem(
            _("Release %(number)s comes into force later than this one would. Choose its day or a later one.") % number,
            field="in_force_on",
        )
    if last.in_force_existing_on > today:
        yield Problem(
            _("Release %(number)s is announced and not yet in force. One announced release at a time.") % number
        )
