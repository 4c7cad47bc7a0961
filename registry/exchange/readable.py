"""The HTML of a document as a part of a page: its headings below the page's own, its wide tables within the screen."""

import re

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from .headings import under

# One with a row of headings has several columns; facts and their names fit a phone, and need no stop of the keyboard.
_WIDE = re.compile(r"<table\b[^>]*>\s*(?:<caption\b.*?</caption>\s*)?<thead\b.*?</table>", re.DOTALL)


def readable(html: str, level: int, table: str) -> SafeString:
    """`html` is ours and safe; its highest headings come to stand at a level. What its wide tables are called is
    told to those who scroll them by keyboard."""
    around = format_html('<div class="wide-table" role="group" tabindex="0" aria-label="{}">', table)
    moved = under(mark_safe(html), level)  # noqa: S308 - as the docstring says
    return mark_safe(_WIDE.sub(lambda found: f"{around}{found[0]}</div>", moved))  # noqa: S308 - it was safe before
