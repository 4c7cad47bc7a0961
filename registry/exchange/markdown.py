"""Staff's Markdown as HTML that is safe to serve: no raw HTML, a short list of tags, facts put in as plain text."""

from html import escape

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from .placeholders import LINKS, Facts, fill

TAGS = {"p", "br", "hr", "ul", "ol", "li", "strong", "em", "code", "blockquote", "a", "h3", "h4", "h5", "h6"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}

_parser = MarkdownIt("commonmark", {"html": False}).disable(["image", "html_block", "html_inline"])
# Facts wait outside the Markdown, so that *.example.com starts no emphasis and a name no link.
_FIRST_SLOT = 0xF0000


def html(text: str, facts: Facts) -> SafeString:
    """A passage as block HTML; its headings begin at h3, below those of the page."""
    waiting: list[str] = []

    def put(name: str, value: str) -> str:
        if name in LINKS:
            return value
        waiting.append(value)
        return chr(_FIRST_SLOT + len(waiting) - 1)

    tokens = _parser.parse(fill(_without_slots(text), facts, put))
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
    rendered = nh3.clean(
        _parser.renderer.render(tokens, _parser.options, {}),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )
    for slot, value in enumerate(waiting):
        rendered = rendered.replace(chr(_FIRST_SLOT + slot), escape(value))
    return mark_safe(rendered.strip())  # noqa: S308 - nh3 has cleaned it, and facts are escaped


def plain(text: str, facts: Facts) -> str:
    """A one-line passage (a heading, a place) with its facts: plain text, to be escaped where it is shown."""
    return fill(text, facts)


def _without_slots(text: str) -> str:
    return "".join(char for char in text if not 0xF0000 <= ord(char) <= 0xFFFFD)
