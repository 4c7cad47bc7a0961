"""What stands around every public page: languages, navigation, the page's own addresses."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from .localized import autonym, language_name, moment, percent, tag, text_direction
from .placeholders import Facts, fill
from .published import Entry, Site


class Choice(NamedTuple):
    """A language that the reader can choose for the page they are on."""

    code: str
    autonym: str
    address: str
    current: bool
    tag: str
    direction: str
    # How much of the release shown the language has, in the page's language; empty for the one that binds.
    share: str
    binding: bool


class Link(NamedTuple):
    label: str
    address: str
    current: bool = False
    # Of a label in another language than the page's; else empty.
    tag: str = ""
    direction: str = ""


def frame(
    site: Site,
    language: str,
    rest: str,
    *,
    title: str = "",
    description: str = "",
    indexed: bool = True,
    entry: Entry | None = None,
) -> dict[str, Any]:
    """The context that public/base.html needs.

    `rest` is the page's address after /{language}/, so that the language switcher keeps the page. A page that is not
    `indexed` (an error, an archived release) asks search engines to leave it out. `entry` is the release that the page
    shows, by default the one in force: the switcher tells how complete each language is in it.
    """
    shown = site.shown
    service = shown.content["service"] if shown else {}
    with override(language):
        home = _("%(service)s trust center") % {"service": service["service"]} if service else _("Trust center")
        return {
            "language": language,
            "tag": tag(language),
            "direction": text_direction(language),
            "og_locale": tag(language).replace("-", "_"),
            "service": service.get("service", ""),
            "provider": service.get("provider", ""),
            "contact": service.get("contact", ""),
            "home": home,
            "home_address": f"/{language}/",
            "title": title,
            "description": description,
            "indexed": indexed,
            "languages": choices(site.languages, language, entry or shown, lambda code: f"/{code}/{rest}"),
            "own_name": autonym(language),
            "canonical": f"{site.public_url}/{language}/{rest}",
            "alternates": [(tag(code), f"{site.public_url}/{code}/{rest}") for code in sorted(site.languages)],
            "x_default": _x_default(site, shown, rest),
            "navigation": _navigation(language, rest, shown),
            "regions": _regions(site, language, rest),
            "feed": feed(site, language),
            "dpa": Link(_("Request a DPA"), f"/{language}/dpa/", rest == "dpa/") if shown else None,
        }


def choices(codes: Iterable[str], language: str, entry: Entry | None, address: Callable[[str], str]) -> list[Choice]:
    """The languages of a page in the order of their names; `entry` is the release it shows."""
    source = entry.content["source_language"] if entry else ""
    return [
        Choice(
            code,
            autonym(code),
            address(code),
            code == language,
            tag(code),
            text_direction(code),
            percent(entry.percent(code), language) if entry and code != source else "",
            binding=code == source,
        )
        for code in sorted(codes, key=lambda code: autonym(code).casefold())
    ]


def feed(site: Site, language: str) -> Link | None:
    """The feed's name and address, in the active language; none before the first release."""
    if site.shown is None or language not in site.languages:
        return None
    title = _("%(service)s: policy changes") % {"service": site.shown.content["service"]["service"]}
    return Link(title, f"/{language}/feed.atom")


def _x_default(site: Site, shown: Entry | None, rest: str) -> str:
    """The root chooses a language by itself; other pages have no such address and name the binding language."""
    if not rest or shown is None:
        return f"{site.public_url}/"
    return f"{site.public_url}/{shown.content['source_language']}/{rest}"


def _navigation(language: str, rest: str, shown: Entry | None) -> list[Link]:
    if shown is None:
        return []
    return [
        Link(_("Subprocessors"), f"/{language}/", rest == ""),
        Link(_("Releases"), f"/{language}/releases/", rest == "releases/"),
        Link(_("Notice of changes"), f"/{language}/subscribe/", rest == "subscribe/"),
    ]


def _regions(site: Site, language: str, rest: str) -> list[Link]:
    """The regions of the release in force: they have a page each."""
    if site.current is None:
        return []
    content = site.current.content
    links = []
    for region in content["regions"]:
        texts = region["name"]["text"]
        told = language if language in texts else content["source_language"]
        name = fill(texts[told], Facts(content["service"], told))
        address = f"regions/{region['key']}/"
        foreign = (tag(told), text_direction(told)) if told != language else ("", "")
        links.append(Link(name, f"/{language}/{address}", rest == address, *foreign))
    return links


def release_facts(entry: Entry, language: str) -> dict[str, Any]:
    """What a release says of itself, for people."""
    content = entry.content
    published = datetime.fromisoformat(content["published_at"]).astimezone(ZoneInfo(content["time_zone"])).date()
    return {
        "number": entry.number,
        "content_address": f"/releases/{entry.number}.json",
        "digest": entry.digest,
        "digest_short": entry.digest[:12],
        "status": entry.status,
        "ended_by": entry.ended_by,
        "ended_on": entry.ended_on and moment(entry.ended_on, language),
        "replaces": entry.ends,
        "in_force_on": moment(entry.in_force_on, language),
        "in_force_new_on": moment(entry.in_force_new_on, language),
        "in_force_iso": entry.in_force_on.isoformat(),
        "two_clocks": entry.in_force_on != entry.in_force_new_on,
        "announced_on": moment(content["announced_on"], language),
        "objection_deadline": content["objection_deadline"] and moment(content["objection_deadline"], language),
        "published_on": moment(published, language),
        "backfill": content["backfill"],
    }


def withdrawal_facts(entry: Entry, language: str) -> dict[str, Any]:
    """What a withdrawal says of itself, for people."""
    return {
        "number": entry.number,
        "withdraws": entry.ends,
        "content_address": f"/releases/{entry.number}.json",
        "digest": entry.digest,
        "digest_short": entry.digest[:12],
        "status": entry.status,
        "withdrawn_on": moment(entry.content["announced_on"], language),
        "withdrawn_iso": entry.content["announced_on"],
    }


def binding(site: Site, entry: Entry, language: str, rest: str) -> dict[str, Any]:
    """Which language binds, and where the page stands in it; nothing on the pages in that language."""
    source = entry.content["source_language"]
    if source == language:
        return {"binding": None}
    address = f"/{source}/{rest}" if source in site.languages else ""
    return {"binding": (tag(source), language_name(source, language), address)}


def replaced_on(site: Site, entry: Entry, language: str) -> SafeString | None:
    """The day on which the next release came into force; none for one that is not superseded."""
    if entry.status != "superseded":
        return None
    later = (found for found in site.entries if found.number > entry.number and found.ended_by is None)
    return moment(next(later).in_force_on, language)
