"""The matrix: how much of each part of the draft is current in each language."""

from dataclasses import dataclass

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..actions.surveying import Count, Part, survey, together
from ..exchange.localized import listing, percent
from ..models import State
from .naming import language_label, spoken
from .workbench_pages import ALL, TO_DO, Choice, part_name


@dataclass(frozen=True)
class Cell:
    """One language's share of one part, and where it is worked on."""

    count: Count
    language: str
    address: str = ""

    @property
    def told(self) -> str:
        """What the share leaves open, in words."""
        missing, outdated = (self.count.states[state] for state in (State.MISSING, State.OUTDATED))
        said = []
        if missing:
            said.append(ngettext("%(count)s missing", "%(count)s missing", missing) % {"count": missing})
        if outdated:
            said.append(ngettext("%(count)s outdated", "%(count)s outdated", outdated) % {"count": outdated})
        return listing(said, spoken()) if said else ""

    @property
    def states(self) -> str:
        """The states that need somebody, for tests and scripts."""
        return " ".join(state.value for state in (State.MISSING, State.OUTDATED) if self.count.states[state])

    @property
    def share(self) -> str:
        return percent(self.count.percent, spoken())

    @property
    def machine(self) -> str:
        return percent(self.count.share(State.MACHINE), spoken())

    @property
    def approved(self) -> str:
        return percent(self.count.share(State.APPROVED), spoken())


@dataclass(frozen=True)
class Row:
    key: str
    name: str
    together: Cell
    cells: list[Cell]

    @property
    def shown(self) -> list[Cell]:
        """All languages together first, where there are several."""
        return [self.together, *self.cells] if len(self.cells) > 1 else self.cells


@dataclass(frozen=True)
class Matrix:
    languages: list[dict[str, str]]
    total: Row
    rows: list[Row]


def matrix(codes: list[str], source: str) -> Matrix:
    codes = sorted(codes, key=lambda code: language_label(code).casefold())
    parts = survey(codes, source)
    rows = [_row(part.key, _name(part, source), part.counts, codes) for part in parts]
    totals = {code: together(part.counts[code] for part in parts) for code in codes}
    languages = [{"code": code, "name": language_label(code), "address": Choice(code).address} for code in codes]
    return Matrix(languages, _row("", _("All passages"), totals, codes), rows)


def _name(part: Part, source: str) -> str:
    heading = part.heading.get(spoken()) or part.heading.get(source, "") or part.key.rpartition("/")[2]
    return part_name(part.key, Truncator(heading).chars(80) if part.key.startswith("sections/") else "")


def _row(key: str, name: str, counts: dict[str, Count], codes: list[str]) -> Row:
    cells = []
    for code in codes:
        # A complete part has nothing to do: there the link shows what it says.
        show = TO_DO if counts[code].left or not key else ALL
        cells.append(Cell(counts[code], code, Choice(code, show, part=key).address))
    return Row(key, name, Cell(together(counts.values()), ""), cells)
