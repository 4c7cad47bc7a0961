"""How far a command is, on one line of a terminal; nothing where nobody looks.

What a command has to say it says afterwards: the line would stand before it.
"""

from collections.abc import Iterable, Iterator
from typing import Any


def told[T](items: Iterable[T], stream: Any) -> Iterator[T]:
    """Each item, its number and name said on the command's stream while it is worked on."""
    shown = stream.isatty()
    rows = list(items)
    for number, item in enumerate(rows, 1):
        if shown:
            # Back to the line's beginning, and clear it (ECMA-48).
            stream.write(f"\r\x1b[K{number}/{len(rows)} {item}", str, ending="")
            stream.flush()
        yield item
    if shown and rows:
        stream.write("\r\x1b[K", str, ending="")
        stream.flush()
