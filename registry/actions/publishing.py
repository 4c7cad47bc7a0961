"""Check the draft, freeze it into a release, verify the chain of releases."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from ..exchange import content as shape
from ..exchange.comparison import Change, compare
from ..exchange.localized import language_name, territory
from ..exchange.placeholders import Facts, names, unknown
from ..models import (
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
    guards,
)


@dataclass(frozen=True)
class Problem:
    """Why the draft cannot be published: a sentence, and the row, field and language where it can be mended."""

    message: str
    noun: Model | None = None
    field: str = ""
    language: str = ""

    def __str__(self) -> str:
        return self.message


class CannotPublish(Exception):
    """Nothing was published; `problems` says why."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(problem.message for problem in problems))
        self.problems = problems


class DraftMoved(CannotPublish):
    """Somebody published or edited since the publisher looked."""


def draft() -> shape.Draft:
    """The rows that the next release would name. Raise CannotPublish where there is no service profile yet."""
    profile = ServiceProfile.load()
    if profile is None:
        raise CannotPublish([Problem(_("There is no service profile yet. Add one first."))])
    locations = (
        ProcessingLocation.objects.listed()
        .filter(subprocessor__listed=True)
        .select_related("region")
        .prefetch_related("safeguard_sets")
    )
    sets = (
        SafeguardSet.objects.filter(locations__in=locations).distinct().order_by("key").prefetch_related("safeguards")
    )
    return shape.Draft(
        profile=profile,
        languages=list(Language.objects.public()),
        sections=list(PolicySection.objects.listed()),
        questions=list(Question.objects.listed()),
        regions=list(Region.objects.listed()),
        # Contractual ones bind every subprocessor; others stand where a location's set names them.
        safeguards=list(
            Safeguard.objects.filter(Q(kind=Safeguard.Kind.CONTRACTUAL, listed=True) | Q(sets__in=sets)).distinct()
        ),
        safeguard_sets=list(sets),
        subprocessors=list(Subprocessor.objects.listed().select_related("parent")),
        locations=list(locations),
        transfer_mechanisms=list(TransferMechanism.objects.listed().filter(subprocessor__listed=True)),
    )


def preview(found: shape.Draft | None = None, summary: dict[str, str] | None = None) -> shape.Content:
    """The content that publishing now would freeze."""
    found = found or draft()
    today = found.profile.today()
    return shape.compose(found, _header(found, Release.objects.newest(), summary or {}, today, backfill=False))


def draft_digest(content: shape.Content) -> str:
    """Names what a draft says, whatever the day: the publisher publishes what they looked at, or is told."""
    return shape.digest(shape.encode(shape.facts_of(content)))


def changes_since(release: Release | None, content: shape.Content) -> list[Change]:
    return compare(shape.decode(release.content) if release else None, content)


def check(found: shape.Draft, summary: dict[str, str] | None = None) -> list[Problem]:
    """Everything that keeps the draft from being published, in the active language."""
    return [*_languages(found), *_references(found), *_passages(found, summary or {}), *_countries(found)]


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
    try:
        with transaction.atomic():
            return _publish(in_force_on, summary or {}, by, backfill, expected)
    except IntegrityError as error:
        # The chain has one successor for each entry: a publication at the same moment has taken the place.
        raise DraftMoved(
            [Problem(_("Another release was published just now. Look at it, then publish again."))]
        ) from error


def _publish(in_force_on: date, summary: dict[str, str], by: Any, backfill: bool, expected: str) -> Release:
    _one_snapshot()
    found, last = draft(), Release.objects.newest()
    header = _header(found, last, summary, in_force_on, backfill=backfill)
    content = shape.compose(found, header)
    if expected and expected != draft_digest(content):
        raise DraftMoved([Problem(_("The draft has changed since you looked at it. Look again, then publish."))])
    problems = [*_dates(header, last, found.profile.today()), *check(found, summary)]
    if last and shape.facts_of(shape.decode(last.content)) == shape.facts_of(content):
        problems.append(Problem(_("The draft changes nothing since release %(number)s.") % {"number": last.number}))
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
    """Read the whole draft as of one moment. SQLite's IMMEDIATE transactions do; PostgreSQL is asked to."""
    if connection.vendor == "postgresql" and len(connection.savepoint_ids) == 0:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


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
        yield Problem(_("A release cannot come into force on a day in the past."))
    if last is None:
        return
    if header.in_force_existing_on < last.in_force_existing_on:
        yield Problem(
            _("Release %(number)s comes into force later than this one would. Choose its day or a later one.")
            % {"number": last.number}
        )
    if last.in_force_existing_on > today:
        yield Problem(
            _("Release %(number)s is announced and not yet in force. One announced release at a time.")
            % {"number": last.number}
        )


def _languages(found: shape.Draft) -> Iterator[Problem]:
    if found.profile.source_language not in found.codes:
        yield Problem(_("The source language is not public. Make it public first."), found.profile, "source_language")
    if not found.sections:
        yield Problem(_("The policy has no section yet. Add one first."))
    first = Release.objects.order_by("number").first()
    if first and shape.decode(first.content)["source_language"] != found.profile.source_language:
        yield Problem(_("The source language cannot change once a release exists."), found.profile, "source_language")


