"""The policy page's context: a release's sections with its lists where they ask for them."""

from dataclasses import dataclass
from typing import Any

from django.utils.html import escape
from django.utils.translation import gettext as _

from ..models import PolicySection, Subprocessor
from .compared import lines, object_to
from .frame import binding, frame, release_facts, replaced_on
from .localized import listing
from .passages import Reader, Said, notices
from .published import Entry, Site
from .rows import Lists

Listed = PolicySection.Lists
# So many of an upcoming change stand above the policy; all of them a click away.
SENTENCES = 5


@dataclass(frozen=True)
class Section:
    """A section as a page shows it: `key` is its id; `instead` the earlier section that has shown its list already."""

    key: str
    heading: Said
    body: Said | None
    lists: str
    instead: "Section | None" = None


def policy(site: Site, entry: Entry, language: str, rest: str) -> dict[str, Any]:
    reader = Reader(entry.content, language)
    lists = Lists(site, entry, reader)
    stated = body(reader, lists)
    service = entry.content["service"]
    heading = _("%(service)s subprocessors") % {"service": service["service"]}
    numbered = _("%(heading)s, release %(number)s") % {"heading": heading, "number": entry.number}
    context = frame(
        site,
        language,
        rest,
        title=numbered if rest else heading,
        description=_("%(service)s: who processes customers’ data, where, under which safeguards and since when.")
        % {"service": service["service"]},
        # Readers who search must not land on a list that no longer holds.
        indexed=entry.status in {"in_force", "announced"},
        entry=entry,
    )
    if entry.status == "in_force":
        context["canonical"] = f"{site.public_url}/{language}/"
    return {
        **context,
        **release_facts(entry, language),
        **binding(site, entry, language, rest),
        "heading": heading,
        **stated,
        "address": f"{site.public_url}/{language}/releases/{entry.number}/",
        "pdf": f"/{language}/{rest}policy.pdf",
        "entry": entry,
        "notices": notices(reader),
        "glance": _glance(entry, lists),
        "replaced_on": replaced_on(site, entry, language),
        "current": site.current,
        "announced": _announced(site, entry, language),
        "object_to": object_to(site, entry, language),
        "compare": _comparison(site, entry, language),
        "for_new": site.current_new if entry.status == "in_force" and site.current_new != entry else None,
        "older": next((found for found in reversed(site.chain) if found.number < entry.number), None),
        "newer": next((found for found in site.chain if found.number > entry.number), None),
    }


def body(reader: Reader, lists: Lists) -> dict[str, Any]:
    """What a release states, in the order of the page, so that what is not translated is told in that order."""
    number = reader.content["number"]
    reason = reader.block(reader.content["reason"], f"release:{number}:reason", _("Reason"))
    sections = _sections(reader)
    return {
        "reason": reason,
        "sections": sections,
        "contractual": _contractual(reader, sections),
        "parties": lists.parties(),
        "questions": _questions(reader),
    }


def _sections(reader: Reader) -> list[Section]:
    """The release's sections in order; a list that no section asks for follows them: nothing listed may vanish."""
    sections: list[Section] = []
    first: dict[str, Section] = {}
    for row in reader.content["sections"]:
        heading = reader.line(row["heading"], f"section:{row['key']}:heading") or Said(
            escape(row["key"]), reader.language
        )
        body = reader.block(row["body"], f"section:{row['key']}:body", heading)
        asked = row["lists"] or ""
        section = Section(row["key"], heading, body, asked, first.get(asked))
        sections.append(section)
        if asked:
            first.setdefault(asked, section)
    kinds = {row["kind"] for row in reader.content["subprocessors"]}
    rows = {
        Listed.CONTRACTUAL: any(row["kind"] == "contractual" for row in reader.content["safeguards"]),
        Listed.LOCATIONS: Subprocessor.Kind.INFRASTRUCTURE in kinds,
        Listed.SUBPROCESSORS: bool(kinds - {Subprocessor.Kind.INFRASTRUCTURE}),
        Listed.QUESTIONS: bool(reader.content["questions"]),
    }
    headings = {
        Listed.CONTRACTUAL: _("Contractual safeguards"),
        Listed.LOCATIONS: _("Infrastructure subprocessors"),
        Listed.SUBPROCESSORS: _("Other subprocessors"),
        Listed.QUESTIONS: _("Questions and answers"),
    }
    return sections + [
        Section(f"list:{name}", Said(escape(headings[name]), reader.language), None, name)
        for name, any_row in rows.items()
        if any_row and name not in first
    ]


def _contractual(reader: Reader, sections: list[Section]) -> list[tuple[str, Said | None]]:
    of = next((section.heading for section in sections if section.lists == Listed.CONTRACTUAL), None)
    return [
        (row["key"], reader.line(row["text"], f"safeguard:{row['key']}:text", of))
        for row in reader.content["safeguards"]
        if row["kind"] == "contractual"
    ]


def _questions(reader: Reader) -> list[tuple[str, Said | None, Said | None]]:
    rows = []
    for row in reader.content["questions"]:
        question = reader.line(row["question"], f"question:{row['key']}:question")
        rows.append((row["key"], question, reader.block(row["answer"], f"question:{row['key']}:answer", question)))
    return rows


def _announced(site: Site, entry: Entry, language: str) -> dict[str, Any] | None:
    """The release that readers of the one in force should know of, and the first sentences of what it changes."""
    if entry.status != "in_force" or site.announced is None or not entry.digest:
        return None
    changes = lines(entry, site.announced, language)
    return {
        "entry": site.announced,
        **release_facts(site.announced, language),
        "changes": changes[:SENTENCES],
        "more": len(changes[SENTENCES:]),
        "compare": f"/{language}/compare/{entry.number}/{site.announced.number}/",
        "object_to": object_to(site, site.announced, language),
    }


def _comparison(site: Site, entry: Entry, language: str) -> str:
    """Where it stands what a release changes; empty for a first one, and for a draft, which has no page."""
    before = site.before(entry) if entry.digest else None
    return f"/{language}/compare/{before.number}/{entry.number}/" if before else ""


def _glance(entry: Entry, lists: Lists) -> dict[str, Any]:
    """How many locations, in which countries, and how many do not state theirs."""
    rows = [location for row in entry.content["subprocessors"] for location in row["locations"]]
    countries = dict.fromkeys(row["territory"] for row in rows if row["territory"])
    return {
        "locations": len(rows),
        "countries": listing([lists.country(code) for code in countries], lists.language),
        "unstated": sum(not row["territory"] for row in rows),
    }
