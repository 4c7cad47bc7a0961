"""Sorting names as readers of a language expect them.

CLDR's collation needs ICU, a compiled library. What our languages need of it fits here: accents that make no letter of
their own are ignored, and each language says which letters it has beside a to z, and after which.
"""

import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

# Letters of their own, each after the letter it follows in the alphabet. Scripts other than Latin sort by code point,
# but for the Ukrainian letters that Unicode put elsewhere.
_AFTER: dict[str, dict[str, str | tuple[str, ...]]] = {
    "bg": {"и": "й"},
    "cs": {"c": "č", "h": ("ch",), "r": "ř", "s": "š", "z": "ž"},
    "da": {"z": "æøå"},
    "es": {"n": "ñ"},
    "et": {"s": "šzž", "w": "õäöü"},
    "fi": {"z": "åäö"},
    "hr": {"c": "čć", "d": ("dž", "đ"), "l": ("lj",), "n": ("nj",), "s": "š", "z": "ž"},
    "hu": {
        "c": ("cs",),
        "d": ("dz", "dzs"),
        "g": ("gy",),
        "l": ("ly",),
        "n": ("ny",),
        "o": "ö",
        "s": ("sz",),
        "t": ("ty",),
        "u": "ü",
        "z": ("zs",),
    },
    "lt": {"c": "č", "i": "y", "s": "š", "z": "ž"},
    "lv": {"c": "č", "g": "ģ", "k": "ķ", "l": "ļ", "n": "ņ", "s": "š", "z": "ž"},
    "mt": {"b": "ċ", "f": "ġ", "g": ("għ",), "h": "ħ", "y": "ż"},
    "nb": {"z": "æøå"},
    "pl": {"a": "ą", "c": "ć", "e": "ę", "l": "ł", "n": "ń", "o": "ó", "s": "ś", "z": "źż"},
    "ro": {"a": "ăâ", "i": "î", "s": "ș", "t": "ț"},
    "sk": {"a": "ä", "c": "č", "h": ("ch",), "o": "ô", "s": "š", "z": "ž"},
    "sl": {"c": "č", "s": "š", "z": "ž"},
    "sv": {"z": "åäö"},
    "uk": {"г": "ґ", "е": "є", "и": "іїй"},
}
# The same letter in another shape: Hungarian long vowels, Swedish and Danish guests.
_SAME = {
    "da": {"ä": "æ", "ö": "ø", "ü": "y"},
    "nb": {"ä": "æ", "ö": "ø", "ü": "y"},
    "hu": {"ő": "ö", "ű": "ü"},
    "fi": {"ø": "ö", "æ": "ä"},
    "sv": {"ø": "ö", "æ": "ä"},
}
# Letters that Unicode does not take apart.
_PLAIN = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"})

Key = Callable[[str], tuple[tuple[tuple[str, int], ...], str]]


@cache
def _letters(language: str) -> dict[str, tuple[str, int]]:
    """Where each letter of a language's own stands: the letter before it, and how far behind that."""
    return {
        letter: (before, place)
        for before, own in _AFTER.get(language.split("-")[0], {}).items()
        for place, letter in enumerate(own, 1)
    }


@cache
def key(language: str) -> Key:
    """The sort key of a language."""
    own, same = _letters(language), str.maketrans(_SAME.get(language.split("-")[0], {}))
    longest = max(map(len, own), default=1)

    def sort_key(text: str) -> tuple[tuple[tuple[str, int], ...], str]:
        rest = unicodedata.normalize("NFC", text).casefold().translate(same)
        found: list[tuple[str, int]] = []
        while rest:
            letter = next((rest[:size] for size in range(longest, 0, -1) if rest[:size] in own), rest[0])
            rest = rest[len(letter) :]
            if letter in own:
                found.append(own[letter])
                continue
            # Marks, blanks and stops carry no weight.
            base = unicodedata.normalize("NFD", letter.translate(_PLAIN))
            found += [(char, 0) for char in base if char.isalnum()]
        return tuple(found), text

    return sort_key


def in_order(texts: Iterable[str], language: str) -> list[str]:
    return sorted(texts, key=key(language))
