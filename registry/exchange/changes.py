"""What changed from one release to another, told in one language: for pages, mails, feeds and programs."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from . import phrases
from .comparison import ADDED, CHANGED, Change, compare, differs, is_passage
from .content import Content
from .difference import Effort
from .localized import language_name, listing
from .naming import Names
from .rewritten import Rewritten, rewritten
from .telling import Told, sentences

# The passages in Markdown; all others are of one line.
_BLOCKS = {"body", "answer", "purpose", "privacy"}
# What joins or leaves with them.
_TEXT_OF = {"sections": "body", "questions": "answer"}


@dataclass(frozen=True)
class Item:
    """A sentence, and the passages that changed with what it tells."""

    told: Told
    texts: tuple[Rewritten, ...]


@dataclass(frozen=True)
class Changes:
    """Facts first, then texts. `lines` are the sentences alone, `html` and `text` all of it, `json()` its values."""

    before: Content | None
    after: Content
    language: str
    public_url: str
    items: tuple[Item, ...]
    # Languages of names that have no translation.
    borrowed: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.lines)

    @cached_property
    def lines(self) -> list[str]:
        """A sentence for each change; none where nothing at all differs."""
        with override(self.language):
            if self.items or self.before is None or not differs(self.before, self.after):
                return [item.told.sentence for item in self.items]
            return [phrases.reordered()]

    @cached_property
    def html(self) -> SafeString:
        """For a mail or a feed: it needs no style sheet, and with `public_url` its links lead here from anywhere."""
        return self._html(spoken=False)

    @cached_property
    def page(self) -> SafeString:
        """For a page of ours, whose style sheet hides the words that a screen reader needs."""
        return self._html(spoken=True)

    @cached_property
    def text(self) -> str:
        with override(self.language):
            parts = ["\n".join([heading, "", *self._written(items)]) for heading, items in self._groups()]
            return "\n\n".join(parts or self.lines) + ("\n\n" + self._note() if self.borrowed else "")

    def json(self) -> dict[str, Any]:
        """Codes, which no language changes, and beside them the sentences in this one."""
        return {
            "from": self.before["number"] if self.before else None,
            "to": self.after["number"],
            "language": self.language,
            "sentences": self.lines,
            "changes": [_values(item, line) for item, line in zip(self.items, self.lines, strict=False)],
        }

    def _groups(self) -> Iterator[tuple[str, list[Item]]]:
        headings = {
            "subprocessors": _("Subprocessors"),
            "locations": _("Processing locations"),
            "safeguards": _("Safeguards"),
            "transfer_mechanisms": _("Transfer mechanisms"),
            "regions": _("Regions"),
            "service": _("Service and provider"),
            "sections": _("Texts"),
            "questions": _("Questions and answers"),
        }
        for group, items in groupby(self.items, key=lambda item: item.told.group):
            yield headings[group], list(items)

    def _html(self, *, spoken: bool) -> SafeString:
        with override(self.language):
            groups = [
                (heading, [(item.told, [self._shown(text, spoken) for text in item.texts]) for item in items])
                for heading, items in self._groups()
            ]
            context = {
                "groups": groups,
                "lines": self.lines,
                "page": spoken,
                "note": self._note() if self.borrowed else "",
            }
            return render_to_string("public/changes.html", context)

    def _shown(self, text: Rewritten, spoken: bool) -> dict[str, Any]:
        return {
            "said": text,
            "language": text.language_name(self.language),
            "html": text.html(self.public_url, spoken=spoken),
        }

    def _written(self, items: list[Item]) -> Iterator[str]:
        for item in items:
            yield f"* {item.told.sentence}"
            for label, values in item.told.facts:
                yield from (f"  {label}: {value}" for value in values)
            for text in item.texts:
                yield from self._passage(text)

    def _passage(self, text: Rewritten) -> Iterator[str]:
        if text.title:
            yield f"  {text.title}"
        indent = "    " if text.title else "  "
        if text.foreign:
            language = text.language_name(self.language)
            yield indent + _("Language of this passage: %(language)s") % {"language": language}
        if text.outdated:
            yield indent + _("This translation is outdated: it was made from an earlier text.")
        yield from (indent + line for line in text.text(self.public_url))

    def _note(self) -> str:
        languages = listing([language_name(code, self.language) for code in sorted(self.borrowed)], self.language)
        return _("Not everything named here is translated. Language shown instead: %(language)s") % {
            "language": languages
        }


def told(before: Content | None, after: Content, language: str, *, public_url: str = "") -> Changes:
    """`before` is None for a first release, which is told by its facts: its texts are its pages."""
    with override(language):
        names, effort = Names(language, after, before), Effort()
        items = tuple(
            Item(one, tuple(_texts(one, before, after, names, effort)) if before else ())
            for one in sentences(compare(before, after), names)
        )
    return Changes(before, after, language, public_url, items, frozenset(names.borrowed))


def _texts(told: Told, before: Content, after: Content, names: Names, effort: Effort) -> Iterator[Rewritten]:
    spoken = [found for change in told.changes for found in _passages(change)]
    for change, field, was, now in spoken:
        name = "" if told.noun == "service" else names.name(change.noun, change.row, change.of)
        label = "" if change.action != CHANGED else names.label(change.noun, field)
        found = rewritten(
            (before, was),
            (after, now),
            names.language,
            key="profile/privacy" if field == "privacy" else f"{change.noun}/{change.key}/{field}",
            # Of one passage alone the sentence says which it is.
            title=" – ".join(filter(None, (name, label))) if len(spoken) > 1 else "",
            block=field in _BLOCKS,
            effort=effort,
        )
        if found:
            yield found


def _passages(change: Change) -> Iterator[tuple[Change, str, Any, Any]]:
    """The field, as it was and as it is, of each passage that a change touches and that is more than a name."""
    if change.action == CHANGED:
        if is_passage(change.before) or is_passage(change.after):
            yield change, change.field, change.before, change.after
    elif change.noun in _TEXT_OF:
        passage = change.row[_TEXT_OF[change.noun]]
        if passage:
            was, now = (None, passage) if change.action == ADDED else (passage, None)
            yield change, _TEXT_OF[change.noun], was, now


def _values(item: Item, sentence: str) -> dict[str, Any]:
    return {
        "group": item.told.group,
        "action": item.told.action,
        "noun": item.told.noun,
        "sentence": sentence,
        "rows": [_row(change) for change in item.told.changes],
        "facts": [{"label": label, "values": list(values)} for label, values in item.told.facts],
        "texts": [_text(text) for text in item.texts],
    }


def _row(change: Change) -> dict[str, Any]:
    row: dict[str, Any] = {"noun": change.noun, "key": change.key, "of": change.of["key"] if change.of else None}
    if change.action != CHANGED:
        return row
    row["field"] = change.field
    if not is_passage(change.before) and not is_passage(change.after):
        row |= {"before": change.before, "after": change.after}
    return row


def _text(text: Rewritten) -> dict[str, Any]:
    """A line without pieces stands for those that stayed as they were."""
    return {
        "passage": text.key,
        "language": text.language,
        "lines": [
            [{"action": a, "text": "".join(w.text for w in words)} for a, words in line.runs] for line in text.lines
        ],
    }
