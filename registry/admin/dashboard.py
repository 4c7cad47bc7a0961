"""What needs attention, as values for the first page of the admin, each with the place where it is mended."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..actions.checking import check, passage_name
from ..actions.expiring import DAYS, expiring
from ..actions.publishing import CannotPublish, changes_since, draft, preview
from ..actions.reviewing import warnings
from ..actions.translating import Coverage, coverage
from ..actions.translators import languages_for, may_enter, may_read
from ..exchange import composing
from ..exchange import content as shape
from ..exchange.localized import day, percent
from ..exchange.telling import tell
from ..models import Agreement, Delivery, DpaRequest, Objection, Release, TranslationPin
from . import following, queueing
from .card import MOST, Card, Item
from .mending import address, listing, passage
from .naming import language_label, spoken
from .speaking import Speech
from .workbench_pages import Choice


def cards(request: HttpRequest) -> list[Card]:
    """Every subject that the user may see, in the order of urgency."""
    found: list[Card] = []
    if request.user.has_perm("registry.view_release"):
        found += _of_the_draft(request)
    elif may_enter(request.user):
        found += _of_the_languages(request)
    if request.user.has_perm("registry.view_delivery"):
        found.insert(0, _mails(request))
    if request.user.has_perm("registry.view_agreement"):
        found.insert(0, _agreements(request))
    if request.user.has_perm("registry.view_dparequest"):
        found.insert(0, _requests(request))
    if request.user.has_perm("registry.view_objection"):
        found.insert(0, _objections(request))
    return found


def _of_the_draft(request: HttpRequest) -> list[Card]:
    try:
        found = draft()
    except CannotPublish as refused:
        return [_problems(request, refused.problems)]
    return [
        _problems(request, check(found), found.profile.source_language),
        _announced(request, found.profile.today()),
        _changes(request, found),
        _translations(request, coverage(found)),
        _expiring(request, found.profile.today()),
        _warnings(request, warnings(found)),
    ]


def _of_the_languages(request: HttpRequest) -> list[Card]:
    """What a translator is told: of the languages that are theirs, and of nothing else."""
    try:
        found = draft()
    except CannotPublish:
        return []
    codes = languages_for(request.user, found.profile.source_language)
    calm = _("Every passage is translated into your languages, from its present source.")
    return [replace(_translations(request, coverage(found, codes)), calm=calm)] if codes else []


def _requests(request: HttpRequest) -> Card:
    """What staff has to review: urgent once it is overdue by the profile."""
    waiting = DpaRequest.objects.waiting().exclude(state=DpaRequest.State.ACCEPTED)
    most = queueing.review_days(Speech.of(request).profile)
    items = []
    for row in waiting[:MOST]:
        days = _days_since(row.since)
        items.append(Item(row.reference, address(request, row), _waiting(row, days), days >= most))
    # Within the limit the rows have counted themselves.
    count = waiting.count() if len(items) == MOST else len(items)
    return Card(
        "requests",
        _("DPA requests that wait"),
        _("No DPA request waits."),
        count,
        items,
        _link(_("All DPA requests"), listing(request, DpaRequest)),
    )


def _agreements(request: HttpRequest) -> Card:
    """What the customer has signed and the provider has not."""
    waiting = Agreement.objects.to_countersign()
    most = queueing.review_days(Speech.of(request).profile)
    items = []
    for row in waiting[:MOST]:
        days = _days_since(row.accepted_at)
        items.append(Item(row.reference, address(request, row), _waiting(row, days), days >= most))
    count = waiting.count() if len(items) == MOST else len(items)
    return Card(
        "agreements",
        _("Agreements to countersign"),
        _("No agreement waits to be countersigned."),
        count,
        items,
        _link(_("All agreements"), listing(request, Agreement)),
    )


def _objections(request: HttpRequest) -> Card:
    """Those without an answer: urgent once the change is near, or the objector has waited for a week."""
    unanswered = Objection.objects.unanswered().select_related("release").defer("release__content")
    today = timezone.localdate()
    items = []
    for row in unanswered[:MOST]:
        days, comes = _days_since(row.received_at), row.release.in_force_existing_on
        note = _waiting(row, days)
        if comes:
            note = _("%(waiting)s; in force from %(day)s") % {"waiting": note, "day": day(comes, spoken())}
        near = comes is not None and (comes - today).days <= 7
        items.append(Item(row.reference, address(request, row), note, near or days >= 7))
    count = unanswered.count() if len(items) == MOST else len(items)
    return Card(
        "objections",
        _("Objections without an answer"),
        _("No objection waits for an answer."),
        count,
        items,
        _link(_("All objections"), listing(request, Objection)),
    )


def _days_since(moment: datetime | None) -> int:
    return (timezone.now() - moment).days if moment else 0


def _waiting(row: Agreement | DpaRequest | Objection, days: int) -> str:
    since = ngettext("waiting for %(count)s day", "waiting for %(count)s days", days) % {"count": days}
    today = _("waiting for less than a day")
    return f"{row.get_state_display()}, {since if days else today}"


def _mails(request: HttpRequest) -> Card:
    failed = Delivery.objects.failed().select_related("request", "objection")
    items = [
        Item(
            f"{row.get_kind_display()}: {about}", address(request, about), row.problem or row.get_state_display(), True
        )
        for row in failed[:MOST]
        for about in [row.request or row.objection]
        if about is not None
    ]
    count = failed.count() if len(items) == MOST else len(items)
    return Card("mails", _("Mails that could not be sent"), _("Every mail has left or is on its way."), count, items)


def _problems(request: HttpRequest, problems: list[Any], source: str = "") -> Card:
    return Card(
        "problems",
        _("What keeps the draft from being published"),
        _("Nothing keeps the draft from being published."),
        len(problems),
        [Item(p.message, passage(request, p.noun, p.field, p.language, source), urgent=True) for p in problems[:MOST]],
    )


def _announced(request: HttpRequest, today: date) -> Card:
    """The release that waits for its day, with every day of it."""
    announced = Release.objects.announced(today).defer("content").first()
    items = []
    if announced is not None:
        items = [Item(_("Release %(number)s") % {"number": announced.number}, address(request, announced))]
        items += [Item(" ".join(step.sentences), note=step.name) for step in following.ahead(announced, today)]
    return Card("announced", _("What is announced"), _("No release is announced."), int(bool(announced)), items)


def _changes(request: HttpRequest, found: composing.Draft) -> Card:
    last = Release.objects.newest()
    content = preview(found)
    changes = changes_since(last, content)
    earlier = shape.decode(last.content) if last else None
    lines = tell(changes, content, spoken(), earlier)
    title = _("What the draft changes since release %(number)s") % {"number": last.number} if last else _("The draft")
    publisher = request.user.has_perm("registry.publish_release")
    return Card(
        "changes",
        title,
        _("The draft says what the last release says."),
        len(lines),
        [Item(line) for line in lines[:MOST]],
        _link(_("Look at the draft and publish it"), reverse("admin:registry_release_publish")) if publisher else None,
    )


def _translations(request: HttpRequest, told: Iterable[Coverage]) -> Card:
    told = list(told)
    missing = sum(len(found.incomplete) for found in told)
    return Card(
        "translations",
        _("Translations that are missing or outdated"),
        _("Every passage is translated into every public language, from its present source."),
        missing,
        link=_link(_("All translations"), listing(request, TranslationPin)),
        languages=[_language(request, found) for found in told] if missing else [],
    )


def _language(request: HttpRequest, found: Coverage) -> dict[str, Any]:
    """How far one language has come, with links for those who may see its page."""
    readable = may_enter(request.user) and may_read(request.user, found.language)
    return {
        "name": language_label(found.language),
        "address": Choice(found.language).address if readable else "",
        "share": percent(found.percent, spoken()),
        "done": found.done,
        "total": found.total,
        "items": [
            Item(
                passage_name(row.noun, row.field),
                Choice(found.language, at=row.key).address if readable else "",
                str(row.state.label),
            )
            for row in found.incomplete[:MOST]
        ],
        "more": max(0, len(found.incomplete) - MOST),
    }


def _expiring(request: HttpRequest, today: Any) -> Card:
    found = expiring(today)
    items = []
    for expiry in found[:MOST]:
        left = expiry.days_left(today)
        if left < 0:
            note = ngettext("%(count)s day overdue", "%(count)s days overdue", -left) % {"count": -left}
        elif left:
            note = ngettext("in %(count)s day", "in %(count)s days", left) % {"count": left}
        else:
            note = _("today")
        where = address(request, expiry.noun, expiry.field)
        items.append(Item(expiry.message, where, f"{day(expiry.day, spoken())}, {note}", left < 0))
    return Card(
        "expiring",
        _("What ends soon"),
        ngettext("Nothing ends within %(count)s day.", "Nothing ends within %(count)s days.", DAYS) % {"count": DAYS},
        len(found),
        items,
    )


def _warnings(request: HttpRequest, found: list[Any]) -> Card:
    return Card(
        "warnings",
        _("Where the registry contradicts itself"),
        _("The registry contradicts itself nowhere."),
        len(found),
        [Item(w.message, address(request, w.noun, w.field, w.language)) for w in found[:MOST]],
    )


def _link(label: str, where: str) -> tuple[str, str] | None:
    return (label, where) if where else None
