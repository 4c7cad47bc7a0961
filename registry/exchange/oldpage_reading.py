"""All that one old page says, as far as it is recognised, and all that looks like a fact and is not."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from .oldpage import Page, decoded, is_html, known_language, language_of, text_lines, within_reach
from .oldpage_certifications import claims, unread
from .oldpage_dates import dateline, dates
from .oldpage_html import html_lines
from .oldpage_names import Entity, Names
from .oldpage_rows import Reader, Row, Rows, named_countries, rows
from .oldpage_spellings import Spellings

_SHOWN = 110


@dataclass(frozen=True)
class Known:
    """What pages are read with: companies, certifications and words that are no company, and the user's spellings."""

    entities: tuple[Entity, ...] = ()
    certifications: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    spelled: Spellings = field(default_factory=Spellings)


@dataclass
class Reading:
    """`named` holds the companies in the text alone; countries and certifications stand with how they are named."""

    page: Page
    label: str
    own_days: list[date] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    countries: dict[str, str] = field(default_factory=dict)
    certifications: dict[str, str] = field(default_factory=dict)
    # Kind and text of what is not recognised, as often as it stands there.
    unrecognised: Counter[tuple[str, str]] = field(default_factory=Counter)

    def rows_of(self, entity: str) -> list[Row]:
        return [row for row in self.rows if row.entity == entity]

    def presence(self, entity: str) -> str:
        return "listed" if self.rows_of(entity) else "in the text" if entity in self.named else ""


def page_of(name: str, data: bytes, language: str | None = None) -> Page:
    """A file as a page. Raise Unreadable with a sentence for whoever gave it."""
    text = decoded(name, data)
    code = (known_language(language) if language else None) or language_of(name, text)
    lines = html_lines(text) if is_html(text) else text_lines(text)
    return Page(name, code, tuple(within_reach(lines)))


def read(page: Page, label: str, known: Known) -> Reading:
    """What a page says."""
    ignored = [*known.ignored, *(text for text, _means in known.spelled.of("ignore", page.language))]
    names = Names(known.entities, page.language, ignored)
    reader = Reader(names, known.spelled, known.certifications)
    parted = rows(page.lines, reader)
    reading = Reading(page, label, rows=parted.rows)
    _read_days(reading, known.spelled)
    _read_companies(reading, parted, names)
    _read_countries(reading, parted, reader)
    _read_certifications(reading, known, ignored)
    return reading


def _read_days(reading: Reading, spelled: Spellings) -> None:
    own, every = [], []
    for line in reading.page.lines:
        found = dates(line.text, reading.page.language, spelled)
        every += [date.day for date in found if date.day]
        reading.unrecognised.update(("date", date.written) for date in found if not date.day)
        day = dateline(line.text, found)
        own += [day] if day else []
    reading.own_days = sorted(set(own))
    reading.days = sorted(set(every))


def _read_companies(reading: Reading, parted: Rows, names: Names) -> None:
    unrecognised = reading.unrecognised
    for line in reading.page.lines:
        for span in names.find(line.text):
            if len(span.entities) == 1:
                reading.named.add(span.entities[0])
            elif span.entities:
                unrecognised["name of several companies", f"{span.written} ({' or '.join(span.entities)})"] += 1
            else:
                unrecognised["company", span.written] += 1
        unrecognised.update(names.like(line.text))
    for text in parted.strange:
        unrecognised["row without a known company", _short(text)] += 1
    for row in parted.rows:
        if row.entity is None:
            unrecognised["row without a known company", _short(row.text)] += 1
        elif row.unread:
            unrecognised["row whose place is not recognised", f"{row.name}: {row.unread}"] += 1
        elif not row.where:
            unrecognised["row without a place", _short(row.text)] += 1


def _read_countries(reading: Reading, parted: Rows, reader: Reader) -> None:
    for code in named_countries(parted.rest, reader):
        reading.countries[code] = "in the text"
    for row in parted.rows:
        reading.countries.update(dict.fromkeys(row.customers, "as customers"))
    for row in parted.rows:
        reading.countries.update(dict.fromkeys(row.where, "in a row"))


def _read_certifications(reading: Reading, known: Known, ignored: Iterable[str]) -> None:
    details: dict[str, set[str]] = {}
    passed_over = set(ignored)
    for line in reading.page.lines:
        found = claims(line.text, reading.page.language, known.spelled, known.certifications)
        for claim in found:
            details.setdefault(claim.name, set()).update({claim.detail} - {""})
        for text in unread(line.text, found):
            if text not in passed_over:
                reading.unrecognised["certification", text] += 1
    reading.certifications = {name: ", ".join(["named", *sorted(told)]) for name, told in details.items()}


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN].rsplit(' ', 1)[0]} …"
