"""How an agreement names what a release states: as the pages do, but that no translation in it is outdated."""

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from ..models import State
from . import markdown
from .content import SOURCE, UNPINNED, Content, Passage
from .headings import under
from .localized import tag
from .naming import Names
from .placeholders import Facts

# A passage in another state stands in the source language: what is signed says what binds.
_WHOLE = frozenset({SOURCE, UNPINNED, State.MACHINE, State.CURRENT, State.APPROVED})
# Passages in another language wait outside the text until it is HTML, as facts do in markdown.py.
_FIRST_SLOT = 0xF0000


class AgreementNames(Names):
    """`borrowed` are the languages of passages in another language; `machine` says whether a translation was made by
    machine. What `html` gives names the language of each part that is in another one."""

    def __init__(self, language: str, content: Content) -> None:
        super().__init__(language, content)
        self.machine = False
        self._waiting: list[SafeString] = []

    def text(self, passage: Passage) -> str:
        """A passage of one line; in another language a slot, which `html` fills."""
        language = self._told(passage)
        plain = markdown.plain(passage["text"][language], Facts(self.content["service"], language))
        if language == self.language:
            return plain
        self._waiting.append(format_html('<span lang="{}">{}</span>', tag(language), plain))
        return chr(_FIRST_SLOT + len(self._waiting) - 1)

    def html(self, told: str) -> SafeString:
        """What one of the other methods gave, as HTML; its lines as lines."""
        found = str(escape(told)).replace("\n", "<br>")
        for slot, waiting in enumerate(self._waiting):
            found = found.replace(chr(_FIRST_SLOT + slot), waiting)
        return mark_safe(found)  # noqa: S308 - escaped above, and by format_html

    def block(self, passage: Passage) -> SafeString:
        """A passage in Markdown."""
        language = self._told(passage)
        told = markdown.html(passage["text"][language], Facts(self.content["service"], language, self.language))
        found = under(told, 4)
        return found if language == self.language else format_html('<div lang="{}">{}</div>', tag(language), found)

    def _told(self, passage: Passage) -> str:
        state = passage["state"].get(self.language)
        if state in _WHOLE and self.language in passage["text"]:
            self.machine |= state == State.MACHINE
            return self.language
        source: str = self.content["source_language"]
        self.borrowed.add(source)
        return source
