"""Freeze an entry at the end of the chain, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ..exchange import content as shape
from ..exchange.composing import Header
from ..models import Publication, Release
from .agreed import tell_of
from .announcing import announce
from .checking import Problem
from .dating import Days

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


@contextmanager
def entering() -> Iterator[None]:
    """One transaction over one snapshot. Raise DraftMoved where somebody else was quicker."""
    outermost = not connection.in_atomic_block
    try:
        with transaction.atomic():
            if outermost:
                _one_snapshot()
            yield
    except DatabaseError as error:
        # The chain has one successor for each entry: a publication at the same moment has taken the place.
        if getattr(error.__cause__, "sqlstate", None) not in _OVERTAKEN:
            raise
        raise DraftMoved(
            [Problem(_("Another release was published just now. Look at it, then publish again."))]
        ) from error


def _one_snapshot() -> None:
    """Read the whole draft as of one moment. SQLite's IMMEDIATE transactions do; PostgreSQL is asked to.

    Only the first statement of a transaction may ask; inside a caller's transaction its own isolation holds.

    Whoever subscribes, unsubscribes or moves a DPA request meanwhile waits, as on SQLite: an entry refers to those who
    are told of it, and PostgreSQL refuses to refer to a row that has changed since the moment.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            # Before the first query, with which the moment begins.
            cursor.execute("LOCK TABLE registry_subscriber, registry_dparequest IN EXCLUSIVE MODE")


def header_after(
    last: Release | None,
    *,
    kind: str = "",
    announced_on: date,
    days: Days | None = None,
    backfill: bool = False,
    ends: int | None = None,
    summary: dict[str, str] | None = None,
    reason: dict[str, str] | None = None,
) -> Header:
    """What the entry after `last` says of itself. Rule 3: published at the system's clock, to the second."""
    return Header(
        number=last.number + 1 if last else 1,
        kind=kind,
        published_at=timezone.now().astimezone(UTC).replace(microsecond=0),
        announced_on=announced_on,
        in_force_new_on=days.new if days else None,
        in_force_existing_on=days.existing if days else None,
        objection_deadline=days.objections if days else None,
        backfill=backfill,
        previous_digest=last.digest if last else "",
        summary=_said(summary),
        ends=ends,
        reason=_said(reason),
    )


def _said(texts: dict[str, str] | None) -> dict[str, str]:
    return {code: text for code, text in (texts or {}).items() if text.strip()}


def clock_problems(last: Release) -> Iterator[Problem]:
    if timezone.now().replace(microsecond=0) < last.published_at:
        yield Problem(
            _("The system’s clock stands before the moment when release %(number)s was published.")
            % {"number": last.number}
        )


def frozen(content: shape.Content) -> shape.Content:
    """The content as it will be read back: in the form of its text, so that comparing finds no change of form."""
    return shape.decode(shape.encode(content))


def enter(content: shape.Content, by: Any) -> Release:
    """The entry with this content, which subscribers and those who signed are told of. Its columns repeat what the
    content says."""
    text = shape.encode(content)
    release = Release.objects.create(
        number=content["number"],
        type=content["type"],
        kind=content.get("kind", ""),
        published_at=datetime.fromisoformat(content["published_at"]),
        announced_on=date.fromisoformat(content["announced_on"]),
        in_force_new_on=_day(content.get("in_force_new_on")),
        in_force_existing_on=_day(content.get("in_force_existing_on")),
        objection_deadline=_day(content.get("objection_deadline")),
        ends_id=content["ends"],
        backfill=content.get("backfill", False),
        content=text,
        digest=shape.digest(text),
        previous_digest=content["previous_digest"] or "",
    )
    Publication.objects.create(release=release, by=by)
    announce(release, by)
    tell_of(release)
    return release


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None
