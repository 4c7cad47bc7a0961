"""A company's old pages held against each other and against the registry's draft, before it takes their place."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from ..exchange.localized import territory
from ..exchange.oldpage import Page
from ..exchange.oldpage_names import Entity, bare
from ..exchange.oldpage_reading import Known, Reading, read
from ..exchange.oldpage_report import Disagreement, Presence, Report, Unrecognised
from ..exchange.oldpage_rows import Row
from ..exchange.oldpage_spellings import Spellings
from .registered import Registry
from .reviewing import same_name

_NOT_STATED = "not stated"


def known(facts: Registry | None, spelled: Spellings) -> Known:
    """What to read pages with: the registry's names and the user's."""
    facts = facts or Registry()
    entities: dict[str, tuple[str, ...]] = dict(facts.spellings)
    names = {same_name(spelling): name for name, more in entities.items() for spelling in (name, *more)}
    for company in spelled.companies:
        name = names.setdefault(same_name(company), company)
        own = tuple(spelling.text for spelling in spelled.entities if spelling.means == company)
        entities[name] = (*entities.get(name, ()), *own)
    return Known(
        entities=tuple(Entity(name, more) for name, more in entities.items()),
        certifications=facts.certifications,
        ignored=(facts.service,) if facts.service else (),
        spelled=spelled,
    )


def compare(pages: Sequence[Page], facts: Registry | None, spelled: Spellings) -> Report:
    """Read every page and tell what they disagree about."""
    languages = [page.language for page in pages]
    labels = [
        page.language if languages.count(page.language) == 1 else f"{page.language} ({page.name})" for page in pages
    ]
    what = known(facts, spelled)
    readings = [read(page, label, what) for page, label in zip(pages, labels, strict=True)]
    names = [entity.name for entity in what.entities]
    return Report(
        labels=tuple(labels),
        files=tuple(page.name for page in pages),
        with_registry=facts is not None,
        table=tuple(_presences(readings, names, facts)),
        disagreements=tuple(found for differences in _DIFFERENCES for found in differences(readings, names, facts)),
        unrecognised=tuple(
            Unrecognised(
                reading.label,
                reading.page.name,
                tuple((kind, text, times) for (kind, text), times in reading.unrecognised.items()),
            )
            for reading in readings
        ),
    )


def _presences(readings: Sequence[Reading], names: Iterable[str], facts: Registry | None) -> Iterator[Presence]:
    for name in names:
        cells = tuple(_cell(reading, name) for reading in readings)
        if any(cells) or (facts and name in facts.listed):
            yield Presence(name, cells, _registry_cell(facts, name) if facts else ())


def _cell(reading: Reading, name: str) -> tuple[str, ...]:
    found = reading.rows_of(name)
    if not found:
        return (reading.presence(name),) if reading.presence(name) else ()
    rows = f"{len(found)} rows" if len(found) > 1 else "1 row"
    counts = sorted({len({claim.name for claim in row.claims}) for row in found})
    codes = sorted({code for row in found for code in row.where}, key=_country)
    return (
        rows,
        *([", ".join(map(_country, codes))] if codes else []),
        *_placeless(found),
        *([f"certifications: {' or '.join(map(str, counts))}"] if counts != [0] else []),
    )


def _placeless(rows: Iterable[Row]) -> list[str]:
    without = [row for row in rows if not row.where]
    unread = sum(bool(row.unread) for row in without)
    told = ((unread, "place not recognised"), (len(without) - unread, "no place"))
    return [f"{what} ({number})" for number, what in told if number]


def _registry_cell(facts: Registry, name: str) -> tuple[str, ...]:
    places = ", ".join(sorted(map(_place, facts.places(name))))
    counts = sorted({len(location.certifications) for location in facts.locations.get(name, ())} - {0})
    return (
        _standing(facts, name),
        *([places] if places else []),
        *([f"certifications: {' or '.join(map(str, counts))}"] if counts else []),
    )


def _standing(facts: Registry, name: str) -> str:
    if name in facts.listed:
        return "listed"
    if name == facts.provider:
        return "the provider"
    return "not listed" if name in facts.spellings else "unknown"


def _country(code: str) -> str:
    return territory(code, "en") or code


def _place(code: str) -> str:
    return _country(code) if code else _NOT_STATED


def _dates(readings: Sequence[Reading], _names: object, facts: Registry | None) -> Iterator[Disagreement]:
    own = tuple(", ".join(day.isoformat() for day in reading.own_days) for reading in readings)
    registry = facts.in_force_on.isoformat() if facts and facts.in_force_on else ""
    if _differ(own) or (registry and own[0] and own[0] != registry):
        yield Disagreement("date", "the page’s own date", own, registry)
    others = sorted({day for reading in readings for day in reading.days if day not in reading.own_days})
    for day in others:
        values = tuple("named" if day in reading.days else "" for reading in readings)
        if _differ(values):
            yield Disagreement("other date", day.isoformat(), values)


def _companies(readings: Sequence[Reading], names: Iterable[str], facts: Registry | None) -> Iterator[Disagreement]:
    for name in names:
        values = tuple(reading.presence(name) for reading in readings)
        registry = _standing(facts, name) if facts else ""
        told = "listed" in values or (facts is not None and name in facts.listed)
        # A page without rows names companies in its text alone.
        against = facts is not None and values[0] in ({""} if name in facts.listed else {"listed"})
        # The provider's name stands in the text of every page; where no page lists it, that says nothing.
        provider = facts is not None and name == facts.provider and not told
        if (_differ(values) and not provider) or against:
            yield Disagreement("company", name, values, registry)


def _legal_forms(readings: Sequence[Reading], names: Iterable[str], facts: Registry | None) -> Iterator[Disagreement]:
    """Companies of one name and several legal forms, of which the pages list different ones."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name in names:
        alike[same_name(bare(name))].append(name)
    for group in alike.values():
        values = tuple("; ".join(name for name in group if reading.rows_of(name)) for reading in readings)
        stated = {value for value in values if value}
        if len(stated) > 1:
            listed = "; ".join(name for name in group if facts and name in facts.listed)
            subject = " against ".join(name for name in group if any(name in value for value in stated))
            yield Disagreement("legal form", subject, values, listed)