def _references(found: shape.Draft) -> Iterator[Problem]:
    """No row names one that is left out of the release."""
    unlisted = _("%(noun)s names %(other)s, which is not listed.")
    for subprocessor in found.subprocessors:
        if subprocessor.parent and not subprocessor.parent.listed:
            yield Problem(unlisted % {"noun": subprocessor, "other": subprocessor.parent}, subprocessor, "parent")
    for location in found.locations:
        if location.region and not location.region.listed:
            yield Problem(unlisted % {"noun": location, "other": location.region}, location, "region")
        for found_set in location.safeguard_sets.all():
            if not found_set.listed:
                yield Problem(unlisted % {"noun": location, "other": found_set}, location, "safeguard_sets")
    for found_set in found.safeguard_sets:
        for safeguard in found_set.safeguards.all():
            if not safeguard.listed:
                yield Problem(unlisted % {"noun": found_set, "other": safeguard}, found_set, "safeguards")


_NEEDED = {PolicySection: {"heading"}, Question: {"question", "answer"}, Region: {"name"}}


def _passages(found: shape.Draft, summary: dict[str, str]) -> Iterator[Problem]:
    passages = [*found.passages(), (None, "summary", {code: text for code, text in summary.items() if text.strip()})]
    facts = shape.compose(found, _header(found, None, {}, found.profile.today(), backfill=False))["service"]
    source = found.profile.source_language
    for noun, field, texts in passages:
        if source not in texts:
            yield from _silent_source(noun, field, texts, source)
            continue
        for language in found.languages:
            yield from _passage(noun, field, texts, source, language, facts)


def _silent_source(noun: Any, field: str, texts: dict[str, str], source: str) -> Iterator[Problem]:
    certification = isinstance(noun, Safeguard) and noun.kind == Safeguard.Kind.CERTIFICATION
    needed = field in _NEEDED.get(type(noun), ()) or (isinstance(noun, Safeguard) and not certification)
    if needed or texts:
        yield Problem(
            _("%(passage)s: the source text is missing.") % {"passage": _name(noun, field)}, noun, field, source
        )


def _passage(
    noun: Any, field: str, texts: dict[str, str], source: str, language: Language, service: dict[str, Any]
) -> Iterator[Problem]:
    said = {"passage": _name(noun, field), "language": _language(language.code)}
    text = texts.get(language.code)
    if text is None:
        if language.when_incomplete == Language.WhenIncomplete.BLOCK:
            yield Problem(
                _("%(passage)s: the translation is missing. Language: %(language)s.") % said, noun, field, language.code
            )
        return
    for written in unknown(text, Facts(service, language.code)):
        yield Problem(
            _("%(passage)s: there is no fact for %(placeholder)s. Language: %(language)s.")
            % {**said, "placeholder": written},
            noun,
            field,
            language.code,
        )
    if names(text) != names(texts[source]):
        yield Problem(
            _("%(passage)s: its placeholders are not those of the source. Language: %(language)s.") % said,
            noun,
            field,
            language.code,
        )


def _countries(found: shape.Draft) -> Iterator[Problem]:
    used: dict[str, Model] = {}
    for location in found.locations:
        used.setdefault(location.territory, location)
    for subprocessor in found.subprocessors:
        used.setdefault(subprocessor.country, subprocessor)
    for region in found.regions:
        for code in region.countries:
            used.setdefault(code, region)
    used.setdefault(found.profile.provider_country, found.profile)
    for code, noun in used.items():
        for language in found.codes:
            if code and territory(code, language) is None:
                yield Problem(
                    _("%(country)s has no name in the language %(language)s.")
                    % {"country": code, "language": _language(language)},
                    noun,
                )


def _name(noun: Any, field: str) -> str:
    if noun is None:
        return _("Summary of the release")
    label = noun._meta.get_field(field).verbose_name
    return f"{noun._meta.verbose_name} {noun}, {label}"


def _language(code: str) -> str:
    return language_name(code, get_language() or "en")


def verify() -> list[str]:
    """What is wrong with the chain of releases, a sentence each; none where it holds."""
    wrong = [f"The guard {name} is missing." for name in guards.missing()]
    previous, expected = None, 1
    with override("en"):
        for release in Release.objects.order_by("number"):
            wrong += [f"Release {release.number}: {reason}" for reason in _broken(release, previous, expected)]
            previous, expected = release, release.number + 1
    return wrong


def _broken(release: Release, previous: Release | None, expected: int) -> Iterator[str]:
    if release.number != expected:
        yield f"its number should be {expected}."
    if shape.digest(release.content) != release.digest:
        yield "its digest is not that of its content."
    if release.previous_digest != (previous.digest if previous else ""):
        yield "it does not follow the release before it."
    try:
        content = shape.decode(release.content)
        canonical = shape.encode(content) == release.content or content["schema"] != shape.SCHEMA
    except (ValueError, KeyError, TypeError):
        yield "its content cannot be read."
        return
    if not canonical:
        yield "its content is not in canonical form."
    columns = {
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
    for name, value in columns.items():
        if content.get(name) != value:
            yield f"its column {name} does not say what its content says."
