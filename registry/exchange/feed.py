"""The Atom feed of a language (RFC 4287): an entry for each event of the chain, newest first.

An entry says what its release said when it was published, and is never written again: coming into force is no event of
its own, a withdrawal is one. An entry's `updated` is thus its `published_at`, and the feed's that of its newest entry.
"""

import unicodedata
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

from django.template.loader import render_to_string
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import override

from ..models import Release
from .changes import told
from .content import continues
from .frame import feed as link
from .frame import release_facts, withdrawal_facts
from .localized import tag, text_direction
from .markdown import absolute
from .passages import Reader
from .published import Entry, Site


def feed(site: Site, language: str) -> str | None:
    """None before the first release."""
    with override(language):
        own = link(site, language)
        if site.shown is None or own is None:
            return None
        service = site.shown.content["service"]
        made = _Atom(
            title=_xml(own.label),
            subtitle=_xml(_("Every release of this policy: what it changes and when.")),
            description=None,
            language=tag(language),
            link=f"{site.public_url}/{language}/releases/",
            feed_url=f"{site.public_url}{own.address}",
            feed_guid=_id(site.chain[0], f"feed:{language}"),
            author_name=_xml(service["provider"]),
            author_email=service["contact"],
            author_link=f"{site.public_url}/{language}/",
        )
        for entry in reversed(site.chain):
            if not continues(entry.content):
                _add(made, site, entry, language)
        return made.writeString("utf-8")


def entry_title(entry: Entry, *, first: bool = False) -> str:
    """What happened, in the active language. `first`: the release changes no earlier one."""
    if entry.is_withdrawal:
        return _("Withdrawal of release %(number)s") % {"number": entry.ends}
    return _titled(entry, first) % {"number": entry.number}


def _titled(entry: Entry, first: bool) -> str:
    kind = entry.content["kind"]
    if kind == Release.Kind.EDITORIAL:
        return _("Editorial correction: release %(number)s")
    if kind == Release.Kind.URGENT:
        return _("Urgent replacement: release %(number)s")
    if entry.content["backfill"]:
        return _("Entered from an older archive: release %(number)s")
    if entry.in_force_on > entry.announced_on:
        return _("Announced change: release %(number)s")
    return _("First release: release %(number)s") if first else _("Change: release %(number)s")


class _Atom(Atom1Feed):
    """Django's own, with the whole text in `content` and the exact bytes of a release as `related`."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("link", "", {"rel": "related", "type": "application/json", "href": item["exact"]})
        handler.addQuickElement("content", item["html"], {"type": "html"})


def _add(made: _Atom, site: Site, entry: Entry, language: str) -> None:
    published = datetime.fromisoformat(entry.content["published_at"])
    before = None if entry.is_withdrawal else site.before(entry)
    made.add_item(
        title=_xml(entry_title(entry, first=before is None)),
        link=f"{site.public_url}/{language}/releases/{entry.number}/",
        description=None,  # type: ignore[arg-type]  # no summary: `content` has it all
        pubdate=published,
        updateddate=published,
        unique_id=_id(entry, language),
        categories=[entry.content.get("kind") or entry.content["type"]],
        exact=f"{site.public_url}/releases/{entry.number}.json",
        html=_html(entry, before, _continued(site, entry), language, site.public_url),
    )


# Never written again, and so made once, whatever enters the chain after it.
@lru_cache(maxsize=4096)
def _html(entry: Entry, before: Entry | None, continued: int | None, language: str, public_url: str) -> str:
    reader, content = Reader(entry.content, language), entry.content
    said: dict[str, Any] = {
        "tag": tag(language),
        "direction": text_direction(language),
        "address": f"{public_url}/{language}/",
        "reason": reader.block(content["reason"], "reason"),
    }
    if entry.is_withdrawal:
        said |= withdrawal_facts(entry, language)
    else:
        said |= release_facts(entry, language)
        said |= {
            "summary": reader.block(content["summary"], "summary"),
            "continued": continued,
            "before": before and before.number,
            "changes": told(before.content, content, language, public_url=public_url).html if before else "",
        }
    return _xml(absolute(render_to_string("public/feed/entry.html", said).strip(), public_url))


def _continued(site: Site, entry: Entry) -> int | None:
    """The number under which a correction announces the announced release again."""
    after = site.entry(entry.number + 1)
    return after.number if after and continues(after.content) else None


def _id(entry: Entry, name: str) -> str:
    """The same for ever, also where the site moves to another host: by the release's digest, and in each language its
    own, since a feed reader takes two entries with one id for one (RFC 4287, 4.2.6; RFC 9562, 5.5)."""
    return uuid5(UUID(entry.digest[:32]), name).urn


def _xml(text: str) -> str:
    """Without the characters that XML 1.0 has no way to write, and others that no text is made of."""
    return "".join(
        char
        for char in text
        if char in "\t\n\r" or (unicodedata.category(char) not in {"Cc", "Cs"} and char not in "\ufffe\uffff")
    )
