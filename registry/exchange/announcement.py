"""The mail that tells subscribers of an entry of the chain: what changes, from when on, and how to object."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from ..models import Release
from . import slotted
from .audience import lies_ahead
from .changes import Changes, told
from .content import Content, Passage, is_withdrawal
from .localized import day, language_name, tag, text_direction
from .mail import message
from .markdown import absolute
from .passages import Reader, shown
from .placeholders import LINKS, Facts, fill


def prepare(
    before: Content | None,
    entry: Content,
    digest: str,
    language: str,
    continued: int = 0,
    withdrawn: Content | None = None,
) -> slotted.Prepared:
    """The mail about `entry`. `before` is the release that it changes; of a withdrawal, the one that `withdrawn`, the
    release which it withdraws, would have changed.

    `continued` is the number under which an announced release goes on whose wording the entry has corrected.
    """
    with override(language):
        made = message(
            "announcement",
            "",
            entry["service"],
            to="",
            subject=_subject(entry, language),
            context={
                **slotted.SLOTS._asdict(),
                "service": entry["service"]["service"],
                "provider": entry["service"]["provider"],
                "digest": digest,
                "lead": list(_lead(entry, continued)),
                "facts": list(_facts(entry, language)),
                **_said(entry, language),
                "changes": _changes(before, withdrawn or entry, language),
                "withdrawn": withdrawn is not None,
                **_addresses(before, entry, language),
            },
            language=language,
        )
    return slotted.prepare(
        made,
        {
            "Precedence": "bulk",
            "List-Id": f"<changes.{urlsplit(settings.PUBLIC_URL).hostname}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _subject(entry: Content, language: str) -> str:
    service = {"service": entry["service"]["service"]}
    if is_withdrawal(entry):
        return _("%(service)s: announced change withdrawn") % service
    if entry["kind"] == Release.Kind.EDITORIAL:
        return _("%(service)s: wording corrected") % service
    if entry["kind"] == Release.Kind.URGENT:
        return _("%(service)s: urgent change") % service
    if lies_ahead(entry):
        existing = day(date.fromisoformat(entry["in_force_existing_on"]), language)
        return _("%(service)s: change announced, in force from: %(day)s") % {**service, "day": existing}
    return _("%(service)s: change in force") % service


def _lead(entry: Content, continued: int) -> Iterator[str]:
    if is_withdrawal(entry):
        yield _("The announced change is not made. What was in force stays in force.")
    elif entry["kind"] == Release.Kind.EDITORIAL:
        yield _("We have corrected the wording of our policy. No fact has changed.")
        if continued:
            yield _(
                "The announced change stays announced, with the same days. Its wording is corrected too, "
                "as release %(number)s."
            ) % {"number": continued}
    elif entry["kind"] == Release.Kind.URGENT:
        yield _("We had to make this change without the usual notice. You can still object to it.")
    elif lies_ahead(entry):
        yield _("We announce the following change before it is made.")
    else:
        yield _("The following change is in force.")


def _facts(entry: Content, language: str) -> Iterator[tuple[str, str]]:
    def on(name: str) -> str:
        return day(date.fromisoformat(entry[name]), language)

    if is_withdrawal(entry):
        yield _("Withdrawn on"), on("announced_on")
        yield _("Release withdrawn"), str(entry["ends"])
        return
    yield _("Release"), str(entry["number"])
    yield _("Announced on"), on("announced_on")
    if entry["in_force_new_on"] == entry["in_force_existing_on"]:
        yield _("In force from"), on("in_force_existing_on")
    else:
        yield _("In force for new customers from"), on("in_force_new_on")
        yield _("In force for existing customers from"), on("in_force_existing_on")
    if entry["objection_deadline"]:
        yield _("Objections until"), on("objection_deadline")


def _said(entry: Content, language: str) -> dict[str, Any]:
    """What staff wrote for this entry, in the reader's language or else in the one that binds."""
    return {name: _passage(entry, entry.get(name), language) for name in ("reason", "summary")}


def _passage(entry: Content, passage: Passage | None, language: str) -> dict[str, Any] | None:
    if not passage:
        return None
    code = shown(passage, language, entry["source_language"])
    block = Reader(entry, language).block(passage, "mail")
    return {
        "html": absolute(block.text if block else "", settings.PUBLIC_URL),
        "text": fill(passage["text"][code], Facts(entry["service"], code, pages=language), _full),
        "tag": tag(code),
        "direction": text_direction(code),
        "foreign": language_name(code, language) if code != language else "",
    }


def _changes(before: Content | None, entry: Content, language: str) -> Changes | None:
    """None of a first release, which changes no earlier one."""
    if is_withdrawal(entry) or before is None:
        return None
    return told(before, entry, language, public_url=settings.PUBLIC_URL)


def _addresses(before: Content | None, entry: Content, language: str) -> dict[str, str]:
    home, withdrawn = f"{settings.PUBLIC_URL}/{language}", is_withdrawal(entry)
    open_to_objections = not withdrawn and entry["objection_deadline"]
    return {
        "page": f"{home}/releases/{entry['number']}/",
        "compare": f"{home}/compare/{before['number']}/{entry['number']}/" if before and not withdrawn else "",
        "object": f"{home}/object/{entry['number']}/" if open_to_objections else "",
    }


def _full(name: str, value: str) -> str:
    return settings.PUBLIC_URL + value if name in LINKS else value
