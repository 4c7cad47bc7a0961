"""The words in which a change is told, for one and for many: names and facts stand in the nominative, after a colon.

A language may count in its own way, so each phrase has the number at hand, whether the English one shows it or not.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from .comparison import ADDED, CHANGED, REMOVED

LINES: dict[str, dict[str, Any]] = {
    ADDED: {
        "subprocessors": ngettext_lazy(
            "New subprocessor: %(names)s", "%(count)s new subprocessors: %(names)s", "count"
        ),
        "locations": ngettext_lazy(
            "New processing location: %(names)s", "%(count)s new processing locations: %(names)s", "count"
        ),
        "transfer_mechanisms": ngettext_lazy(
            "New transfer mechanism: %(names)s", "%(count)s new transfer mechanisms: %(names)s", "count"
        ),
        "regions": ngettext_lazy("New region: %(names)s", "%(count)s new regions: %(names)s", "count"),
        "safeguard_sets": ngettext_lazy(
            "New set of safeguards: %(names)s", "%(count)s new sets of safeguards: %(names)s", "count"
        ),
        "safeguards": ngettext_lazy("New safeguard: %(names)s", "%(count)s new safeguards: %(names)s", "count"),
        "contractual": ngettext_lazy(
            "New contractual safeguard: %(names)s", "%(count)s new contractual safeguards: %(names)s", "count"
        ),
        "sections": ngettext_lazy("New section: %(names)s", "%(count)s new sections: %(names)s", "count"),
        "questions": ngettext_lazy("New question: %(names)s", "%(count)s new questions: %(names)s", "count"),
    },
    REMOVED: {
        "subprocessors": ngettext_lazy(
            "Subprocessor no longer listed: %(names)s", "%(count)s subprocessors no longer listed: %(names)s", "count"
        ),
        "locations": ngettext_lazy(
            "Processing location no longer listed: %(names)s",
            "%(count)s processing locations no longer listed: %(names)s",
            "count",
        ),
        "transfer_mechanisms": ngettext_lazy(
            "Transfer mechanism no longer listed: %(names)s",
            "%(count)s transfer mechanisms no longer listed: %(names)s",
            "count",
        ),
        "regions": ngettext_lazy(
            "Region no longer listed: %(names)s", "%(count)s regions no longer listed: %(names)s", "count"
        ),
        "safeguard_sets": ngettext_lazy(
            "Set of safeguards no longer listed: %(names)s",
            "%(count)s sets of safeguards no longer listed: %(names)s",
            "count",
        ),
        "safeguards": ngettext_lazy(
            "Safeguard no longer listed: %(names)s", "%(count)s safeguards no longer listed: %(names)s", "count"
        ),
        "contractual": ngettext_lazy(
            "Contractual safeguard no longer listed: %(names)s",
            "%(count)s contractual safeguards no longer listed: %(names)s",
            "count",
        ),
        "sections": ngettext_lazy("Section left out: %(names)s", "%(count)s sections left out: %(names)s", "count"),
        "questions": ngettext_lazy("Question left out: %(names)s", "%(count)s questions left out: %(names)s", "count"),
    },
    CHANGED: {
        "subprocessors": ngettext_lazy(
            "Subprocessor changed: %(names)s", "%(count)s subprocessors changed: %(names)s", "count"
        ),
        "locations": ngettext_lazy(
            "Processing location changed: %(names)s", "%(count)s processing locations changed: %(names)s", "count"
        ),
        "transfer_mechanisms": ngettext_lazy(
            "Transfer mechanism changed: %(names)s", "%(count)s transfer mechanisms changed: %(names)s", "count"
        ),
        "regions": ngettext_lazy("Region changed: %(names)s", "%(count)s regions changed: %(names)s", "count"),
        # Named by the places where the set holds.
        "safeguard_sets": ngettext_lazy(
            "Safeguards changed at %(count)s place: %(names)s",
            "Safeguards changed at %(count)s places: %(names)s",
            "count",
        ),
        "safeguards": ngettext_lazy("Safeguard changed: %(names)s", "%(count)s safeguards changed: %(names)s", "count"),
        "contractual": ngettext_lazy(
            "Contractual safeguard changed: %(names)s",
            "%(count)s contractual safeguards changed: %(names)s",
            "count",
        ),
        "sections": ngettext_lazy("Section changed: %(names)s", "%(count)s sections changed: %(names)s", "count"),
        "questions": ngettext_lazy("Question changed: %(names)s", "%(count)s questions changed: %(names)s", "count"),
    },
}


def line(action: str, noun: str, names: str, count: int) -> str:
    if noun == "service":
        return _("Service profile changed")
    return LINES[action][noun] % {"names": names, "count": count}


def detailed(line: str, details: list[str]) -> str:
    return _("%(change)s — %(details)s") % {"change": line, "details": "; ".join(details)} if details else line


def fact(label: str, before: str, after: str) -> str:
    return _("%(fact)s: %(before)s → %(after)s") % {"fact": label, "before": before, "after": after}


def places(names: str, count: int) -> str:
    said = ngettext("processing location: %(names)s", "%(count)s processing locations: %(names)s", count)
    return said % {"names": names, "count": count}


def mechanisms(names: str, count: int) -> str:
    said = ngettext("transfer mechanism: %(names)s", "%(count)s transfer mechanisms: %(names)s", count)
    return said % {"names": names, "count": count}


def newly_named(names: str, count: int) -> str:
    said = ngettext("newly named safeguard: %(names)s", "newly named safeguards: %(names)s", count)
    return said % {"names": names, "count": count}


def no_longer_named(names: str, count: int) -> str:
    said = ngettext("safeguard no longer named: %(names)s", "safeguards no longer named: %(names)s", count)
    return said % {"names": names, "count": count}


def not_named_here(names: str, count: int) -> str:
    said = ngettext(
        "safeguard not named, unlike at its earlier locations: %(names)s",
        "safeguards not named, unlike at its earlier locations: %(names)s",
        count,
    )
    return said % {"names": names, "count": count}


def languages_added(names: str, count: int) -> str:
    return ngettext("new language: %(names)s", "new languages: %(names)s", count) % {"names": names, "count": count}


def languages_removed(names: str, count: int) -> str:
    said = ngettext("language no longer published: %(names)s", "languages no longer published: %(names)s", count)
    return said % {"names": names, "count": count}


def now_stated(passages: str) -> str:
    return _("now stated: %(passage)s") % {"passage": passages}


def no_longer_stated(passages: str) -> str:
    return _("no longer stated: %(passage)s") % {"passage": passages}


def reworded(passages: str, languages: str = "", count: int = 0) -> str:
    """Without languages: in all of them."""
    if not languages:
        return _("reworded: %(passage)s") % {"passage": passages}
    return ngettext(
        "reworded: %(passage)s (language: %(languages)s)", "reworded: %(passage)s (languages: %(languages)s)", count
    ) % {"passage": passages, "languages": languages, "count": count}


def outdated(passages: str, languages: str, count: int) -> str:
    return ngettext(
        "translation now outdated: %(passage)s (language: %(languages)s)",
        "translations now outdated: %(passage)s (languages: %(languages)s)",
        count,
    ) % {"passage": passages, "languages": languages, "count": count}


def no_longer_outdated(passages: str, languages: str, count: int) -> str:
    return ngettext(
        "translation no longer outdated: %(passage)s (language: %(languages)s)",
        "translations no longer outdated: %(passage)s (languages: %(languages)s)",
        count,
    ) % {"passage": passages, "languages": languages, "count": count}


def restated(passages: str) -> str:
    return _("state of translations: %(passage)s") % {"passage": passages}


def reordered() -> str:
    return _("Only the order of what is listed has changed.")
