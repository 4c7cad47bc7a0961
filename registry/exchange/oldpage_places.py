"""Which countries a passage of an old page names, and which of them say whose customers are meant instead of where."""

import re
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from ..models.territories import EU
from .mentions import INFLECTED, typed
from .oldpage_spellings import Spellings, alternatives

# What each language writes for short; CLDR as Babel has it knows the long names alone. USA and UK are everybody's.
_SHORT: dict[str, dict[str, str]] = {
    "bg": {"ЕС": EU, "САЩ": "US"},
    "hr": {"SAD": "US"},
    "nl": {"VS": "US", "VK": "GB"},
    "et": {"EL": EU},
    "fr": {"UE": EU},
    "el": {"ΕΕ": EU, "ΗΠΑ": "US", "ΗΒ": "GB"},
    "ga": {"AE": EU, "SAM": "US"},
    "it": {"UE": EU},
    "lv": {"ES": EU, "ASV": "US"},
    "lt": {"ES": EU, "JAV": "US", "JK": "GB"},
    "mt": {"UE": EU},
    "pl": {"UE": EU},
    "pt": {"UE": EU, "EUA": "US"},
    "pt-br": {"UE": EU, "EUA": "US"},
    "ro": {"UE": EU, "SUA": "US"},
    "sk": {"EÚ": EU},
    "sl": {"ZDA": "US"},
    "es": {"UE": EU, "EE. UU.": "US", "EE.UU.": "US"},
    "uk": {"ЄС": EU, "США": "US"},
}
# How the words for a customer begin in each language.
_CUSTOMERS = {
    "en": "customer client",
    "bg": "клиент",
    "hr": "kupac kupc klijent korisni",
    "cs": "zákazní klient",
    "da": "kunde",
    "nl": "klant",
    "et": "klien",
    "fi": "asiaka",
    "fr": "client",
    "de": "kunde",
    "el": "πελάτ πελατ",
    "hu": "ügyfél ügyfel",
    "ga": "custaiméir chustaiméir gcustaiméir",
    "it": "client",
    "lv": "klient",
    "lt": "klient",
    "mt": "klijent",
    "pl": "klient klienc",
    "pt": "client",
    "pt-br": "client",
    "ro": "client clienț",
    "sk": "zákazní klient",
    "sl": "strank",
    "es": "client",
    "sv": "kund",
    "nb": "kunde",
    "uk": "клієнт замовник",
    "ar": "عمل عميل زبائن",
}
_PARTS = re.compile(r"[()\[\]|;:\n]|\s[–—-]\s|,\s|\.\s")


class Places(NamedTuple):
    """Codes: where, and whose customers. `unclear` are parts that speak of customers and of several countries."""

    where: frozenset[str]
    customers: frozenset[str]
    unclear: tuple[str, ...]


def apart(text: str) -> str:
    """Words that ran together, parted: "TysklandLiveAgent" is two cells of a table."""
    joints = [place for place, (a, b) in enumerate(pairwise(text), 1) if a.islower() and b.isupper()]
    return " ".join(text[start:end] for start, end in zip([0, *joints], [*joints, len(text)], strict=True))


def named_in(text: str, language: str, spelled: Spellings) -> set[str]:
    """The countries and areas that a text names, in the language's cases, short forms and the user's spellings."""
    found, rest = set(), text
    for pattern, means in _known(language, spelled):
        found |= {means[match[0]] for match in pattern.finditer(rest)}
        rest = pattern.sub(" ", rest)
    rest = apart(rest)
    for match in _short(language).finditer(rest):
        found.add(_SHORT[language][match[1]])
    return found | {code for code, _start, _end in typed(_short(language).sub(" ", rest), language)}


def places(text: str, language: str, spelled: Spellings) -> Places:
    """The countries of a table's row: those beside a word for customers say whose data it is, not where."""
    where: set[str] = set()
    customers: set[str] = set()
    unclear = []
    for part in _PARTS.split(text):
        codes = named_in(part, language, spelled)
        if not speaks_of_customers(part, language, spelled):
            where |= codes
        elif len(codes) > 1:
            unclear.append(part.strip())
        else:
            customers |= codes
    return Places(frozenset(where), frozenset(customers), tuple(unclear))


def speaks_of_customers(text: str, language: str, spelled: Spellings) -> bool:
    own = [word for word, _means in spelled.of("customers", language)]
    stems = [*_CUSTOMERS.get(language, "").split(), *own]
    return any(stem.casefold() in text.casefold() for stem in stems)


def _known(language: str, spelled: Spellings) -> list[tuple[re.Pattern[str], dict[str, str]]]:
    pairs = spelled.of("countries", language)
    pattern = alternatives(pairs)
    return [(pattern, dict(pairs))] if pattern else []


@cache
def _short(language: str) -> re.Pattern[str]:
    forms = "|".join(re.escape(form) for form in sorted(_SHORT.get(language, ()), key=len, reverse=True))
    ending = r"(?:['’-]?[^\W\d_A-Z]{1,4})?" if language in INFLECTED else ""
    return re.compile(rf"(?<!\w)({forms}){ending}(?!\w)" if forms else r"(?!)")
