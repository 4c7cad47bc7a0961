"""Two releases beside each other: the page that says what changed, and the same for programs."""

from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from .changes import Changes, told
from .frame import binding, frame, release_facts
from .published import Entry, Site


@lru_cache(maxsize=64)
def between(before: Entry, after: Entry, language: str) -> Changes:
    """What changed; of the pairs that are asked for most it is kept, as what two releases say is settled."""
    return told(before.content, after.content, language)


@lru_cache(maxsize=4096)
def lines(before: Entry, after: Entry, language: str) -> tuple[str, ...]:
    """The sentences alone, which take little room: for pages that tell of every release. Not for drafts."""
    return tuple(told(before.content, after.content, language).lines)


def compared(site: Site, before: Entry, after: Entry, language: str) -> str:
    """The page; of a release with itself, that nothing differs."""
    rest = f"compare/{before.number}/{after.number}/"
    with override(language):
        title = _("What changed: release %(before)s → release %(after)s") % {
            "before": before.number,
            "after": after.number,
        }
        return render_to_string(
            "public/compare.html",
            {
                **frame(site, language, rest, title=title, indexed=False, entry=after),
                **binding(site, after, language, rest),
                "heading": title,
                "before": before,
                "after": after,
                "pair": [release_facts(entry, language) for entry in (before, after)],
                "same": before.number == after.number,
                "changes": between(before, after, language),
                "program": f"/{language}/compare/{before.number}/{after.number}.json",
                "object_to": object_to(site, after, language),
                "choices": site.entries[::-1],
            },
        )


def values(before: Entry, after: Entry, language: str) -> dict[str, Any]:
    """The same for programs: which releases, and what changed, in codes and in sentences."""
    return {
        "releases": [
            {
                "number": entry.number,
                "digest": entry.digest,
                "content": f"/releases/{entry.number}.json",
                **{name: entry.content[name] for name in ("kind", "in_force_new_on", "in_force_existing_on")},
            }
            for entry in (before, after)
        ],
        **between(before, after, language).json(),
    }


def object_to(site: Site, entry: Entry, language: str) -> str:
    """The address of the form in which customers object to a release; empty where they cannot."""
    return f"/{language}/object/{entry.number}/" if entry.digest and site.open_to_objections(entry) else ""