def _places(readings: Sequence[Reading], names: Iterable[str], facts: Registry | None) -> Iterator[Disagreement]:
    """The countries of a company's rows, on the pages that list it."""
    for name, rows, registry in _placed(readings, names, facts):
        codes = [sorted({code for row in found for code in row.where}, key=_country) for found in rows]
        values = tuple(
            "; ".join([", ".join(map(_country, mine)), *_placeless(found)]).strip("; ")
            for mine, found in zip(codes, rows, strict=True)
        )
        stated = [value for value in values if value]
        own = ", ".join(sorted(map(_country, registry)))
        if _differ(stated) or (facts and name in facts.listed and stated and stated[0] != own):
            yield Disagreement("places", name, values, own)


def _rows_without_place(
    readings: Sequence[Reading], names: Iterable[str], facts: Registry | None
) -> Iterator[Disagreement]:
    """Rows that name no place at all, of companies whose other rows name one."""
    for name, rows, _registry in _placed(readings, names, facts):
        without = tuple(_rows_without(found) for found in rows)
        if any(without):
            open_ = sum(not location.territory for location in facts.locations.get(name, ())) if facts else 0
            yield Disagreement("row without a place", name, without, _number(open_))


def _placed(
    readings: Sequence[Reading], names: Iterable[str], facts: Registry | None
) -> Iterator[tuple[str, list[list[Row]], set[str]]]:
    """The companies that some page or the registry places somewhere: their rows by page, the registry's countries."""
    for name in names:
        rows = [reading.rows_of(name) for reading in readings]
        registry = facts.places(name) - {""} if facts else set()
        if registry or any(row.where for found in rows for row in found):
            yield name, rows, registry


def _rows_without(rows: Iterable[Row]) -> str:
    return _number(sum(not row.where and not row.unread for row in rows))


def _number(rows: int) -> str:
    return "" if not rows else "1 row" if rows == 1 else f"{rows} rows"


def _row_certifications(
    readings: Sequence[Reading], names: Iterable[str], facts: Registry | None
) -> Iterator[Disagreement]:
    """What the rows of one company and one place claim, and how many that are."""
    for name in names:
        rows: dict[frozenset[str], list[list[Row]]] = defaultdict(lambda: [[] for _reading in readings])
        for number, reading in enumerate(readings):
            for row in reading.rows_of(name):
                rows[row.where][number].append(row)
        for where, found in sorted(rows.items(), key=lambda item: sorted(item[0])):
            values = tuple(_claimed({frozenset(c.name for c in row.claims) for row in mine}) for mine in found)
            own = _claimed(
                {place.certifications for place in facts.locations.get(name, ()) if {place.territory} - {""} == where}
                if facts
                else set()
            )
            stated = [value for value, mine in zip(values, found, strict=True) if mine]
            if _differ(stated) or (own and stated[0] != own):
                subject = f"{name}, {', '.join(sorted(map(_country, where))) or 'no country recognised'}"
                yield Disagreement("certifications of a row", subject, values, own)


def _claimed(sets: Iterable[frozenset[str]]) -> str:
    ordered = sorted(sets, key=lambda claims: (-len(claims), sorted(claims)))
    return " / ".join(f"{len(claims)}: {', '.join(sorted(claims))}" for claims in ordered if claims)


def _certifications(readings: Sequence[Reading], _names: object, facts: Registry | None) -> Iterator[Disagreement]:
    found = {name for reading in readings for name in reading.certifications} | (facts.claimed if facts else set())
    for name in sorted(found):
        values = tuple(reading.certifications.get(name, "") for reading in readings)
        claimed = facts is not None and name in facts.claimed
        if _differ(values) or (facts is not None and bool(values[0]) != claimed):
            yield Disagreement("certification", name, values, "claimed" if claimed else "")


def _countries(readings: Sequence[Reading], _names: object, facts: Registry | None) -> Iterator[Disagreement]:
    own = {place for places in map(facts.places, facts.listed) for place in places} - {""} if facts else set()
    found = {code for reading in readings for code in reading.countries} | own
    for code in sorted(found, key=_country):
        values = tuple(reading.countries.get(code, "") for reading in readings)
        in_rows = "in a row" in values or code in own
        if _differ(values) or (facts is not None and in_rows and (values[0] == "in a row") != (code in own)):
            yield Disagreement("country", _country(code), values, "a location" if code in own else "")


def _differ(values: Sequence[str]) -> bool:
    return len(set(values)) > 1


_DIFFERENCES: tuple[Callable[..., Iterator[Disagreement]], ...] = (
    _dates,
    _companies,
    _legal_forms,
    _places,
    _rows_without_place,
    _countries,
    _certifications,
    _row_certifications,
)
