"""Sets of safeguards as sentences: what is claimed of any of them must never read as a claim of all."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ..models import SafeguardSet
from ..models.safeguard import Safeguard
from .localized import day, listing
from .passages import Reader, Said, badge


@dataclass(frozen=True)
class Set:
    key: str
    match: str
    sentence: SafeString


def sets(reader: Reader, keys: list[str], of: str) -> list[Set]:
    """The sets that a subprocessor's location names, each a sentence with its safeguards in data attributes."""
    rows = {row["key"]: row for row in reader.content["safeguard_sets"]}
    # Certifications before measures of the building, as readers look for them in that order.
    found = sorted((rows[key] for key in keys if rows[key]["safeguards"]), key=lambda row: row["match"] == "all")
    return [Set(row["key"], row["match"], _sentence(reader, row, of)) for row in found]


def _sentence(reader: Reader, row: dict[str, Any], of: str) -> SafeString:
    by_key = {safeguard["key"]: safeguard for safeguard in reader.content["safeguards"]}
    safeguards = [by_key[key] for key in row["safeguards"]]
    claims = {safeguard["claim"] for safeguard in safeguards}
    claim = claims.pop() if len(claims) == 1 else None
    # A name is a fact; what is not shown is not told of either.
    texts = {
        row["key"]: reader.line(row["text"], f"safeguard:{row['key']}:text", of)
        for row in safeguards
        if not row["name"]
    }
    items = [_item(reader, safeguard, texts.get(safeguard["key"]), claim) for safeguard in safeguards]
    any_of = row["match"] == SafeguardSet.Match.ANY
    # The list's own words come from CLDR and hold no markup; its items are escaped above.
    told = mark_safe(listing(items, reader.language, "or" if any_of else "standard"))  # noqa: S308
    # Each mark once for the whole sentence: its foreign parts are all in the same language.
    return format_html("{}{}", format_html(pattern(any_of and len(items) > 1, claim), told), badge(texts.values()))


def pattern(any_of: bool, claim: str | None) -> str:
    """How a set of safeguards is claimed; its list goes into the braces."""
    patterns = {
        (True, Safeguard.Claim.COMPLIANT): _("Compliant with one or more of: {}"),
        (True, Safeguard.Claim.CERTIFIED): _("Certified to one or more of: {}"),
        (False, Safeguard.Claim.COMPLIANT): _("Compliant with: {}"),
        (False, Safeguard.Claim.CERTIFIED): _("Certified to: {}"),
    }
    return patterns.get((any_of, claim), _("One or more of: {}") if any_of else "{}")  # type: ignore[arg-type]


def _item(reader: Reader, safeguard: dict[str, Any], said: Said | None, told: str | None) -> SafeString:
    """One safeguard; in parentheses its claim, where the sentence does not tell it, and until when it holds."""
    name = safeguard["name"] or (said.marked if said else safeguard["key"])
    notes = []
    if safeguard["claim"] and safeguard["claim"] != told:
        notes.append(str(Safeguard.Claim(safeguard["claim"]).label))
    if safeguard["valid_until"]:
        until = day(date.fromisoformat(safeguard["valid_until"]), reader.language)
        notes.append(_("valid until: %(day)s") % {"day": until})
    note = format_html(" ({})", "; ".join(notes)) if notes else ""
    # A short name of a standard stays on one line.
    short = mark_safe(' class="short"') if len(safeguard["name"] or "") in range(1, 21) else ""
    return format_html('<bdi data-safeguard="{}"{}>{}</bdi>{}', safeguard["key"], short, name, note)
