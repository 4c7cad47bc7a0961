"""Correct the wording of what is in force, at once: an editorial correction changes prose, and no fact."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from ..exchange import content as shape
from ..exchange.composing import Draft, amended
from ..exchange.rewording import put, reworded
from ..models import Release, ServiceProfile
from ..models.noun import Noun
from .checking import Problem, check
from .dating import Days
from .entering import CannotPublish, DraftMoved, clock_problems, enter, entering, frozen, header_after
from .publishing import draft, draft_digest, moved, preview
from .translating import passage_key


def correctable(found: Draft, drafted: shape.Content) -> dict[str, tuple[shape.Passage, shape.Passage]]:
    """The passages in force that the draft says in other words, by key: as they are, and as they would be."""
    in_force = Release.objects.in_force(found.profile.today()).first()
    return reworded(shape.decode(in_force.content), drafted) if in_force else {}


def correct(
    keys: Iterable[str], *, summary: dict[str, str] | None = None, by: Any = None, expected: str = ""
) -> list[Release]:
    """Put the draft's wording of these passages (`sections/definition/body`) into the release in force, from today on.

    Where a release is announced, it is replaced by one with the same passages put in and the same days: the second of
    the releases that come back. Nothing else of the draft is published. `summary` is prose by language. Raise
    CannotPublish with every problem found, DraftMoved where somebody was quicker.
    """
    with entering():
        found, keys = draft(), set(keys)
        drafted, today, last = preview(found), found.profile.today(), Release.objects.end_of_chain()
        if expected and expected != draft_digest(drafted):
            raise DraftMoved([moved(expected, last)])
        in_force, announced = Release.objects.in_force(today).first(), Release.objects.announced(today).first()
        if in_force is None or last is None:
            raise CannotPublish([Problem(_("No release is in force yet: there is nothing to correct."))])
        problems = [*_problems(found, drafted, keys, summary or {}), *clock_problems(last)]
        if problems:
            raise CannotPublish(problems)
        header = header_after(
            last,
            kind=Release.Kind.EDITORIAL,
            announced_on=today,
            days=Days(today, today, today),
            summary=summary,
        )
        corrected = put(shape.decode(in_force.content), drafted, keys)
        entries = [enter(frozen(amended(corrected, header)), by)]
        if announced is not None:
            entries.append(_announced_again(entries[0], announced, drafted, keys, by))
        return entries


def _problems(found: Draft, drafted: shape.Content, keys: set[str], summary: dict[str, str]) -> Iterator[Problem]:
    there = correctable(found, drafted).keys()
    if not keys:
        yield Problem(_("Choose at least one passage."))
    for key in sorted(keys - there):
        yield Problem(_("The draft does not say this passage in other words: %(passage)s") % {"passage": key})
    problems = check(found, summary)
    of = by_passage(problems)
    yield from (problem for problem in problems if problem.field == "summary")
    yield from (problem for key in sorted(keys) for problem in of.get(key, ()))


def by_passage(problems: Iterable[Problem]) -> dict[str, list[Problem]]:
    """The problems of single passages, by key."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        if isinstance(problem.noun, Noun | ServiceProfile) and problem.field:
            found.setdefault(passage_key(problem.noun, problem.field), []).append(problem)
    return found


def _announced_again(last: Release, announced: Release, drafted: shape.Content, keys: set[str], by: Any) -> Release:
    """The announced release with the same passages put in: its days stay, and so does what it says of itself."""
    content = put(shape.decode(announced.content), drafted, keys)
    # For new customers it may be in force already: their clock does not run backwards past the correction.
    new = max(filter(None, (announced.in_force_new_on, last.in_force_new_on)))
    existing = announced.in_force_existing_on or new
    header = header_after(
        last,
        kind=announced.kind,
        announced_on=announced.announced_on,
        days=Days(announced.announced_on, new, existing, announced.objection_deadline),
        ends=announced.number,
    )
    again = amended(content, header)
    return enter(frozen({**again, "summary": content["summary"], "reason": content["reason"]}), by)
