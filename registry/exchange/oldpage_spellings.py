"""What a user adds to what CLDR and the registry know: a TOML file of companies and of spellings.

[entities]                                   # a company that the registry lacks, or how pages write its name
"MailChimp" = []
"Quality Unit Ukraine" = ["Quality Unit UA"]
[countries]                                  # ISO 3166-1 code, or EU
GB = { et = ["Suurbritannia"] }
SG = ["Cingapura"]                           # without a language: on every page
[certifications]
"Tier IV" = { lv = ["IV līmeņa"] }
[dates]
2024-12-13 = { hu = ["2024 telén"] }
[months]                                     # 1 to 12
10 = { lv = ["oktobrim"] }
[customers]                                  # words by which a row says whose data, not where
words = { fi = ["tilaajat"] }
[ignore]
words = ["VoIP"]
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ..models.territories import EU, countries
from .oldpage import Unreadable, decoded, known_language

_SECTIONS = ("entities", "countries", "certifications", "dates", "months", "customers", "ignore")


@dataclass(frozen=True)
class Spelling:
    """A way to write something; `language` is empty where every page may write it so."""

    text: str
    means: str
    language: str = ""


@dataclass(frozen=True)
class Spellings:
    entities: tuple[Spelling, ...] = ()
    countries: tuple[Spelling, ...] = ()
    certifications: tuple[Spelling, ...] = ()
    dates: tuple[Spelling, ...] = ()
    months: tuple[Spelling, ...] = ()
    customers: tuple[Spelling, ...] = ()
    ignore: tuple[Spelling, ...] = ()
    companies: tuple[str, ...] = field(default=())

    def of(self, section: str, language: str) -> list[tuple[str, str]]:
        """What the pages of a language may write, and what it means; the longest first."""
        found = [(s.text, s.means) for s in getattr(self, section) if s.language in {"", language}]
        return sorted(found, key=lambda pair: -len(pair[0]))


def spellings(name: str, data: bytes) -> Spellings:
    """Read the user's file. Raise Unreadable with a sentence that names the place that is wrong."""
    try:
        told = tomllib.loads(decoded(name, data))
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(f"{name} is no TOML: {error}.") from None
    except RecursionError:
        raise Unreadable(f"{name} is nested too deeply.") from None
    unknown = sorted(told.keys() - set(_SECTIONS))
    if unknown:
        raise Unreadable(f"{name}: [{unknown[0]}] is not known. Known: {', '.join(_SECTIONS)}.")
    found: dict[str, Any] = {}
    for section, entries in told.items():
        if not isinstance(entries, dict):
            raise Unreadable(f"{name}: {section} is no table. Write [{section}].")
        check = _CHECKS.get(section)
        for means in entries:
            if check and not check(means):
                raise Unreadable(f"{name}: [{section}] {means} is not known there.")
        found[section] = tuple(
            spelling for means, value in entries.items() for spelling in _entry(f"{name}: [{section}]", means, value)
        )
    return Spellings(**found, companies=tuple(told.get("entities", {})))


def _entry(where: str, means: str, value: Any) -> list[Spelling]:
    by_language = value if isinstance(value, dict) else {"": value}
    found = []
    for written, texts in by_language.items():
        language = known_language(written) if written else ""
        if language is None:
            raise Unreadable(f"{where} {means}: {written} is no language that is known.")
        if not isinstance(texts, list) or not all(isinstance(text, str) and text.strip() for text in texts):
            raise Unreadable(f'{where} {means} wants a list of spellings, such as ["…"] or {{ da = ["…"] }}.')
        found += [Spelling(unicodedata.normalize("NFC", text.strip()), means, language) for text in texts]
    return found


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


_CHECKS: dict[str, Callable[[str], bool]] = {
    "countries": lambda code: code == EU or code in countries(),
    "dates": _is_day,
    "months": lambda number: bool(re.fullmatch(r"0?[1-9]|1[0-2]", number, re.ASCII)),
    "customers": lambda key: key == "words",
    "ignore": lambda key: key == "words",
}


def alternatives(pairs: list[tuple[str, str]]) -> re.Pattern[str] | None:
    """A pattern of several spellings, the longest first, each as a word of its own, or as the end of a cell that the
    next one's capital touches."""
    if not pairs:
        return None
    return re.compile("|".join(rf"(?<!\w){re.escape(text)}(?:(?!\w)|(?<=[^\W\d_A-Z])(?=[A-Z]))" for text, _m in pairs))
