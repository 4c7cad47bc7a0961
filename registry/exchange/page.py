"""The public pages as HTML: pure functions of the site state, a release and a language. No request, query or clock."""

from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import override

from .frame import frame
from .published import Entry, Site, Status

__all__ = ["Entry", "Site", "Status", "frame", "message", "policy", "region", "releases"]


def policy(site: Site, entry: Entry, language: str, *, permanent: bool = False) -> str:
    """The policy as a release states it. `permanent` keeps the release's own address for the release in force too."""
    rest = f"releases/{entry.number}/" if permanent or entry.status != "in_force" else ""
    return _render("policy", language, frame(site, language, rest))


def releases(site: Site, language: str) -> str:
    return _render("releases", language, frame(site, language, "releases/"))


def region(site: Site, key: str, language: str) -> str:
    """Raise KeyError where the release in force has no such region."""
    return _render("region", language, frame(site, language, f"regions/{key}/"))


def message(
    site: Site, language: str, *, heading: str, text: str, links: Iterable[tuple[str, str]] = (), rest: str = ""
) -> str:
    """A plain page, such as a 404: a heading, a sentence, and (label, address) pairs that lead on."""
    context = frame(site, language, rest, title=heading, indexed=False)
    return _render("message", language, {**context, "heading": heading, "text": text, "links": list(links)})


def _render(name: str, language: str, context: dict[str, Any]) -> str:
    with override(language):
        return render_to_string(f"public/{name}.html", context)
