"""What the public may read, as values: the chain of releases, the public languages and the day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Literal, Self

from .content import Content, decode, states, whole

Status = Literal["in_force", "superseded", "announced"]

# Decoded once for each text, whatever the number of days, languages and pages that show it.
_decoded = lru_cache(maxsize=256)(decode)


@dataclass(frozen=True)
class Entry:
    """A release as the public meets it on a day. Two entries are equal when digest and status are."""

    content: Content = field(compare=False, repr=False)
    text: str = field(compare=False, repr=False)
    digest: str
    status: Status

    @property
    def number(self) -> int:
        return self.content["number"]

    @property
    def in_force_on(self) -> date:
        """The day for existing customers, whom the policy's own address follows."""
        return date.fromisoformat(self.content["in_force_existing_on"])

    @property
    def in_force_new_on(self) -> date:
        return date.fromisoformat(self.content["in_force_new_on"])

    @cached_property
    def listed(self) -> dict[str, frozenset[str]]:
        """The keys of the subprocessors and of the locations that this release lists."""
        subprocessors = self.content["subprocessors"]
        return {
            "subprocessors": frozenset(row["key"] for row in subprocessors),
            "locations": frozenset(location["key"] for row in subprocessors for location in row["locations"]),
        }

    def percent(self, language: str) -> int:
        """How much of the release a language has whole, rounded down, so that 100 means all of it."""
        return 100 * whole(self._states, language) // len(self._states) if self._states else 100

    @cached_property
    def _states(self) -> list[dict[str, str]]:
        return states(self.content)


@dataclass(frozen=True)
class Site:
    """The site state that every public page is a function of; entries stand by number."""

    entries: tuple[Entry, ...]
    languages: tuple[str, ...]
    public_url: str
    day: date

    @classmethod
    def on(cls, releases: Iterable[tuple[str, str]], languages: Iterable[str], public_url: str, day: date) -> Self:
        """The state on a day, from each release's exact text and digest, by number."""
        found = [(_decoded(text), text, digest) for text, digest in releases]
        started = [content["number"] for content, _text, _digest in found if _in_force_on(content) <= day]
        current = max(started, default=0)
        entries = tuple(
            Entry(content, text, digest, _status(content["number"], current)) for content, text, digest in found
        )
        return cls(entries, tuple(languages), public_url, day)

    @property
    def current(self) -> Entry | None:
        """In force for existing customers."""
        return next((entry for entry in reversed(self.entries) if entry.in_force_on <= self.day), None)

    @property
    def current_new(self) -> Entry | None:
        """In force for new customers: never an earlier release than for existing ones."""
        return next((entry for entry in reversed(self.entries) if entry.in_force_new_on <= self.day), None)

    @property
    def announced(self) -> Entry | None:
        return next((entry for entry in self.entries if entry.in_force_on > self.day), None)

    @property
    def newest(self) -> Entry | None:
        return self.entries[-1] if self.entries else None

    def since(self, entry: Entry, noun: str, key: str) -> date:
        """From when on a key has been listed without a break, seen from an entry that lists it."""
        first = entry
        for earlier in reversed([found for found in self.entries if found.number < entry.number]):
            if key not in earlier.listed[noun]:
                break
            first = earlier
        return first.in_force_on


def _in_force_on(content: Content) -> date:
    return date.fromisoformat(content["in_force_existing_on"])


def _status(number: int, current: int) -> Status:
    if number == current:
        return "in_force"
    return "superseded" if number < current else "announced"
