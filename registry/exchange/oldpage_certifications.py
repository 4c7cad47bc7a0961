"""The certifications that an old page claims: those of the families that audits and standards have, those of the
registry, and the user's spellings. What only looks like one is told apart."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple

from .localized import locale
from .oldpage_spellings import Spellings, alternatives

_ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV"}
# Capitals with a number (BS 10012, C5:2020), or a rating without its scale (III+).
_LIKE = re.compile(r"(?<![\w/.])(?:[A-Z]{2,6}[ -]?\d{2,5}(?:[-:.]\d+)*|[A-Z]\d:\d{4}|[IVX]+ ?\+)(?!\w)")


class Claim(NamedTuple):
    """A certification by its usual name, with what the page adds to it (an edition, a type), and its place."""

    name: str
    detail: str
    start: int
    end: int


class _Family(NamedTuple):
    first: str
    # What a list leaves out: "Tier III+ or IV", "ISO 27001, 27017 and 27018".
    more: str
    claim: Callable[[re.Match[str]], tuple[str, str]]


_FAMILIES = (
    _Family(
        r"ISO(?:\s?/\s?(?:IEC|TS|TR))*[\s-]*(?P<number>\d{4,5})(?:-(?P<part>\d))?(?!\d)(?::\s?(?P<year>\d{4}))?",
        r"(?P<number>9001|14001|20000|22301|27\d{3})(?:-(?P<part>\d))?(?!\d)(?::\s?(?P<year>\d{4}))?",
        lambda m: (f"ISO {m['number']}{'-' + m['part'] if m['part'] else ''}", m["year"] or ""),
    ),
    _Family(
        r"SOC[\s-]*(?P<number>[123])(?!\d)(?:\s*,?\s*[Tt][^\W\d_]{2,4}\s*(?P<type>II|I|[12])(?!\w))?",
        r"(?P<number>[123])(?![\d.])(?P<type>(?!))?",
        lambda m: (f"SOC {m['number']}", f"type {_ROMAN.get(m['type'], m['type'])}" if m["type"] else ""),
    ),
    _Family(r"SSAE[\s-]*(?:No\.?\s*)?(?P<number>\d\d)(?!\d)", "", lambda m: (f"SSAE {m['number']}", "")),
    _Family(r"ISAE[\s-]*(?P<number>\d{4})(?!\d)", "", lambda m: (f"ISAE {m['number']}", "")),
    _Family(r"SAS[\s-]*70(?!\d)", "", lambda m: ("SAS 70", "")),
    _Family(r"PCI[\s-]*DSS(?:\s*v?(?P<year>\d\.\d(?:\.\d)?))?", "", lambda m: ("PCI DSS", m["year"] or "")),
    _Family(
        r"(?:Tier|TIER)[\s-]*(?P<number>IV|I{1,3}|[1-4])(?!\w)(?:\s?(?P<plus>\+))?",
        r"(?P<number>IV|I{1,3}|[1-4])(?![\w])(?:\s?(?P<plus>\+))?",
        lambda m: (f"Tier {_ROMAN.get(m['number'], m['number'])}{m['plus'] or ''}", ""),
    ),
    _Family(r"NIST[\s-]*(?:SP[\s-]*)?(?P<number>800-\d+)", "", lambda m: (f"NIST {m['number']}", "")),
    _Family(r"FIPS[\s-]*(?P<number>\d{3}(?:-\d)?)", "", lambda m: (f"FIPS {m['number']}", "")),
    _Family(r"EN[\s-]*(?P<number>50600|301\s?549)(?!\d)", "", lambda m: (f"EN {m['number']}", "")),
    _Family(r"(?:BSI[\s-]*)?C5(?::(?P<year>\d{4}))?(?!\w)", "", lambda m: ("BSI C5", m["year"] or "")),
    *(
        _Family(re.escape(name).replace(r"\ ", r"[\s-]+"), "", lambda m, name=name: (name, ""))  # type: ignore[misc]
        for name in (
            *("CSA STAR", "HIPAA", "HITRUST", "FedRAMP", "FISMA", "TISAX", "IRAP", "Cyber Essentials Plus"),
            *("Cyber Essentials", "EU Cloud Code of Conduct"),
        )
    ),
)


def claims(text: str, language: str, spelled: Spellings, registered: Iterable[str]) -> list[Claim]:
    """Every certification that a text names, by place; `registered` are the registry's own names."""
    found: list[Claim] = []
    names = {key(name): usual(name) for name in (*registered, *dict.fromkeys(s.means for s in spelled.certifications))}

    def add(name: str, detail: str, start: int, end: int) -> None:
        if not any(start < claim.end and claim.start < end for claim in found):
            found.append(Claim(names.get(key(name), name), detail, start, end))

    pairs = spelled.of("certifications", language)
    pattern = alternatives(pairs)
    for match in pattern.finditer(text) if pattern else ():
        add(dict(pairs)[match[0]], "", match.start(), match.end())
    for family, first, more in _families(language):
        for match in first.finditer(text):
            add(*family.claim(match), match.start(), match.end())
            while family.more and (match := more.match(text, match.end())):  # type: ignore[assignment]
                add(*family.claim(match), match.start("number"), match.end())
    for name in sorted(names.values(), key=len, reverse=True):
        for match in _spelled(name).finditer(text):
            add(name, "", match.start(), match.end())
    return sorted(found, key=lambda claim: claim.start)


def unread(text: str, found: list[Claim]) -> list[str]:
    """What looks like a certification and is none of those found."""
    return [
        match[0]
        for match in _LIKE.finditer(text)
        if not any(match.start() < claim.end and claim.start < match.end() for claim in found)
    ]


def key(name: str) -> str:
    """A certification's name without what pages write differently: ISO/IEC 27001 is ISO 27001, SSAE-16 is SSAE 16."""
    name = (_claim(name) or (name,))[0]
    return "".join(char for char in name.casefold() if char.isalnum() or char == "+")


def usual(name: str) -> str:
    """The name that stands for all editions of a certification: ISO 27001 for ISO/IEC 27001:2022; else the name."""
    claim = _claim(name)
    return claim[0] if claim and claim[1] else name


def _claim(name: str) -> tuple[str, str] | None:
    found = ((family, first.fullmatch(name.strip())) for family, first, _more in _families("en"))
    return next((family.claim(match) for family, match in found if match), None)


@cache
def _spelled(name: str) -> re.Pattern[str]:
    words = re.findall(r"[^\W_]+\+?", name)
    joined = r"[\s-]*".join(re.escape(word) for word in words) or r"(?!)"
    return re.compile(rf"(?<!\w){joined}(?![\d+]|[^\W\d_]*[A-Z]{{2}})(?![a-z])")


@cache
def _families(language: str) -> list[tuple[_Family, re.Pattern[str], re.Pattern[str]]]:
    """Each family's patterns: lists go on with a comma, a slash, or the language's own words for "and" and "or"."""
    styles = locale(language).list_patterns
    words = {
        re.sub(r"\{\d\}", "", styles[style][part]).strip(" ,،") for style in ("standard", "or") for part in ("2", "end")
    }
    joints = "|".join(re.escape(word) for word in sorted(words - {""}, key=len, reverse=True)) or "(?!)"
    between = rf"(?:\s*[,/&]\s*(?:(?:{joints})\s+)?|\s+(?:{joints})\s+)"
    return [(family, re.compile(rf"(?<!\w){family.first}"), re.compile(between + family.more)) for family in _FAMILIES]
