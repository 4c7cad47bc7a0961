"""Verify the chain of releases: numbers, digests, links, canonical form, dates, columns, guards."""

from collections.abc import Iterator
from datetime import UTC

from django.utils.translation import gettext as _

from ..exchange import content as shape
from ..models import Release, guards


def verify() -> list[str]:
    """What is wrong with the chain of releases, a sentence each; none where it holds.

    A chain that was cut off at its end holds in itself: compare the newest digest with one that you noted elsewhere.
    """
    wrong = [_("The guard %(name)s of the database is missing.") % {"name": name} for name in guards.missing()]
    previous, expected = None, 1
    for release in Release.objects.order_by("number").iterator():
        wrong += [
            _("Release %(number)s: %(reason)s") % {"number": release.number, "reason": reason}
            for reason in _broken(release, previous, expected)
        ]
        previous, expected = release, release.number + 1
    return wrong


def _broken(release: Release, previous: Release | None, expected: int) -> Iterator[str]:
    if release.number != expected:
        yield _("its number should be %(number)s.") % {"number": expected}
    if shape.digest(release.content) != release.digest:
        yield _("its digest is not that of its content.")
    if release.previous_digest != (previous.digest if previous else ""):
        yield _("it does not follow the release before it.")
    if previous:
        yield from _backwards(release, previous)
    try:
        content = shape.decode(release.content)
        canonical = shape.encode(content) == release.content or content["schema"] != shape.SCHEMA
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        yield _("its content cannot be read.")
        return
    if not canonical:
        yield _("its content is not in canonical form.")
    for name, value in _columns(release).items():
        if content.get(name) != value:
            yield _("its column %(name)s does not say what its content says.") % {"name": name}


def _backwards(release: Release, previous: Release) -> Iterator[str]:
    for name in ("published_at", "in_force_new_on", "in_force_existing_on"):
        if getattr(release, name) < getattr(previous, name):
            yield _("its column %(name)s is earlier than that of the release before it.") % {"name": name}


def _columns(release: Release) -> dict[str, object]:
    """The columns that repeat the content, as the content writes them."""
    return {
        "number": release.number,
        "kind": release.kind,
        "published_at": release.published_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "announced_on": release.announced_on.isoformat(),
        "in_force_new_on": release.in_force_new_on.isoformat(),
        "in_force_existing_on": release.in_force_existing_on.isoformat(),
        "objection_deadline": release.objection_deadline and release.objection_deadline.isoformat(),
        "backfill": release.backfill,
        "previous_digest": release.previous_digest or None,
    }
