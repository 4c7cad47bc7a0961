"""Staff's Markdown as HTML that is safe to serve: no raw HTML, a short list of tags, facts put in as plain text."""

import re
from html import escape
from urllib.parse import quote

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

from .placeholders import LINKS, PATTERN, Values, fill

TAGS = {"p", "br", "hr", "ul", "ol", "li", "strong", "em", "code", "blockquote", "a", "h3", "h4", "h5", "h6"}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}

_parser = MarkdownIt("commonmark", {"html": False}).disable(["image", "html_block", "html_inline"])
# Facts wait outside the Markdown, so that *.example.com starts no emphasis and a name no link.
_FIRST_SLOT = 0xF0000
# Where a fact is part of an address: [us](mailto:{contact}), <mailto:{contact}>.
_ADDRESS = re.compile(r"(?<=\]\()[^()\s]+|(?<=<)(?:https?|mailto):[^<>\s]+(?=>)")

# A path of ours in the address of a link; in the text beside it every "<" is escaped.
_OWN_PATH = re.compile(r'(<a\b[^>]*?\bhref=")(?=/(?!/))')


def html(text: str, facts: Values) -> SafeString:
    """A passage as block HTML; its headings begin at h3, below those of the page."""
    waiting: list[str] = []

    def put(name: str, value: str) -> str:
        if name in LINKS:
            return value
        waiting.append(_without_slots(value))
        return chr(_FIRST_SLOT + len(waiting) - 1)

    text = _ADDRESS.sub(lambda address: _addressed(address[0], facts), _without_slots(text))
    tokens = _parser.parse(fill(text, facts, put))
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


def absolute(rendered: str, public_url: str) -> SafeString:
    """HTML of ours for whoever reads it in a mail or a feed: its links to our own pages hold whole addresses."""
    return mark_safe(_OWN_PATH.sub(rf"\g<1>{public_url}", rendered))  # noqa: S308 - it was safe before


def plain(text: str, facts: Values) -> str:
    """A one-line passage (a heading, a place) with its facts: plain text, to be escaped where it is shown."""
    return fill(text, facts)


def _addressed(address: str, facts: Values) -> str:
    """A link's address with its facts, quoted, in their place: the parser and nh3 then look at the whole of it."""

    def replace(match: re.Match[str]) -> str:
        try:
            return quote(facts[match[1]], safe="@:/*") if match[1] is not None else match[0]
        except KeyError:
            return match[0]

    return PATTERN.sub(replace, address)


def _without_slots(text: str) -> str:
    return "".join(char for char in text if not 0xF0000 <= ord(char) <= 0xFFFFD)
