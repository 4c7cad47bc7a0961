"""The days that a page names, in its language's own forms; what looks like a date and cannot be read is told apart.

Months come from CLDR, in the cases of languages that have them. 02/03/2024 is two days: it is listed, never guessed.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import NamedTuple

from .localized import locale
from .mentions import INFLECTED
from .oldpage_spellings import Spellings, alternatives

_WORD = re.compile(r"[^\W\d_]+")
_NUMERIC = re.compile(
    r"(?<![\w./-])"
    r"(?:(\d{4})([./-]) ?(\d{1,2})\2 ?(\d{1,2})|(\d{1,2})([./-]) ?(\d{1,2})\6 ?(\d{4}|\d{2}))"
    r"(?![\w/-]|\.\d)"
)
# What may follow a date that ends its line: an ending (13-án), an abbreviation (13 d., 2024 г.), a full stop.
_END = re.compile(r"(?:[-–]\w{1,4})?\.?(?: \w{1,2}\.?)?[\s.)]*")
_REACH = 30
_ORDINAL = r"(?:st|nd|rd|th|er|re|e|ª|º|°|\.)?"


class Found(NamedTuple):
    start: int
    end: int
    written: str
    day: date | None


def dates(text: str, language: str, spelled: Spellings) -> list[Found]:
    """Every date of a line and every string like one, by place; `day` is None where it cannot be read."""
    found = list(_spelled(text, language, spelled))
    for candidate in (*_numeric(text, language), *_worded(text, language, spelled)):
        if not any(candidate.start < other.end and other.start < candidate.end for other in found):
            found.append(candidate)
    return sorted(found)


def dateline(text: str, found: list[Found]) -> date | None:
    """The day by which a page dates itself: the only date of a short line, at its end, after words."""
    if len(found) != 1 or not _END.fullmatch(text, found[0].end):
        return None
    label = text[: found[0].start]
    words = _WORD.findall(label)
    return found[0].day if 1 <= len(words) <= 8 and not re.search(r"\d", label) else None


def _spelled(text: str, language: str, spelled: Spellings) -> Iterator[Found]:
    pairs = spelled.of("dates", language)
    pattern = alternatives(pairs)
    means = dict(pairs)
    for match in pattern.finditer(text) if pattern else ():
        yield Found(match.start(), match.end(), match[0], date.fromisoformat(means[match[0]]))


def _numeric(text: str, language: str) -> Iterator[Found]:
    for match in _NUMERIC.finditer(text):
        year, _sign, month, day, first, sign, second, last = match.groups()
        if year:
            read = _day(year, month, day)
        elif len(last) == 2:
            read = None
        else:
            days = {found for found in (_day(last, second, first), _day(last, first, second)) if found}
            if sign == "." and _day_first(language):
                days = {found for found in [_day(last, second, first)] if found}
            read = days.pop() if len(days) == 1 else None
        yield Found(match.start(), match.end(), match[0], read)


@cache
def _day_first(language: str) -> bool:
    return locale(language).date_formats["short"].pattern.lstrip("\u200f").startswith("d")


def _worded(text: str, language: str, spelled: Spellings) -> Iterator[Found]:
    """Dates with a month in words: day month year, year day month, year month day, month day year."""
    before, after = _around(language)
    own = {_plain(word): int(number) for word, number in spelled.of("months", language)}
    for match in _months(text, language):
        left = before.search(text, max(0, match.start() - _REACH), match.start())
        right = after.match(text, match.end(), match.end() + _REACH)
        if left is None and right is None:
            continue
        month = own.get(_plain(match[0])) or month_of(match[0], language)
        numbers = (*(left.groups() if left else (None, None)), *(right.groups() if right else (None, None)))
        days = _readings(numbers, month) if month else {}
        # The numbers next to the month, unless the date is made of others.
        start = left.start(2) if left else match.start()
        end = right.end(1) if right else match.end()
        if len(days) == 1:
            ((read, order),) = days.items()
            start = left.start(1) if left and order == "YDM" else match.start() if order == "MDY" else start
            end = right.end(2) if right and order == "MDY" else match.end() if order == "YDM" else end
            yield Found(start, end, text[start:end].strip(" .,"), read)
        elif _plausible(numbers) if month else _like(numbers):
            yield Found(start, end, text[start:end].strip(" .,"), None)


def _months(text: str, language: str) -> Iterator[re.Match[str]]:
    """The words of a line; the names of months of two words (Irish) as one."""
    several = [name for name in _names(language) if " " in name]
    if several:
        pattern = re.compile("|".join([*(re.escape(name) for name in several), _WORD.pattern]), re.IGNORECASE)
        return pattern.finditer(text)
    return _WORD.finditer(text)


def _readings(numbers: tuple[str | None, ...], month: int) -> dict[date, str]:
    """The days, and the order of each, that two numbers before and two after a month can mean."""
    first, second, third, fourth = numbers
    tries = (
        (third, second, "DMY"),  # 13 December 2024
        (second, third, "YMD"),  # 2024. december 13.
        (first, second, "YDM"),  # 2023. gada 2. oktobris
        (fourth, third, "MDY"),  # December 13, 2024
    )
    found: dict[date, str] = {}
    for year, day, order in tries:
        if year and day and len(year) == 4 and len(day) < 3 and (read := _day(year, str(month), day)):
            found.setdefault(read, order)
    return found


def _plausible(numbers: tuple[str | None, ...]) -> bool:
    """Whether a month has a day or a year at its side, as in "14. Feb" and "December 2024"."""
    _first, second, third, _fourth = numbers
    return any(
        number is not None and ((len(number) == 4 and number[:2] in {"19", "20"}) or 1 <= int(number) <= 31)
        for number in (second, third)
    )


def _like(numbers: tuple[str | None, ...]) -> bool:
    """Whether a word that names no month stands where one would: "13.Mar 2026" on a Hungarian page."""
    _first, second, third, _fourth = numbers
    return bool(second and third and len(second) < 3 and len(third) == 4 and third[:2] in {"19", "20"})


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


@cache
def _around(language: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What stands before and after the name of a month: numbers, with the words that CLDR's long dates put between."""
    pattern = locale(language).date_formats["long"].pattern
    literals = {word for quoted in re.findall(r"'([^']+)'", pattern) for word in _WORD.findall(quoted)}
    words = "|".join(sorted(map(re.escape, literals | {"of", "the", "den", "de", "del"}), key=len, reverse=True))
    gap, gap_without_comma = (rf"{blank}(?:(?:{words})(?!\w){blank})?" for blank in (r"[\s.,’]{0,3}", r"[\s.’]{0,3}"))
    # Not the 1 of 1.000.
    number = rf"(\d{{1,2}}|\d{{4}})(?!\d|\.\d){_ORDINAL}"
    # No comma between the two before: in "December 2024, 1 May 2020" the first year is not May's.
    before = re.compile(rf"(?<![\d\w])(?:{number}{gap_without_comma})?(?<!\d){number}{gap}(?:d’)?\Z", re.IGNORECASE)
    after = re.compile(rf"{gap}{number}(?:[-–]\w{{1,4}}(?!\w))?(?:{gap}{number})?", re.IGNORECASE)
    return before, after


@cache
def _names(language: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in locale(language).months[context][width].items():
                found.setdefault(_plain(name), int(number))
    return found


def month_of(word: str, language: str) -> int | None:
    """The month that a word names, in any case of a language with cases; None where none or several do."""
    names = _names(language)
    plain = _plain(word)
    if plain in names or language not in INFLECTED:
        return names.get(plain)
    stems: dict[int, set[int]] = {}
    for name, number in names.items():
        stem = _stem(name)
        if len(stem) >= 3 and plain.startswith(stem) and len(plain) - len(stem) <= 4:
            stems.setdefault(len(stem), set()).add(number)
    nearest = stems[max(stems)] if stems else set()
    return nearest.pop() if len(nearest) == 1 else None


def _stem(name: str) -> str:
    # The abbreviations of CLDR are no stems: "mar" begins many words.
    return name[: -2 if len(name) >= 6 else -1] if len(name) >= 5 else name + "\0"


def _plain(word: str) -> str:
    return " ".join(word.casefold().rstrip(".").split())
