"""What the public may read, as values: the chain of releases, the public languages and the day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Literal, Self
from zoneinfo import ZoneInfo

from .content import Content, decode, is_withdrawal, states, whole

Status = Literal["in_force", "superseded", "announced", "withdrawn", "replaced", "withdrawal"]

# Decoded once for each text, whatever the number of days, languages and pages that show it.
_decoded = lru_cache(maxsize=256)(decode)


@dataclass(frozen=True)
class Entry:
    """An entry of the chain as the public meets it on a day. Two are equal when digest, status and end are.

    An announced release that a later entry withdrew or replaced is ended: `ended_by` is that entry's number, `ended_on`
    the day. A withdrawal holds no policy: no day in force, no lists.
    """

    content: Content = field(compare=False, repr=False)
    text: str = field(compare=False, repr=False)
    digest: str
    status: Status
    ended_by: int | None = None
    ended_on: date | None = None

    @property
    def number(self) -> int:
        return self.content["number"]

    @property
    def is_withdrawal(self) -> bool:
        return is_withdrawal(self.content)

    @property
    def ends(self) -> int | None:
        """The announced release that this entry withdraws or replaces."""
        return self.content["ends"]

    @property
    def announced_on(self) -> date:
        return date.fromisoformat(self.content["announced_on"])

    @property
    def in_force_on(self) -> date:
        """The day for existing customers, whom the policy's own address follows."""
        return date.fromisoformat(self.content["in_force_existing_on"])

    @property
    def in_force_new_on(self) -> date:
        return date.fromisoformat(self.content["in_force_new_on"])

    @property
    def objection_deadline(self) -> date | None:
        written = self.content.get("objection_deadline")
        return date.fromisoformat(written) if written else None

    def stands_on(self, day: date) -> bool:
        return self.ended_on is None or day < self.ended_on

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
    """The site state that every public page is a function of; the chain stands by number."""

    chain: tuple[Entry, ...]
    languages: tuple[str, ...]
    public_url: str
    day: date

    @classmethod
    def on(cls, releases: Iterable[tuple[str, str]], languages: Iterable[str], public_url: str, day: date) -> Self:
        """The state on a day, from each entry's exact text and digest, by number."""
        found = [(_decoded(text), text, digest) for text, digest in releases]
        enders = {content["ends"]: content for content, _text, _digest in found if content["ends"]}
        current = max(
            (
                content["number"]
                for content, _text, _digest in found
                if not is_withdrawal(content) and content["number"] not in enders and _in_force_on(content) <= day
            ),
            default=0,
        )
        chain = tuple(
            Entry(content, text, digest, _status(content, ender, current), *_end(ender))
            for content, text, digest in found
            for ender in [enders.get(content["number"])]
        )
        return cls(chain, tuple(languages), public_url, day)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """The releases: entries that state a policy, ended ones among them."""
        return tuple(entry for entry in self.chain if not entry.is_withdrawal)

    @property
    def current(self) -> Entry | None:
        """In force for existing customers."""
        return self.in_force(self.day)

    def in_force(self, day: date) -> Entry | None:
        """In force for existing customers on any day, as far as it is known today."""
        found = (entry for entry in reversed(self.entries) if entry.in_force_on <= day and entry.stands_on(day))
        return next(found, None)

    @property
    def current_new(self) -> Entry | None:
        """In force for new customers: never an earlier release than for existing ones."""
        return self.in_force_new(self.day)

    def in_force_new(self, day: date) -> Entry | None:
        """In force for new customers on any day: one that was withdrawn had been, until that day."""
        found = (entry for entry in reversed(self.entries) if entry.in_force_new_on <= day and entry.stands_on(day))
        return next(found, None)

    @property
    def announced(self) -> Entry | None:
        return next((entry for entry in self.entries if entry.status == "announced"), None)

    @property
    def newest(self) -> Entry | None:
        """The newest release that stands."""
        return next((entry for entry in reversed(self.entries) if entry.ended_by is None), None)

    @property
    def last(self) -> Entry | None:
        """The end of the chain, whatever kind of entry it is."""
        return self.chain[-1] if self.chain else None

    @property
    def shown(self) -> Entry | None:
        """Whose facts of the service stand around every page: the release in force, before the first one any entry."""
        return self.current or self.newest or self.last

    def entry(self, number: int) -> Entry | None:
        return next((entry for entry in self.chain if entry.number == number), None)

    def before(self, entry: Entry) -> Entry | None:
        """The release that another one changes: what existing customers have when it comes into force."""
        found = (
            earlier
            for earlier in reversed(self.entries)
            if earlier.number < entry.number
            and not (earlier.ended_by and earlier.ended_by <= entry.number)
            and earlier.in_force_on <= entry.in_force_on
        )
        return next(found, None)

    def open_to_objections(self, entry: Entry) -> bool:
        """Whether customers may still object to a release: until its last day has passed, while it stands."""
        return entry.ended_by is None and entry.objection_deadline is not None and self.day <= entry.objection_deadline

    def since(self, entry: Entry, noun: str, key: str) -> date:
        """From when on a key has been listed without a break, seen from an entry that lists it."""
        first, earlier = entry, self.before(entry)
        while earlier is not None and key in earlier.listed[noun]:
            first, earlier = earlier, self.before(earlier)
        return first.in_force_on


def _in_force_on(content: Content) -> date:
    return date.fromisoformat(content["in_force_existing_on"])


def _status(content: Content, ender: Content | None, current: int) -> Status:
    if is_withdrawal(content):
        return "withdrawal"
    if ender is not None:
        return "withdrawn" if is_withdrawal(ender) else "replaced"
    if content["number"] == current:
        return "in_force"
    return "superseded" if content["number"] < current else "announced"


def _end(ender: Content | None) -> tuple[int | None, date | None]:
    """Published in the time zone that days turn in, so that what was ended at noon did not stand that evening."""
    if ender is None:
        return None, None
    published = datetime.fromisoformat(ender["published_at"]).astimezone(ZoneInfo(ender["time_zone"]))
    return ender["number"], published.date()
