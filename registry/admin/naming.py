"""What staff call things: names in their language where the database has keys, codes and ids."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from django.db.models import Model
from django.utils.text import Truncator, capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ..exchange.collation import key as sort_key
from ..exchange.content import decode
from ..exchange.localized import day, language_name, listing, locale, territory
from ..exchange.mail import region_name
from ..models import (
    DataCategory,
    DataSubject,
    DpaTemplate,
    Language,
    PolicySection,
    ProcessingLocation,
    Question,
    Region,
    Release,
    Safeguard,
    SafeguardSet,
    ServiceProfile,
    Subprocessor,
    TransferMechanism,
)
from ..models.territories import EU, countries
from ..translation import prose

_CODES: dict[str, Any] = {"data_categories": DataCategory, "data_subjects": DataSubject}
_TERRITORIES = {"country", "provider_country", "territory"}
_LANGUAGES = {"code", "source_language", "language"}


def spoken() -> str:
    """The language that staff read this page in."""
    return get_language() or "en"


def country_choices(*, with_eu: bool = False) -> list[tuple[str, str]]:
    return [("", _("not stated")), *_countries(spoken(), with_eu)]


@cache
def _countries(language: str, with_eu: bool) -> list[tuple[str, str]]:
    named = [(code, territory(code, language) or code) for code in countries()]
    named.sort(key=lambda choice: sort_key(language)(choice[1]))
    return [(EU, territory(EU, language) or EU), *named] if with_eu else named


def territory_name(code: str) -> str:
    return territory(code, spoken()) or code if code else ""


def language_label(code: str) -> str:
    return capfirst(language_name(code, spoken()))


def listed_names(names: Iterable[str]) -> str:
    return listing(names, spoken())


def zone_of_days() -> ZoneInfo:
    """The zone in which the registry's days turn."""
    profile = ServiceProfile.load()
    return ZoneInfo(profile.time_zone if profile else "UTC")


def moment_name(value: datetime, zone: ZoneInfo, *, seconds: bool = False) -> str:
    return format_datetime(value, format="long" if seconds else "medium", tzinfo=zone, locale=locale(spoken()))


def said(noun: Any, field: str, source: str = "en") -> str:
    """A passage in the staff's language, else in the source language, else in any."""
    texts = prose(noun, field)
    return texts.get(spoken()) or texts.get(source) or next(iter(texts.values()), "")


def name_of(noun: Model) -> str:
    """The name by which staff know a row. Sets need their safeguards prefetched."""
    match noun:
        case Subprocessor():
            return noun.legal_name
        case Region():
            return said(noun, "name") or noun.key
        case PolicySection():
            return said(noun, "heading") or noun.key
        case Question():
            return said(noun, "question") or noun.key
        case DpaTemplate():
            return said(noun, "title") or noun.key
        case Safeguard():
            return _safeguard(noun)
        case SafeguardSet():
            names = [_safeguard(one) for one in noun.safeguards.all()]
            joined = listing(names, spoken(), "standard" if noun.match == SafeguardSet.Match.ALL else "or")
            return f"{noun.key}: {joined}" if joined else noun.key
        case ProcessingLocation():
            where = territory_name(noun.territory) or _("territory not stated")
            return f"{where} ({noun.key})"
        case TransferMechanism():
            return f"{noun.get_regime_display()}: {noun.get_mechanism_display()}"
        case Language():
            return language_label(noun.code)
    return str(noun)


def row_name(noun: Any) -> str:
    """A row below a noun in one line: what is needed to find it among the others."""
    facts = [name_of(noun)]
    if isinstance(noun, ProcessingLocation):
        facts += [name_of(noun.region) if noun.region else _("region not stated"), noun.get_use_display()]
    return " · ".join(facts if noun.listed else [*facts, _("left out")])


def _safeguard(noun: Safeguard) -> str:
    if noun.kind != Safeguard.Kind.CERTIFICATION:
        return Truncator(said(noun, "text") or noun.key).chars(80)
    claim = f" ({noun.get_claim_display()})" if noun.claim else ""
    until = f", {day(noun.valid_until, spoken())}" if noun.valid_until else ""
    return f"{noun.name}{claim}{until}"


def value_name(field: Any, value: Any) -> str:
    """A field's value as staff read it; empty for one that is not stated. Links are for the caller to name."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return moment_name(value, zone_of_days())
    if isinstance(value, date):
        return day(value, spoken())
    if field.name in _TERRITORIES:
        return territory_name(value)
    if field.name in _LANGUAGES:
        return language_label(value)
    if isinstance(value, list):
        labels = dict(_CODES[field.name].choices) if field.name in _CODES else {}
        return listed_names(str(labels.get(code) or territory_name(code)) for code in sorted(value))
    return str(dict(field.flatchoices).get(value, value))


def region_names(keys: str) -> str:
    """Of the regions whose keys stand with blanks between them, as a subscriber's row keeps them."""
    if not keys:
        return ""
    newest = Release.objects.newest()
    content = decode(newest.content) if newest else {"regions": []}
    return listing([region_name(content, key, spoken()) for key in keys.split()], spoken())
