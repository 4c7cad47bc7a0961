"""The public pages as HTML: pure functions of the site state, a release and a language. No request, query or clock."""

import html
from collections.abc import Iterable, Sequence
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from ..models import Release
from .compared import lines, object_to
from .frame import binding, frame, release_facts, replaced_on, withdrawal_facts
from .localized import listing
from .passages import Reader, Said, notices
from .policy import policy as policy_context
from .published import Entry, Site, Status
from .rows import Lists, label

__all__ = ["Entry", "Site", "Status", "frame", "message", "policy", "region", "releases", "withdrawal"]


def policy(site: Site, entry: Entry, language: str, *, permanent: bool = False) -> str:
    """The policy as a release states it. `permanent` keeps the release's own address for the release in force too."""
    rest = f"releases/{entry.number}/" if permanent or entry.status != "in_force" else ""
    with override(language):
        return _render("policy", policy_context(site, entry, language, rest))


def releases(site: Site, language: str) -> str:
    """Every release, newest first, with what each changed."""
    with override(language):
        around = frame(
            site,
            language,
            "releases/",
            title=_("Releases"),
            description=_("Every release of this policy, what each changed, and how to verify it."),
        )
        readers = {entry.number: Reader(entry.content, language) for entry in site.chain}
        told = [_entry(site, entry, readers[entry.number]) for entry in reversed(site.chain)]
        marks = notices(*(readers[release["number"]] for release in told))
        return _render("releases", {**around, **_verifying(site, language), "releases": told, "notices": marks})


def withdrawal(site: Site, entry: Entry, language: str) -> str:
    """The entry that withdrew an announced release: which one, when, and why."""
    with override(language):
        reader, rest = Reader(entry.content, language), f"releases/{entry.number}/"
        title = _("Withdrawal of release %(number)s") % {"number": entry.ends}
        around = frame(site, language, rest, title=title, indexed=False)
        reason = _reason(entry, reader)
        return _render(
            "withdrawal",
            {
                **around,
                **withdrawal_facts(entry, language),
                **binding(site, entry, language, rest),
                "heading": title,
                "entry": entry,
                "reason": reason,
                "changes": _taken_back(site, entry, language),
                "current": site.current,
                "notices": notices(reader),
            },
        )


def region(site: Site, key: str, language: str) -> str:
    """Who processes the data of a region's customers. Raise KeyError where the release in force has no such region."""
    entry = site.current
    if entry is None:
        raise KeyError(key)
    row = {row["key"]: row for row in entry.content["regions"]}[key]
    with override(language):
        return _render("region", _region(site, entry, row, language))


def message(
    site: Site, language: str, *, heading: str, text: str, links: Iterable[tuple[str, str]] = (), rest: str = ""
) -> str:
    """A plain page, such as a 404: a heading, a sentence, and (label, address) pairs that lead on."""
    with override(language):
        context = frame(site, language, rest, title=heading, indexed=False)
        # It stands at an address of no page: none of the navigation's is the current one.
        context["navigation"] = [link._replace(current=False) for link in context["navigation"]]
        return _render("message", {**context, "heading": heading, "text": text, "links": list(links)})


def _render(name: str, context: dict[str, Any]) -> str:
    return render_to_string(f"public/{name}.html", context)


def _verifying(site: Site, language: str) -> dict[str, Any]:
    if site.last is None:
        return {}
    shown = site.current or site.newest
    return {
        **binding(site, site.last, language, "releases/"),
        "as_of": f"{site.public_url}/{language}/on/{(shown.in_force_on if shown else site.day).isoformat()}/",
        "verify": f"curl -s {site.public_url}/releases/{site.last.number}.json | sha256sum",
    }


def _entry(site: Site, entry: Entry, reader: Reader) -> dict[str, Any]:
    """An entry of the chain as the list of releases tells it."""
    if entry.is_withdrawal:
        return {"entry": entry, **withdrawal_facts(entry, reader.language), "reason": _reason(entry, reader)}
    language, before = reader.language, site.before(entry)
    return {
        "entry": entry,
        **release_facts(entry, language),
        "reason": _reason(entry, reader),
        "before": before,
        "kind": "" if entry.content["kind"] == Release.Kind.CHANGE else label(Release.Kind, entry.content["kind"]),
        "summary": reader.block(
            entry.content["summary"],
            f"release:{entry.number}:summary",
            _("Release %(number)s") % {"number": entry.number},
        ),
        "first": before is None,
        "changes": lines(before, entry, language) if before else (),
        "compare": f"/{language}/compare/{before.number}/{entry.number}/" if before else "",
        "object_to": object_to(site, entry, language),
        "replaced_on": replaced_on(site, entry, language),
    }


def _taken_back(site: Site, entry: Entry, language: str) -> Sequence[str]:
    """What the withdrawn release would have changed."""
    withdrawn = site.entry(entry.ends) if entry.ends else None
    before = site.before(withdrawn) if withdrawn else None
    return lines(before, withdrawn, language) if before and withdrawn else ()


def _reason(entry: Entry, reader: Reader) -> Said | None:
    """Why an urgent release could not wait, or why a release was withdrawn."""
    return reader.block(entry.content["reason"], f"release:{entry.number}:reason", _("Reason"))


def _region(site: Site, entry: Entry, row: dict[str, Any], language: str) -> dict[str, Any]:
    reader = Reader(entry.content, language)
    lists = Lists(site, entry, reader)
    name = reader.line(row["name"], f"region:{row['key']}:name")
    customers = reader.line(row["customers"], f"region:{row['key']}:customers")
    here, everywhere = [], []
    for party in entry.content["subprocessors"]:
        locations = [place for place in party["locations"] if place["region"] in (row["key"], None)]
        if not party["locations"]:
            everywhere.append(lists.party(party))
        if locations:
            here.append(lists.party(party, locations))
    countries = row["countries"] or dict.fromkeys(
        place.country for party in here for place in party.places if place.country and place.region
    )
    title = html.unescape(name.text) if name else row["key"]
    rest = f"regions/{row['key']}/"
    return {
        **frame(
            site,
            language,
            rest,
            title=title,
            description=_("Who processes the data of customers in one region: where, and under which safeguards."),
            entry=entry,
        ),
        **release_facts(entry, language),
        **binding(site, entry, language, rest),
        "entry": entry,
        "region": row,
        "name": name,
        "customers": customers,
        "countries": listing([lists.country(code) for code in countries], language),
        "here": here,
        "everywhere": everywhere,
        "unstated": any(not place.region for party in here for place in party.places),
        "notices": notices(reader),
    }
