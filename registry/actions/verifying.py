"""Verify the chain of releases: numbers, digests, links, canonical form, dates, columns, guards."""

import json
from collections.abc import Iterator
from datetime import UTC, date

from django.utils.translation import gettext as _

from ..exchange import content as shape
from ..models import Release, guards


def verify() -> list[str]:
    """What is wrong with the chain of releases, a sentence each; none where it holds.

    A chain that was cut off at its end holds in itself: compare the newest digest with one that you noted elsewhere.
    """
    wrong = [_("The guard %(name)s of the database is missing.") % {"name": name} for name in guards.missing()]
    previous, standing, expected = None, None, 1
    ended = dict(Release.objects.filter(ends__isnull=False).values_list("ends_id", "number"))
    for release in Release.objects.order_by("number").iterator():
        wrong += [
            _("Release %(number)s: %(reason)s") % {"number": release.number, "reason": reason}
            for reason in (*_broken(release, previous, expected), *_clocks(release, previous, standing, ended))
        ]
        previous, expected = release, release.number + 1
        if not release.is_withdrawal and release.number not in ended:
            standing = release
    return wrong


def _broken(release: Release, previous: Release | None, expected: int) -> Iterator[str]:
    if release.number != expected:
        yield _("its number should be %(number)s.") % {"number": expected}
    if shape.digest(release.content) != release.digest:
        yield _("its digest is not that of its content.")
    if release.previous_digest != (previous.digest if previous else ""):
        yield _("it does not follow the release before it.")
    try:
        content = shape.decode(release.content)
        canonical = shape.encode(json.loads(release.content)) == release.content
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        yield _("its content cannot be read.")
        return
    if not canonical:
        yield _("its content is not in canonical form.")
    for name, value in _columns(release).items():
        if content.get(name) != value:
            yield _("its column %(name)s does not say what its content says.") % {"name": name}


def _clocks(
    release: Release, previous: Release | None, standing: Release | None, ended: dict[int, int]
) -> Iterator[str]:
    """No clock runs backwards: those in force against the releases that stand, for what was ended counts no more."""
    if previous and release.published_at < previous.published_at:
        yield _earlier("published_at")
    if standing is None or release.is_withdrawal or release.number in ended:
        return
    if standing.in_force_new_on and release.in_force_new_on and release.in_force_new_on < standing.in_force_new_on:
        yield _earlier("in_force_new_on")
    before, day = standing.in_force_existing_on, release.in_force_existing_on
    if before and day and day < before:
        yield _earlier("in_force_existing_on")


def _earlier(name: str) -> str:
    return _("its column %(name)s is earlier than that of the release before it.") % {"name": name}


def _columns(release: Release) -> dict[str, object]:
    """The columns that repeat the content, as the content writes them; a withdrawal writes no more than it says."""
    written = {
        "type": release.type,
        "number": release.number,
        "published_at": release.published_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "announced_on": release.announced_on.isoformat(),
        "ends": release.ends_id,
        "previous_digest": release.previous_digest or None,
    }
    if release.is_withdrawal:
        return written
    return {
        **written,
        "kind": release.kind,
        "in_force_new_on": _iso(release.in_force_new_on),
        "in_force_existing_on": _iso(release.in_force_existing_on),
        "objection_deadline": _iso(release.objection_deadline),
        "backfill": release.backfill,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
