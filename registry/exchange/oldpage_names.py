"""Where a line of an old page names which company, and which names of companies nobody knows.

The legal form tells companies of one name apart: "Quality Unit, LLC" is not "Quality Unit, s. r. o.". A name without
its form stands for the only company that bears it; where several do, it is told as open. Old pages run cells together
("ServiceTwilio, Inc."), so that a capital after a small letter begins a word.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import NamedTuple

from ..models.territories import countries
from .localized import territory
from .mentions import INFLECTED, typed
from .oldpage_places import apart

LEGAL_FORMS = (
    "LLC",
    "Ltd|Limited|Inc|Incorporated|Corp|Corporation|PLC|LLP|LP|Pte Ltd|Pty Ltd|DAC",
    "GmbH|mbH|AG|KG|SE|UG|GmbH & Co KG|e K|eK",
    "s r o|spol s r o|a s|k s|v o s|d o o|d d|j d o o",
    "SIA|AS|OÜ|UAB|AB|ApS|A/S|I/S|K/S|Oy|Oyj|ASA|hf|ehf",
    "Kft|Zrt|Nyrt|Bt|Sp z o o|S A|S A S|SAS|SARL|S à r l|S r l|S p A|SpA|S L|S L U|Lda|Ltda|EIRELI|Unipessoal Lda",
    "B V|N V|BV|NV|SA|SL|BVBA|SRL|IKE|ΑΕ|ΕΠΕ|ΙΚΕ|ООД|ЕООД|АД|ЕАД|ТОВ|ПрАТ|OOD|EOOD",
)


def _form(form: str) -> str:
    """A legal form however it is spaced and dotted: s.r.o., s. r. o., sro. Two letters want a dot: "as" is a word."""
    words = form.split()
    gap = r"\.?,?\s+"
    if all(len(word) == 1 for word in words):
        gap = r"\.?\s?" if len(words) > 2 else r"\.\s?"
    return gap.join(re.escape(word) for word in words) + r"\.?"


_FORMS = sorted((form for line in LEGAL_FORMS for form in line.split("|")), key=len, reverse=True)
_ANY_FORM = re.compile(
    rf"(?<!\w)(?:{'|'.join(_form(form) for form in _FORMS)}|L\.L\.C\.?)(?:(?!\w)|(?=[A-Z][a-z]))(?!['’&-]\w)"
)
_END_FORM = re.compile(rf"[\s,]+({'|'.join(_form(form) for form in _FORMS)}|L\.L\.C\.?)\s*$", re.IGNORECASE)
_CONNECTING = {"&", "and", "of", "de", "for", "und", "et", "og", "y", "e", "+"}
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Entity:
    """A company that is known: by its legal name, which tells it from all others, and by further spellings."""

    name: str
    spellings: tuple[str, ...] = ()


class Span(NamedTuple):
    """A place in a line. `entities` are the companies meant: one, several where that is open, none if unknown."""

    start: int
    end: int
    written: str
    entities: tuple[str, ...]


def bare(name: str) -> str:
    """A legal name without its legal form: Linode for Linode, LLC."""
    return _END_FORM.sub("", name.strip()).strip(" ,") or name


class Names:
    """The known companies, as a page in one language may write them."""

    def __init__(self, entities: Iterable[Entity], language: str, ignored: Iterable[str] = ()) -> None:
        self.language = language
        self.ignored = [re.compile(re.escape(word)) for word in sorted(ignored, key=len, reverse=True) if word]
        # Each line is asked about several times.
        self._found: dict[str, list[Span]] = {}
        full: dict[str, set[str]] = defaultdict(set)
        short: dict[str, set[str]] = defaultdict(set)
        for entity in entities:
            for name in (entity.name, *entity.spellings):
                full[name].add(entity.name)
                short[bare(name)].add(entity.name)
                for localized in _localized(bare(name), language):
                    short[localized].add(entity.name)
        # A full name wins over the same name as a company's short one.
        self._meant = {**short, **full}
        order = sorted(self._meant, key=len, reverse=True)
        self._patterns = [(name, re.compile(_pattern(name), re.IGNORECASE)) for name in order]
        self._short = {name.casefold() for name in short} - {name.casefold() for name in full if bare(name) != name}

    def find(self, text: str) -> list[Span]:
        """The companies that a line names, known and unknown, by place."""
        if text in self._found:
            return self._found[text]
        found: list[Span] = []
        for name, pattern in self._patterns:
            for match in pattern.finditer(text):
                if self._stands(text, match, name) and _free(found, match.start(), match.end()):
                    found.append(Span(match.start(), match.end(), match[0], tuple(sorted(self._meant[name]))))
        found = self._with_other_form(text, sorted(found))
        self._found[text] = sorted([*found, *_unknown(text, found)])
        return self._found[text]

    def like(self, text: str) -> list[tuple[str, str]]:
        """Words that are nearly the name of a known company, or that have a capital inside, as brands do."""
        rest = self.without(text, self.find(text))
        known = {name: name for name in self._meant if _WORD.fullmatch(name)}
        found = []
        for word in _WORD.findall(rest):
            near = get_close_matches(word, known, 1, 0.85) if len(word) > 4 and word[0].isupper() else []
            if near:
                found.append(("nearly a known name", f"{word} (nearly {near[0]})"))
            elif " " in (parted := apart(word)) and not any(typed(parted, self.language)):
                found.append(("capital inside a word", word))
        return found

    def without(self, text: str, spans: Iterable[Span]) -> str:
        """The line without the names of companies and the ignored words; other words keep their places."""
        for span in spans:
            text = text[: span.start] + " " * (span.end - span.start) + text[span.end :]
        for pattern in self.ignored:
            text = pattern.sub(lambda match: " " * len(match[0]), text)
        return text

    def _stands(self, text: str, match: re.Match[str], name: str) -> bool:
        """Whether a match is a word of its own, begun with a capital where the name has one."""
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 2]
        first = match[0][0]
        if name[0].isupper() and not first.isupper():
            return False
        if before and (before.isalnum() or before == "_") and not (before.islower() and first.isupper()):
            return False
        if not after or not (after[0].isalnum() or after[0] == "_") or match[0].endswith("."):
            return True
        if after[0].isupper():
            return any(char.islower() for char in name) or after[1:].islower()
        return len(name) > 4 and bool(self._ending.match(text, match.end()))

    @cached_property
    def _ending(self) -> re.Pattern[str]:
        """The end of a case, where the language has cases: Quality Uniti."""
        return re.compile(r"[^\W\d_]{1,2}(?!\w)" if self.language in INFLECTED else r"(?!)")

    def _with_other_form(self, text: str, found: list[Span]) -> list[Span]:
        """Without short names that a foreign legal form follows: Twilio GmbH is not Twilio, Inc."""
        kept = []
        for span in found:
            if span.written.casefold() in self._short:
                form = _form_after(text, span.end)
                if form and _free(found, form.start(), form.end()):
                    continue
            kept.append(span)
        return kept


def _form_after(text: str, place: int) -> re.Match[str] | None:
    """The legal form that ends the name which goes on here: at once, or after up to three more capitalised words."""
    for words in range(4):
        more = re.compile(rf"(?:[ ][^\W\d_a-z][\w&.-]*){{{words}}}\s{{0,2}},?\s{{0,2}}").match(text, place)
        if more and (form := _ANY_FORM.match(text, more.end())):
            return form
    return None


def _pattern(name: str) -> str:
    """A name however it is spaced and dotted, with its legal form however that is."""
    form = _END_FORM.search(name)
    stem = name[: form.start()] if form else name
    words = re.findall(r"\w+", stem)
    joined = r"[\W_]{1,4}".join(re.escape(word) for word in words) or re.escape(stem)
    if not form:
        return joined
    letters = re.findall(r"\w", form[1])
    return joined + r"[\s,]{1,3}" + r"[\s.&/]{0,3}".join(map(re.escape, letters)) + r"\.?"


def _localized(name: str, language: str) -> list[str]:
    """A name that ends in a country, with the country in the page's language: Quality Unit Ukraina."""
    stem, _space, last = name.rpartition(" ")
    return [
        f"{stem} {translated}"
        for code in countries()
        if stem and territory(code, "en") == last and (translated := territory(code, language)) and translated != last
    ]


def _free(found: Iterable[Span], start: int, end: int) -> bool:
    return not any(start < span.end and span.start < end for span in found)


def _unknown(text: str, known: list[Span]) -> list[Span]:
    """Capitalised names with a legal form that are no known company."""
    found: list[Span] = []
    for form in _ANY_FORM.finditer(text):
        floor = max((span.end for span in (*known, *found) if span.end <= form.start()), default=0)
        if not _free(known, form.start(), form.end()):
            continue
        start = _name_start(text, floor, form.start())
        if start < form.start():
            found.append(Span(start, form.end(), text[start : form.end()].strip(), ()))
    return found


def _name_start(text: str, floor: int, end: int) -> int:
    """Where the capitalised words before a legal form begin."""
    start = end
    for word in reversed(list(re.finditer(r"\S+", text[floor:end].removesuffix(" ").removesuffix(",")))[-5:]):
        written = word[0]
        joined = start < end
        if joined and written[-1] in ",.;:)|–—-!?":
            break
        if written.lower() in _CONNECTING and joined:
            continue
        if not (written.lstrip("(“\"'")[:1].isupper() or any(char.isupper() for char in written[1:])):
            break
        start = floor + word.start()
    return start
