"""What is wrong with a passage, a sentence each: by itself, and beside the source that it translates."""

import re
from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markdown_it import MarkdownIt

from .placeholders import PATTERN, Values, names, unknown

# A tag, a closing tag, a comment; <https://example.com> and <name@example.com> are Markdown links.
_RAW_HTML = re.compile(r"<(?![a-zA-Z][\w+.-]*:|[^\s<>]+@)(?:/?[a-zA-Z]|!--)[^<>]*>")
_parser = MarkdownIt("commonmark", {"html": False})


def faults(text: str, facts: Values | None) -> list[str]:
    found = [
        _("There is no fact for the placeholder %(written)s. To write a brace, double it.") % {"written": written}
        for written in dict.fromkeys(unknown(text, facts) if facts else ())
    ]
    if raw := _RAW_HTML.search(text):
        found.append(_("Write Markdown, not HTML: %(written)s would be shown as it stands.") % {"written": raw[0]})
    return found


def faults_beside(text: str, source: str, facts: Values | None) -> list[str]:
    """Of a translation: it names the facts that its source names, and has as many links."""
    return [*faults(text, facts), *_placeholders(Counter(names(text)), Counter(names(source))), *_links(text, source)]


def _placeholders(here: Counter[str], there: Counter[str]) -> Iterator[str]:
    if lost := there - here:
        yield _("The source has placeholders that are missing here: %(names)s") % {"names": _braced(lost)}
    if added := here - there:
        yield _("The source does not have these placeholders: %(names)s") % {"names": _braced(added)}


def _braced(found: Counter[str]) -> str:
    return " ".join(f"{{{name}}}" for name in sorted(found.elements()))


def _links(text: str, source: str) -> Iterator[str]:
    here, there = links(text), links(source)
    if here != there:
        yield (
            ngettext("The source has %(count)s link.", "The source has %(count)s links.", there) % {"count": there}
            + " "
            + ngettext(
                "%(count)s was found here. Write a link as [text](address).",
                "%(count)s were found here. Write a link as [text](address).",
                here,
            )
            % {"count": here}
        )


def links(text: str) -> int:
    """How many links a passage in Markdown has."""
    if "[" not in text and "<" not in text:
        return 0
    # Placeholders may hold what ends an address, such as a comma; which one it is does not matter here.
    plain = PATTERN.sub("x", text)
    return sum(child.type == "link_open" for token in _parser.parse(plain) for child in (token.children or ()) if child)
