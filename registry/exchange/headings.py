"""The levels of the headings in HTML of ours, where it becomes part of a document with an outline of its own."""

import re

from django.utils.safestring import SafeString, mark_safe

_HEADING = re.compile(r"(</?h)([1-6])(?=[ >])")
DEEPEST = 6


def under(html: SafeString, level: int) -> SafeString:
    """As `markdown.html` gives it, with its highest headings at a level and no level left out below them."""
    found = sorted({int(match[2]) for match in _HEADING.finditer(html)})
    levels = {old: min(level + step, DEEPEST) for step, old in enumerate(found)}
    # In text every "<" is escaped: what looks like a heading is one.
    moved = _HEADING.sub(lambda match: f"{match[1]}{levels[int(match[2])]}", html)
    return mark_safe(moved)  # noqa: S308 - it was safe before
