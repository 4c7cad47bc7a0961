"""What of each language's text stands in the way of a release, or would be published with a mark: lists for staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from ..actions import translating
from ..actions.checking import Problem, by_language, passage_name
from ..exchange.composing import Draft
from ..exchange.localized import language_name
from ..models import State
from .mending import address, passage

# More of one language's passages are folded away.
MOST = 8


@dataclass(frozen=True)
class Line:
    text: str
    address: str
    state: State | None = None


@dataclass(frozen=True)
class Held:
    """One language's passages, the first of them and the rest."""

    code: str
    name: str
    lines: list[Line]

    @property
    def count(self) -> int:
        return len(self.lines)

    @property
    def first(self) -> list[Line]:
        return self.lines[:MOST]

    @property
    def rest(self) -> list[Line]:
        return self.lines[MOST:]


def refused(request: HttpRequest, problems: Iterable[Problem], source: str = "") -> tuple[list[Line], list[Held]]:
    """Problems with the addresses where they are mended: of the draft as a whole, and language by language."""
    general, told = by_language(problems)
    lines = [Line(problem.message, _mended(request, problem, source)) for problem in general]
    return lines, [_held(code, [_line(request, problem, source) for problem in found]) for code, found in told.items()]


def marked(request: HttpRequest, found: Draft) -> list[Held]:
    """The languages whose missing and outdated passages would be published with a mark, and these passages."""
    source = found.profile.source_language
    return [
        _held(
            told.language,
            [
                Line(
                    passage_name(row.noun, row.field),
                    passage(request, row.noun, row.field, row.language, source),
                    row.state,
                )
                for row in told.incomplete
            ],
        )
        for told in translating.marked(found)
    ]


def _held(code: str, lines: list[Line]) -> Held:
    known = code in dict(settings.LANGUAGES)
    return Held(code, language_name(code, get_language() or "en") if known else code, lines)


def _line(request: HttpRequest, problem: Problem, source: str) -> Line:
    name = passage_name(problem.noun, problem.field) if problem.state else problem.message
    return Line(name, _mended(request, problem, source), problem.state)


def _mended(request: HttpRequest, problem: Problem, source: str) -> str:
    noun: Any = problem.noun
    if noun is None or isinstance(noun, type):
        return address(request, noun)
    return passage(request, noun, problem.field, problem.language, source)
