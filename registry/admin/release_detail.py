"""One entry of the chain as its page tells it: its facts, its texts, what it changed, and where to go from there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..actions.publishing import changes_since
from ..exchange import content as shape
from ..exchange.localized import language_name, tag, text_direction
from ..exchange.placeholders import Facts, fill
from ..exchange.telling import tell
from ..models import Announcement, Objection, Release
from .entry_form import source_first
from .mending import address, listing
from .naming import spoken

# A withdrawal has no days in force and changes nothing of its own.
_OF_RELEASES = {"kind_name", "in_force_new", "in_force_existing", "objections_until", "origin", "summary", "changes"}


@dataclass(frozen=True)
class Way:
    text: str
    address: str


def fields(release: Any) -> list[str]:
    """What the entry says something about."""
    named = {
        "status": True,
        "kind_name": True,
        "announced": True,
        "in_force_new": True,
        "in_force_existing": True,
        "objections_until": True,
        "ending": bool(release and release.ends_id),
        "ended": bool(release and ender(release)),
        "published_on": True,
        "published_by": True,
        "origin": True,
        "reason": bool(release and shape.decode(release.content)["reason"]),
        "summary": True,
        "changes": True,
        "whole_digest": True,
        "whole_previous_digest": True,
        "readable": True,
    }
    left_out = _OF_RELEASES if release and release.is_withdrawal else set()
    return [name for name, told in named.items() if told and name not in left_out]


def name(release: Release) -> str:
    if release.is_withdrawal:
        return _("Release %(number)s: withdrawal of release %(ended)s") % {
            "number": release.number,
            "ended": release.ends_id,
        }
    return _("Release %(number)s") % {"number": release.number}


def link(release: Release) -> SafeString:
    return format_html(
        '<a href="{}">{}</a>', reverse("admin:registry_release_change", args=[release.number]), name(release)
    )


def ender(release: Release) -> Release | None:
    """The entry that withdrew or replaced this one before its day."""
    return getattr(release, "ended_by", None)


def ways(request: HttpRequest, release: Any) -> list[Way]:
    """Where somebody who may goes on from the entry."""
    return [way for way in _ways(request, release) if way.address]


def _ways(request: HttpRequest, release: Any) -> Iterator[Way]:
    announcement = Announcement.objects.filter(release=release.pk).first()
    if announcement is not None:
        yield Way(_("How the announcement goes"), address(request, announcement))
    yield from _objections(request, release)
    if not request.user.has_perm("registry.publish_release"):
        return
    if release.standing in {"in_force", "announced"}:
        yield Way(_("Correct the wording"), reverse("admin:registry_release_correct"))
    if release.standing == "announced":
        yield Way(_("Withdraw"), reverse("admin:registry_release_withdraw", args=[release.number]))


def _objections(request: HttpRequest, release: Release) -> Iterator[Way]:
    """To the release, and to those that it goes on from: what a customer objected to there stands here."""
    about: Release | None = release
    while about is not None:
        found = Objection.objects.filter(release=about.pk).exclude(state=Objection.State.UNVERIFIED).count()
        if found:
            told = ngettext("%(count)s objection", "%(count)s objections", found) % {"count": found}
            said = told if about is release else f"{name(about)}: {told}"
            yield Way(said, listing(request, Objection, f"?release__number__exact={about.number}"))
        about = None if about.is_withdrawal else about.ends


def texts(release: Release, named: str) -> SafeString | str:
    """The summary or the reason in every language that it was written in, the binding one first."""
    content = shape.decode(release.content)
    passage, service = content.get(named), content["service"]
    if not passage:
        return "–"
    rows = [
        (tag(code), text_direction(code), language_name(code, spoken()), fill(text, Facts(service, code)))
        for code in source_first(passage["text"], content["source_language"])
        for text in [passage["text"][code]]
    ]
    return format_html(
        '<dl class="summaries">{}</dl>',
        format_html_join("", '<dt>{2}</dt><dd lang="{0}" dir="{1}">{3}</dd>', rows),
    )


def changes(release: Release) -> list[str]:
    before = Release.objects.before(release)
    content = shape.decode(release.content)
    earlier = shape.decode(before.content) if before else None
    return tell(changes_since(before, content), content, spoken(), earlier)
