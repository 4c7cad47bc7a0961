"""What a passage of a release says to a reader: in their language, or else, visibly, in the one that binds; and with a
mark where it says less than the source does."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ..models import State
from . import markdown
from .content import SOURCE, UNPINNED, Content, Passage
from .localized import language_name, tag, text_direction
from .placeholders import Facts

# States in which a language's own text is what the release publishes in it.
TOLD = frozenset({SOURCE, UNPINNED, State.OUTDATED, State.MACHINE, State.CURRENT, State.APPROVED})
# States that readers are told of, in the order in which they are.
MARKED = (State.MISSING, State.OUTDATED, State.MACHINE)


def shown(passage: Passage, language: str, source: str) -> str:
    """The language in which a reader gets a passage: their own, or else the one that binds."""
    told = passage["state"].get(language) in TOLD and language in passage["text"]
    return language if told else source


@dataclass(frozen=True)
class Said:
    """A passage as one reader gets it.

    `state` is one of MARKED, or empty. `anchor` is the element's id where a marked passage first stands on a page;
    `name` is its own wherever it stands. `current` is what the source of an outdated passage says.
    """

    text: SafeString
    language: str
    state: str = ""
    anchor: str = ""
    name: str = ""
    current: SafeString | None = None
    source: str = ""
    source_name: str = ""
    # On paper nothing opens: a mark says in words what it says.
    paper: bool = False

    @property
    def foreign(self) -> bool:
        return self.state == State.MISSING

    @property
    def outdated(self) -> bool:
        return self.state == State.OUTDATED

    @property
    def tag(self) -> str:
        return tag(self.language)

    @property
    def direction(self) -> str:
        return text_direction(self.language)

    @property
    def source_tag(self) -> str:
        return tag(self.source)

    @property
    def source_direction(self) -> str:
        return text_direction(self.source)

    @property
    def marked(self) -> SafeString:
        """The text alone, with its language where that is not the page's."""
        if not self.state:
            return self.text
        attributes = [("id", self.anchor)] if self.anchor else []
        if self.foreign:
            attributes += [("lang", self.tag), ("dir", self.direction), ("class", "foreign")]
        attributes.append(("data-state", self.state))
        return format_html("<span{}>{}</span>", format_html_join("", ' {}="{}"', attributes), self.text)

    @property
    def mark_id(self) -> str:
        """The id of the words that describe a heading's state; empty where there are none."""
        return f"mark:{self.name}" if self.foreign or self.outdated else ""

    @property
    def badge(self) -> SafeString:
        return badge([self])

    def __html__(self) -> str:
        """As part of a line."""
        return self.marked + self.badge

    __str__ = __html__


def badge(said: Iterable[Said | None]) -> SafeString:
    """The marks of one line, for the eye and for a voice, whatever the number of its passages.

    The mark of an outdated one opens what its source says now, without a script; where a browser knows no popover, the
    source stands there for all to read.
    """
    found = [passage for passage in said if passage]
    missing = next((passage for passage in found if passage.foreign), None)
    outdated = [passage for passage in found if passage.outdated]
    if any(passage.paper for passage in found):
        return _printed(missing, outdated)
    parts = []
    if missing:
        parts.append(
            format_html(
                ' <small class="tongue" id="{}" dir="auto"><span class="sr">{}</span> {}</small>',
                missing.mark_id,
                _("Not translated. Language:"),
                missing.source_name,
            )
        )
    if outdated:
        parts.append(_opening(outdated))
    return mark_safe("".join(parts))  # noqa: S308 - each part is escaped


def _opening(outdated: Sequence[Said]) -> SafeString:
    first = outdated[0]
    texts = format_html_join(
        "",
        '<span class="current-text" lang="{}" dir="{}">{}</span>',
        ((passage.source_tag, passage.source_direction, passage.current) for passage in outdated),
    )
    return format_html(
        ' <button class="mark" type="button" dir="auto" id="{mark}" popovertarget="{opened}">{outdated}</button>'
        '<span class="current" id="{opened}" popover>'
        '<span class="tongue" dir="auto">{made}</span><span class="tongue" dir="auto">{current}</span>{texts}</span>',
        mark=first.mark_id,
        opened=f"current:{first.name}",
        outdated=_("Outdated translation"),
        made=_("This translation is outdated: it was made from an earlier text."),
        current=_("Current text: %(language)s") % {"language": first.source_name},
        texts=texts,
    )


