"""Which countries a passage names, by placeholder or by a name that somebody typed.

Names come from CLDR. Languages with cases change their ends (Szingapúr, Szingapúrban), so that there a word's stem with
a short end counts; a warning that asks somebody to look may err, and what is published depends on nothing here.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from ..models.territories import AREAS, EU, countries, within
from .localized import territory
from .placeholders import PATTERN, territories

INFLECTED = frozenset("de hu et fi lv lt pl cs sk sl hr el uk ga".split())
# Arabic writes "and", "in" and "for" in one word with the name.
_JOINED = {"ar": "[وبلف]?"}
# Everybody's abbreviations; CLDR has the long names alone.
_SHORT = {"US": "US", "U.S.": "US", "USA": "US", "UK": "GB", "U.K.": "GB", "UAE": "AE", "EU": EU}
_VOWELS = "aeiouyáéíóúýàèìòùâêîôûäëïöüåæøőűāēīōūąęįųėěůőаеиоуюяіїєыэαεηιουωάέήίόύώ"
# A name of the world or of one of its parts that AREAS does not spell out: what lies in it, we cannot tell.
_UNKNOWN_AREAS = ("002", "005", "009", "013", "019", "021", "142", "143", "145", "034", "035", "030", "039", "151")


def named(text: str, language: str) -> set[str]:
    """The codes of the countries and areas that a passage names."""
    return {*territories(text), *(code for code, _start, _end in typed(PATTERN.sub(" ", text), language))}


def typed(text: str, language: str) -> Iterator[tuple[str, int, int]]:
    """Where a text names which country or area, without placeholders: its code, start and end."""
    pattern, codes = _pattern(language)
    for match in pattern.finditer(text):
        yield codes[int((match.lastgroup or "")[1:])], match.start(), match.end()


def unnamed(text: str, language: str, places: Iterable[str]) -> list[str]:
    """The places that a passage about places leaves out; none where it does not speak of these places at all.

    A passage speaks of them where it names a country or area that one of them lies in: "the courts of Slovakia" says
    nothing about hosts in Germany, nor does a law of the EU, for which "EU" alone is too often a part of a title.
    """
    areas = named(text, language)
    places = set(places)
    told = {area for area in areas if any(within(place, area) for place in places)}
    if not told or areas & set(_UNKNOWN_AREAS):
        return []
    if told == {EU} and EU not in territories(text) and (territory(EU, language) or EU) not in text:
        return []
    return sorted(place for place in places if not any(within(place, area) for area in areas))


@cache
def _pattern(language: str) -> tuple[re.Pattern[str], list[str]]:
    areas = (*sorted(countries()), *AREAS, *_UNKNOWN_AREAS)
    names = [(name, code) for code in areas if (name := territory(code, language))]
    names += _SHORT.items()
    # The longest first: Guinea-Bissau is not Guinea, nor are Australians Austrians.
    spelled = sorted(((_spelled(name, language), code) for name, code in names), key=lambda pair: -len(pair[0]))
    # Gathered by their first letters: at a word with another one the search goes on at once, past hundreds of names.
    groups: dict[str, list[str]] = {}
    for number, (pattern, _code) in enumerate(spelled):
        groups.setdefault(pattern[0], []).append(f"(?P<n{number}>{pattern[1:]})")
    found = "|".join(f"{letter}(?:{'|'.join(rest)})" for letter, rest in groups.items())
    return re.compile(rf"(?<!\w){_JOINED.get(language, '')}(?:{found})(?!\w)"), [code for _pattern, code in spelled]


def _spelled(name: str, language: str) -> str:
    if name in _SHORT or language not in INFLECTED:
        # With the s of a genitive: Germany’s, Tysklands.
        return rf"{re.escape(name)}(?:['’]?s)?"
    return r"\s+".join(_stem(word) for word in name.split())


def _stem(word: str) -> str:
    length = len(word)
    ending = 3 if length >= 9 else 2 if length >= 6 else 1 if length >= 4 else 0
    if length in {4, 5} and word[-1] in _VOWELS:
        # Peru in its cases, and not every word that begins with Per.
        return rf"{re.escape(word[:-1])}[{_VOWELS}]\w{{0,5}}"
    return rf"{re.escape(word[: length - ending])}\w{{0,6}}"
