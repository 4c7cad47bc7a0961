"""What the page of one language lists: which passages by state and by part, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..actions.publishing import draft
from ..actions.surveying import PROFILE, part_of
from ..actions.translating import Passage, passages
from ..exchange.composing import Draft
from ..models import (
    INCOMPLETE,
    DpaTemplate,
    PolicySection,
    ProcessingLocation,
    Question,
    Region,
    Safeguard,
    State,
    Subprocessor,
)
from .naming import name_of

PER_PAGE = 50
TO_DO, ALL = "todo", "all"
# The filters, in the order of the work.
SHOWN: dict[str, tuple[Any, frozenset[State]]] = {
    TO_DO: (_("To do"), INCOMPLETE),
    "machine": (_("Machine translation"), frozenset({State.MACHINE})),
    "current": (_("To approve"), frozenset({State.CURRENT})),
    "approved": (_("Approved"), frozenset({State.APPROVED})),
    # Of passages: Django’s own “All” is of whatever a list shows.
    ALL: (pgettext_lazy("passages", "All"), frozenset(State)),
}
PARTS = {
    model.released_as: model for model in (Question, Region, Safeguard, Subprocessor, ProcessingLocation, DpaTemplate)
}


def part_name(key: str, heading: str = "") -> str:
    """A part of the draft as staff know it."""
    if key == PROFILE:
        return capfirst(str(_("privacy notice")))
    return heading or capfirst(str(PARTS[key]._meta.verbose_name_plural))


@dataclass(frozen=True)
class Choice:
    """What an address asks for."""

    language: str
    show: str = TO_DO
    part: str = ""
    number: str = ""
    # The passage that the page is turned to.
    at: str = ""

    @classmethod
    def of(cls, data: QueryDict, language: str) -> "Choice":
        show = data.get("show", "")
        return cls(
            language,
            show if show in SHOWN else TO_DO,
            data.get("group", ""),
            data.get("p", ""),
            data.get("at", ""),
        )

    @property
    def address(self) -> str:
        asked = {"group": self.part, "show": self.show if self.show != TO_DO else "", "p": self.number, "at": self.at}
        query = urlencode({name: value for name, value in asked.items() if value})
        page = reverse("admin:registry_translationpin_language", args=[self.language])
        return page + (f"?{query}" if query else "") + (f"#{quote(self.at)}" if self.at else "")


class Listing:
    """The passages of one language as they are now, and those that were asked for."""

    def __init__(self, choice: Choice, found: Draft | None = None) -> None:
        self.draft = found or draft()
        rows = list(passages(self.draft, [choice.language]))
        # The sections first: readers meet them first. Then the privacy notice, then the templates of agreements.
        last = [PROFILE, DpaTemplate.released_as]
        self.rows = sorted(rows, key=lambda row: last.index(part) + 1 if (part := part_of(row.noun)) in last else 0)
        self.choice = self._settled(choice)

    def _settled(self, choice: Choice) -> Choice:
        """A passage that the filter leaves out is shown among all."""
        if choice.part and not any(part_of(row.noun) == choice.part for row in self.rows):
            choice = replace(choice, part="")
        if not choice.at or any(row.key == choice.at for row in self.among(choice)):
            return choice
        there = any(row.key == choice.at for row in self.rows)
        return Choice(choice.language, ALL, at=choice.at) if there else replace(choice, at="")

    def among(self, choice: Choice) -> list[Passage]:
        states = SHOWN[choice.show][1]
        return [row for row in self._of(choice.part) if row.state in states]

    def _of(self, part: str) -> list[Passage]:
        return [row for row in self.rows if not part or part_of(row.noun) == part]

    @cached_property
    def page(self) -> Page[Passage]:
        asked: Sequence[Passage] = self.among(self.choice)
        paginator = Paginator(asked, PER_PAGE)
        keys = [row.key for row in asked]
        if self.choice.at in keys:
            return paginator.page(keys.index(self.choice.at) // PER_PAGE + 1)
        return paginator.get_page(self.choice.number)

    def passage(self, key: str) -> Passage | None:
        return next((row for row in self.rows if row.key == key), None)

    def after(self, key: str) -> str:
        """The key of the passage that comes next among those asked for."""
        later = [row.key for row in self.rows]
        asked = {row.key for row in self.among(self.choice)}
        here = later.index(key) + 1 if key in later else 0
        return next((one for one in later[here:] if one in asked), "")

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def done(self) -> int:
        return sum(row.state not in INCOMPLETE for row in self.rows)

    @property
    def filters(self) -> list[dict[str, Any]]:
        rows = self._of(self.choice.part)
        return [
            {
                "show": show,
                "label": label,
                "count": sum(row.state in states for row in rows),
                "address": replace(self.choice, show=show, number="", at="").address,
                "chosen": show == self.choice.show,
            }
            for show, (label, states) in SHOWN.items()
        ]

    @property
    def parts(self) -> list[dict[str, Any]]:
        """The parts of the draft, each with how many of its passages the filter shows."""
        found: dict[str, dict[str, Any]] = {}
        states = SHOWN[self.choice.show][1]
        for row in self.rows:
            key = part_of(row.noun)
            heading = name_of(row.noun) if isinstance(row.noun, PolicySection) else ""
            part = found.setdefault(
                key, {"key": key, "name": part_name(key, heading), "count": 0, "chosen": key == self.choice.part}
            )
            part["count"] += row.state in states
        return list(found.values())

    @property
    def turns(self) -> list[dict[str, Any]]:
        """The pages, to turn to; none where there is one."""
        paginator = self.page.paginator
        if paginator.num_pages == 1:
            return []
        return [
            {
                "number": number,
                "chosen": number == self.page.number,
                "address": replace(self.choice, number=str(number), at="").address if isinstance(number, int) else "",
            }
            for number in paginator.get_elided_page_range(self.page.number)
        ]


def choice_of(request: HttpRequest, language: str) -> Choice:
    return Choice.of(request.POST if request.method == "POST" else request.GET, language)