def _printed(missing: Said | None, outdated: Sequence[Said]) -> SafeString:
    told = (
        format_html(" <small>({} {})</small>", _("Not translated. Language:"), missing.source_name) if missing else ""
    )
    texts = format_html_join(
        "",
        ' <small>({}. {}: <span lang="{}">{}</span>)</small>',
        (
            (
                _("Outdated translation"),
                _("Current text: %(language)s") % {"language": passage.source_name},
                passage.source_tag,
                passage.current,
            )
            for passage in outdated
        ),
    )
    return format_html("{}{}", told, texts)


@dataclass(frozen=True)
class Marked:
    """A passage that readers are told of: its state, where it first stands, and what it belongs to."""

    state: str
    anchor: str
    belongs_to: Said


class Reader:
    """A release's passages for one page in one language; `marked` collects those whose state readers are told."""

    def __init__(self, content: Content, language: str, *, paper: bool = False) -> None:
        self.content, self.language, self.paper = content, language, paper
        self.source: str = content["source_language"]
        self.marked: dict[str, Marked] = {}
        self._times: dict[str, int] = {}
        self._service = tuple(sorted(content["service"].items()))

    def line(self, passage: Passage | None, place: str, of: "str | Said | None" = None) -> Said | None:
        """A passage of one line. `place` names it on the page; `of` is what it belongs to, else itself."""
        return self._said(passage, place, of, block=False)

    def block(self, passage: Passage | None, place: str, of: "str | Said | None" = None) -> Said | None:
        """A passage in Markdown, as block HTML."""
        return self._said(passage, place, of, block=True)

    def _said(self, passage: Passage | None, place: str, of: "str | Said | None", *, block: bool) -> Said | None:
        if passage is None:
            return None
        language = shown(passage, self.language, self.source)
        state = passage["state"].get(self.language, "") if language == self.language else State.MISSING
        text = self._text(passage, language, block)
        if state not in MARKED:
            return Said(text, language)
        said = Said(
            text,
            language,
            str(state),
            anchor="" if place in self.marked else f"text:{place}",
            name=self._name(place),
            current=self._text(passage, self.source, block) if state == State.OUTDATED else None,
            source=self.source,
            source_name=language_name(self.source, self.language),
            paper=self.paper,
        )
        if said.anchor:
            self.marked[place] = Marked(said.state, said.anchor, self._label(of, said))
        return said

    def _text(self, passage: Passage, language: str, block: bool) -> SafeString:
        return _told(passage["text"][language], self._service, language, self.language, block)

    def _name(self, place: str) -> str:
        """A passage may stand twice on a page; what belongs to it there has an id of its own each time."""
        self._times[place] = time = self._times.get(place, 0) + 1
        return place if time == 1 else f"{place}:{time}"

    def _label(self, of: "str | Said | None", said: Said) -> Said:
        if isinstance(of, str):
            return Said(escape(of), self.language)
        found = of or said
        return Said(found.text, found.language)


def notices(*readers: Reader) -> dict[str, Any]:
    """For each state that a page's readers are told of: how many passages, and links to where they stand.

    The links lead to the first passage of each thing that such passages belong to.
    """
    told: dict[str, Any] = {}
    for state in MARKED:
        marked = [passage for reader in readers for passage in reader.marked.values() if passage.state == state]
        links: dict[str, Marked] = {}
        for passage in marked:
            links.setdefault(passage.belongs_to.text, passage)
        if marked:
            told[str(state)] = {"count": len(marked), "links": list(links.values())}
    return told


@lru_cache(maxsize=8192)
def _told(text: str, service: tuple[tuple[str, str | int], ...], language: str, reader: str, block: bool) -> SafeString:
    """Facts are named in the passage's language; its links lead to pages in the reader's."""
    facts = Facts(dict(service), language, pages=reader)
    return markdown.html(text, facts) if block else escape(markdown.plain(text, facts))
