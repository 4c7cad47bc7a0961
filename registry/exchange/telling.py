"""What changed, told in a reader's language: a sentence for each change.

Every page, mail, feed and export that says what changed says it with these sentences. Rows of one kind of which the
same is to be said share one ("5 new questions: …"); a subprocessor that joins or leaves takes its processing locations
and transfer mechanisms into its own.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from ..models import Safeguard, State
from . import phrases
from .comparison import ADDED, CHANGED, REMOVED, Change, is_passage, states_changed
from .content import Content, rows
from .naming import Names, Row
from .stated import Fact, of_location, of_subprocessor

# What is told of, in the order in which it is; the nouns that share a group with another one.
GROUPS = (
    "subprocessors",
    "locations",
    "safeguards",
    "transfer_mechanisms",
    "regions",
    "service",
    "sections",
    "questions",
)
_GROUP = {"safeguard_sets": "safeguards", "contractual": "safeguards"}
_ACTIONS = (ADDED, REMOVED, CHANGED)
# Their names are prose, or hold commas of their own: a list in words would not show where one ends.
_APART = {"sections", "questions", "contractual", "safeguard_sets", "transfer_mechanisms"}

# Another name is told before what else changed.
_NAMED_BY = {"legal_name", "name", "heading", "question", "provider", "service"}


@dataclass(frozen=True)
class Told:
    """One sentence (what changed, then its details), what it tells of, and for what joins the facts stated of it."""

    group: str
    action: str
    noun: str
    line: str
    details: tuple[str, ...]
    changes: tuple[Change, ...]
    facts: tuple[Fact, ...] = ()

    @property
    def sentence(self) -> str:
        """In the active language."""
        return phrases.detailed(self.line, list(self.details))

    @property
    def html(self) -> SafeString:
        """The sentence with what changed standing out."""
        line = format_html("<strong>{}</strong>", self.line)
        return mark_safe(phrases.detailed(line, [escape(detail) for detail in self.details]))  # noqa: S308 - escaped


@dataclass(frozen=True)
class _Unit:
    """All changes of one row; units that are `alike` share a sentence."""

    noun: str
    changes: tuple[Change, ...]
    details: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()

    @property
    def first(self) -> Change:
        return self.changes[0]

    @property
    def alike(self) -> tuple[Any, ...]:
        first = self.first
        alone = first.key if first.noun == "subprocessors" and first.action != CHANGED else ""
        owner = first.of["key"] if first.of else ""
        return self.noun, first.action, alone, owner, self.details, self.facts


def tell(changes: Iterable[Change], content: Content, language: str, earlier: Content | None = None) -> list[str]:
    """The sentences alone.

    `content` is what the changes lead to, `earlier` what they come from: where names stand that only one of them has.
    """
    with override(language):
        return [told.sentence for told in sentences(changes, Names(language, content, earlier))]


def sentences(changes: Iterable[Change], names: Names) -> list[Told]:
    """Facts first, and of each kind what joins, what leaves and what is changed. In the active language."""
    alike: dict[tuple[Any, ...], list[_Unit]] = {}
    for unit in _Units(names, list(changes)).all():
        alike.setdefault(unit.alike, []).append(unit)
    told = [_told(units, names) for units in alike.values()]
    return sorted(told, key=lambda told: (GROUPS.index(told.group), _ACTIONS.index(told.action)))


def _told(units: list[_Unit], names: Names) -> Told:
    noun, first = units[0].noun, units[0].first
    found = [name for unit in units for name in _names(unit, names)]
    line = phrases.line(first.action, noun, _together(found, noun, names), len(found))
    if noun in {"locations", "transfer_mechanisms"} and first.of:
        owned = f"{first.of['legal_name']} – {_together(found, noun, names)}"
        line = phrases.line(first.action, noun, owned, len(found))
    return Told(
        group="sections" if first.field == "privacy" else _GROUP.get(noun, noun),
        action=first.action,
        noun=first.noun,
        line=line,
        details=units[0].details,
        changes=tuple(change for unit in units for change in unit.changes),
        facts=units[0].facts,
    )


def _names(unit: _Unit, names: Names) -> list[str]:
    first = unit.first
    if unit.noun == "service":
        return []
    if unit.noun == "safeguard_sets" and first.action == CHANGED:
        return [f"{of['legal_name']} – {names.place(row)}" for row, of in _places_of(names.content, first.key)]
    return [names.name(first.noun, first.row)]


def _places_of(content: Content, key: str) -> list[tuple[Row, Row]]:
    """The locations at which a set of safeguards holds, each with its subprocessor."""
    return [(row, of) for row, of in rows(content, "locations").values() if of and key in row["safeguard_sets"]]


def _together(found: list[str], noun: str, names: Names) -> str:
    if noun in _APART or any("," in name for name in found):
        return " · ".join(found)
    return names.listed(found)


class _Units:
    """The changes, row by row, without those that another row's sentence tells."""

    def __init__(self, names: Names, changes: list[Change]) -> None:
        self.names, self.changes = names, changes
        self.whole = {(c.action, c.key) for c in changes if c.noun == "subprocessors" and c.action != CHANGED}

    def all(self) -> Iterator[_Unit]:
        by_row: dict[tuple[str, ...], list[Change]] = {}
        for change in self.changes:
            apart = change.field == "privacy"
            by_row.setdefault((change.action, change.noun, change.key, "privacy" if apart else ""), []).append(change)
        for (action, noun, _key, _apart), changes in by_row.items():
            if not self._told_elsewhere(changes[0]):
                if noun == "safeguards" and changes[0].row["kind"] == Safeguard.Kind.CONTRACTUAL:
                    noun = "contractual"
                facts = self._facts(changes[0]) if action == ADDED else ()
                changes.sort(key=lambda change: change.field not in _NAMED_BY)
                yield _Unit(noun, tuple(changes), tuple(self._details(changes)), facts)

    def _told_elsewhere(self, change: Change) -> bool:
        if change.noun in {"locations", "transfer_mechanisms"} and change.of:
            return (change.action, change.of["key"]) in self.whole
        if change.noun == "safeguard_sets" and change.action != CHANGED:
            # Readers know a set by the places where it holds, and these are told.
            content = self.names.content if change.action == ADDED else self.names.earlier
            return bool(content and _places_of(content, change.key))
        return False

    def _facts(self, change: Change) -> tuple[Fact, ...]:
        if change.noun == "subprocessors":
            return of_subprocessor(change.row, self.names)
        return of_location(change.row, self.names) if change.noun == "locations" else ()

    def _details(self, changes: list[Change]) -> Iterator[str]:
        first = changes[0]
        if first.action == CHANGED:
            yield from self._changed(changes)
        elif first.noun == "subprocessors":
            places = [self.names.place(row) for row in first.row["locations"]]
            if places:
                yield phrases.places(_together(places, "locations", self.names), len(places))
            mechanisms = [self.names.mechanism(row) for row in first.row["transfer_mechanisms"]]
            if mechanisms:
                yield phrases.mechanisms(_together(mechanisms, "transfer_mechanisms", self.names), len(mechanisms))
        elif first.noun == "locations" and first.action == ADDED:
            yield from self._beside_earlier(first)

    def _beside_earlier(self, change: Change) -> Iterator[str]:
        """Which safeguards a new place has that none of the subprocessor's had, and which all had and it has not."""
        earlier = self.names.earlier
        places = rows(earlier, "locations").values() if earlier else ()
        named = [
            _named(earlier, row["safeguard_sets"])
            for row, of in places
            if earlier and of and change.of and of["key"] == change.of["key"]
        ]
        if not named:
            return
        here = _named(self.names.content, change.row["safeguard_sets"])
        new = [key for key in here if not any(key in there for there in named)]
        lost = [key for key in named[0] if all(key in there for there in named) and key not in here]
        yield from self._safeguards(new, phrases.newly_named)
        yield from self._safeguards(lost, phrases.not_named_here)

    def _safeguards(self, keys: list[str], phrase: Any) -> Iterator[str]:
        found = [self.names.safeguard(row) for row in (self.names.row("safeguards", key) for key in keys) if row]
        if found:
            yield phrase(_together(found, "safeguards", self.names), len(found))

    def _changed(self, changes: list[Change]) -> Iterator[str]:
        """Facts from what to what, then which passages were reworded."""
        for change in changes:
            if not is_passage(change.before) and not is_passage(change.after):
                yield from self._fact(change, changes)
        said: dict[Any, list[str]] = {}
        for change in changes:
            if is_passage(change.before) or is_passage(change.after):
                said.setdefault(_rewording(change), []).append(self.names.label(change.noun, change.field))
        for (phrase, codes), labels in said.items():
            passages = self.names.listed(labels)
            yield phrase(passages, self.names.languages(codes), len(codes)) if codes else phrase(passages)

    def _fact(self, change: Change, changes: list[Change]) -> Iterator[str]:
        names, noun, field = self.names, change.noun, change.field
        if field == "languages":
            yield from self._languages(set(change.before), set(change.after))
        elif noun == "safeguard_sets" and any(other.field == "match" for other in changes):
            if field == "match":
                before = {**change.row, **{other.field: other.before for other in changes}}
                yield self._claims(names.sentence(before), names.sentence(change.row))
        elif noun == "safeguard_sets" or field == "safeguard_sets":
            yield from self._renamed(change)
        else:
            values = [names.value(noun, field, value, change.row) for value in (change.before, change.after)]
            yield phrases.fact(names.label(noun, field), *values)

    def _languages(self, before: set[str], after: set[str]) -> Iterator[str]:
        for codes, phrase in ((after - before, phrases.languages_added), (before - after, phrases.languages_removed)):
            if codes:
                yield phrase(self.names.languages(codes), len(codes))

    def _renamed(self, change: Change) -> Iterator[str]:
        """By the safeguards that a set or a place names; where these are the same, by what is claimed of them."""
        names, earlier = self.names, self.names.earlier or self.names.content
        if change.noun == "safeguard_sets":
            before, after = change.before, change.after
        else:
            before, after = _named(earlier, change.before), _named(names.content, change.after)
        if set(before) != set(after):
            yield from self._safeguards([key for key in after if key not in before], phrases.newly_named)
            yield from self._safeguards([key for key in before if key not in after], phrases.no_longer_named)
        elif change.noun == "locations":
            then = Names(names.language, earlier).sentences(change.before)
            yield self._claims("; ".join(then), "; ".join(names.sentences(change.after)))

    def _claims(self, before: str, after: str) -> str:
        return phrases.fact(
            self.names.label("locations", "safeguard_sets"), before or _("not stated"), after or _("not stated")
        )


def _named(content: Content, sets: list[str]) -> list[str]:
    """The safeguards that some sets of a content name, each once."""
    found = rows(content, "safeguard_sets")
    return list(dict.fromkeys(key for name in sets if name in found for key in found[name][0]["safeguards"]))


def _rewording(change: Change) -> tuple[Any, tuple[str, ...]]:
    """How a passage was reworded: a phrase, and the languages that it names; none where it was in all of them."""
    if not change.before:
        return phrases.now_stated, ()
    if not change.after:
        return phrases.no_longer_stated, ()
    before, after = change.before["text"], change.after["text"]
    both = change.before["state"].keys() & change.after["state"].keys()
    touched = {code for code in both if before.get(code) != after.get(code)}
    if touched:
        return phrases.reworded, () if touched == both else tuple(sorted(touched))
    # The texts are what they were; only what readers are told of their translations is not.
    states = states_changed(change.before, change.after)
    if all(new == State.OUTDATED for _old, new in states.values()):
        return phrases.outdated, tuple(sorted(states))
    if all(old == State.OUTDATED for old, _new in states.values()):
        return phrases.no_longer_outdated, tuple(sorted(states))
    return phrases.restated, ()
