"""What a passage of a release says to a reader: in their language, or else, visibly, in the one that binds."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from . import markdown
from .content import Content, Passage
from .localized import language_name, tag, text_direction
from .placeholders import Facts

# States in which a language's own text is what the release publishes in it.
TOLD = frozenset({"source", "translated"})


@dataclass(frozen=True)
class Said:
    """A passage as one reader gets it. `anchor` is the element's id where a foreign passage first stands on a page."""

    text: SafeString
    language: str
    foreign: bool = False
    anchor: str = ""
    language_name: str = ""

    @property
    def tag(self) -> str:
        return tag(self.language)

    @property
    def direction(self) -> str:
        return text_direction(self.language)

    @property
    def marked(self) -> SafeString:
        """The text alone, with its language where that is not the page's."""
        if not self.foreign:
            return self.text
        anchor = format_html(' id="{}"', self.anchor) if self.anchor else ""
        return format_html(
            '<span{} lang="{}" dir="{}" class="foreign">{}</span>', anchor, self.tag, self.direction, self.text
        )

    @property
    def badge(self) -> SafeString:
        """The name of a foreign passage's language, for the eye and for a voice."""
        if not self.foreign:
            return mark_safe("")
        return format_html(
            ' <small class="tongue"><span class="sr">{}</span> {}</small>',
            _("Not translated. Language:"),
            self.language_name,
        )

    def __html__(self) -> str:
        """As part of a line."""
        return self.marked + self.badge

    __str__ = __html__


@dataclass(frozen=True)
class Untranslated:
    """A passage that is not in the reader's language: where it stands, and what it belongs to."""

    anchor: str
    belongs_to: Said


class Reader:
    """A release's passages for one page in one language; `untranslated` collects those in another."""

    def __init__(self, content: Content, language: str) -> None:
        self.content, self.language = content, language
        self.source: str = content["source_language"]
        self.untranslated: dict[str, Untranslated] = {}
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
        told = passage["state"].get(self.language) in TOLD and self.language in passage["text"]
        language = self.language if told else self.source
        text = _told(passage["text"][language], self._service, language, self.language, block)
        if told:
            return Said(text, language)
        anchor = "" if place in self.untranslated else f"text:{place}"
        said = Said(text, language, foreign=True, anchor=anchor, language_name=language_name(language, self.language))
        if anchor:
            self.untranslated[place] = Untranslated(anchor, self._label(of, said))
        return said

    def untranslated_links(self) -> dict[str, Any]:
        """How many passages are in another language, and a link to the first of each thing they belong to."""
        links: dict[str, Untranslated] = {}
        for passage in self.untranslated.values():
            links.setdefault(passage.belongs_to.text, passage)
        return {"count": len(self.untranslated), "links": list(links.values())}

    def _label(self, of: "str | Said | None", said: Said) -> Said:
        if isinstance(of, str):
            return Said(escape(of), self.language)
        found = of or said
        return Said(found.text, found.language)


@lru_cache(maxsize=8192)
def _told(text: str, service: tuple[tuple[str, str | int], ...], language: str, reader: str, block: bool) -> SafeString:
    """Facts are named in the passage's language; its links lead to pages in the reader's."""
    facts = Facts(dict(service), language, pages=reader)
    return markdown.html(text, facts) if block else escape(markdown.plain(text, facts))
