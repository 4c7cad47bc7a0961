"""Where a person's strings stand, however they are written: in every column of every table, and in every file."""

import base64
import io
import json
import quopri
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db import connection
from pypdf import PdfReader
from pypdf.errors import PyPdfError

# Of a document's bytes, so many tell it from any other.
WINDOW = 48


def strings(*people: dict[str, str]) -> list[str]:
    """The lines of all that was said of a person."""
    return sorted({line for person in people for value in person.values() for line in value.split("\n") if line})


@cache
def spellings(text: str) -> set[bytes]:
    """The ways in which programs write a text: as it is, escaped, or encoded."""
    plain = text.encode()
    ways = {plain, text.encode("utf-16-be"), text.encode("utf-16-le"), text.encode("latin-1", "replace")}
    ways |= {json.dumps(text)[1:-1].encode(), escape(text).encode(), quote(text).encode(), plain.hex().encode()}
    ways |= {quopri.encodestring(plain), *_in_base64(plain)}
    return {way for way in ways if len(way) > 3 and b"?" not in way.strip(b"?")[1:]}


def _in_base64(plain: bytes) -> Iterator[bytes]:
    """Without the ends, which depend on what stands beside it."""
    for shift in range(3):
        body = base64.b64encode(b"\0" * shift + plain)
        if len(body) > 16:
            yield body[4:-4]


def found(texts: Iterable[str], content: bytes) -> set[str]:
    """Which of the texts stand in the bytes, in a document among them, or in what they were packed from."""
    whole = b"\n".join(_unpacked(content))
    # A mail breaks its lines.
    whole += b"\n" + re.sub(rb"=\r?\n", b"", whole) + b"\n" + re.sub(rb"(?<=[\w+/]{60})\r?\n", b"", whole)
    return {text for text in texts if any(way in whole for way in spellings(text))}


def _unpacked(content: bytes) -> Iterator[bytes]:
    yield content
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            yield zlib.decompressobj().decompress(stream)
        except zlib.error:
            continue
    if content.startswith(b"%PDF"):
        try:
            read = PdfReader(io.BytesIO(content))
            yield "\n".join(" ".join(page.extract_text().split()) for page in read.pages).encode()
        except (PyPdfError, KeyError, ValueError):
            return


def in_database(texts: Iterable[str]) -> dict[str, set[str]]:
    """By "table.column": which of the texts stand there. Every table, those of other packages and of history too."""
    texts = list(texts)
    places: defaultdict[str, set[str]] = defaultdict(set)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    if here := found(texts, _bytes(value)):
                        places[f"{table}.{column}"] |= here
    return dict(places)


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    return b"" if value is None else str(value).encode()


def in_files(folder: Path, texts: Iterable[str], windows: Iterable[bytes] = ()) -> dict[str, set[str]]:
    """By file: which of the texts, and of the pieces of documents, stand in any byte of it."""
    texts, windows = list(texts), list(windows)
    places: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or "static" in path.relative_to(folder).parts:
            continue
        content = path.read_bytes()
        here = found(texts, content) | {window.hex() for window in windows if window in content}
        if here:
            places[str(path.relative_to(folder))] = here
    return places


def windows(content: bytes) -> list[bytes]:
    """Pieces of a document from all over it, as a database's pages may hold them."""
    step = max(len(content) // 12, WINDOW)
    pieces = [content[start : start + WINDOW] for start in range(WINDOW, len(content) - WINDOW, step)]
    return [piece for piece in pieces if len(set(piece)) > 20]
