"""What a PDF that somebody sent us holds: run as a program of its own, which may take so much time and memory, no more.

It reads the file from its standard input and writes one line of JSON: {"wrong": a name of upload.REASONS, "pages": …,
"signatures": …}. Whoever starts it takes silence for a broken file. It imports nothing of this project.
"""

import json
import logging
import re
import resource
import sys
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, StreamObject

SECONDS, MEMORY = 10, 768 * 1024 * 1024
MOST_PAGES = 1_000
# Together, of lists of objects that no table of the file need name.
MOST_UNPACKED = 48 * 1024 * 1024

# Actions that do more than lead to a place in the document or to an address that the reader is shown.
ACTIONS = {
    "/JavaScript": "script",
    "/Launch": "action",
    "/SubmitForm": "action",
    "/ImportData": "action",
    "/GoToR": "action",
    "/GoToE": "action",
    "/Rendition": "action",
    "/Movie": "action",
    "/Sound": "action",
    "/RichMediaExecute": "action",
}
KEYS = {
    "/JS": "script",
    "/JavaScript": "script",
    "/XFA": "script",
    "/EmbeddedFiles": "embedded",
    "/EF": "embedded",
    "/RichMediaContent": "action",
}
KINDS = {"/EmbeddedFile": "embedded", "/RichMedia": "action", "/3D": "action"}
# Looked for in the bytes themselves: another reader may find objects that this one does not.
TELLTALE = {"JavaScript": "script", "Launch": "action", "SubmitForm": "action", "EmbeddedFile": "embedded"}
_NAME = re.compile(rb"/([A-Za-z#][A-Za-z0-9#]{2,60})")
_STREAM = re.compile(rb"stream\r?\n")
_LIST_OF_OBJECTS = re.compile(rb"\s*\d+\s+\d+\s")


def wrong_in(content: bytes) -> tuple[str, int, int]:
    """What is wrong (empty: nothing), pages, electronic signatures. Anything may be raised: the file is hostile."""
    telltale = next(_telltales(content), "")
    reader = PdfReader(BytesIO(content), strict=False)
    if reader.is_encrypted:
        return "encrypted", 0, 0
    found = telltale or next(filter(None, map(_wrong, _objects(reader))), "")
    if found:
        return found, 0, 0
    # Resolved one by one: a tree of pages may claim any number.
    pages = 0
    for page in reader.pages:
        pages += 1
        if pages > MOST_PAGES:
            return "complex", pages, 0
        page.mediabox  # noqa: B018 - raises where it is none
    return ("" if pages else "no-page"), pages, _signatures(reader)


def _objects(reader: PdfReader) -> Iterator[Any]:
    """Every object that the file's tables name, whether anything leads to it or not, and what stands inside."""
    numbers = {(number, generation) for generation, found in reader.xref.items() for number in found}
    numbers |= {(number, 0) for number in reader.xref_objStm}
    yield from _parts(reader.trailer)
    for number, generation in sorted(numbers):
        yield from _parts(reader.get_object(IndirectObject(number, generation, reader)))


def _parts(value: Any) -> Iterator[Any]:
    """Dictionaries in an object; what it refers to has its own turn."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, DictionaryObject):
            yield part
            waiting += [dict.__getitem__(part, name) for name in part]
        elif isinstance(part, ArrayObject):
            waiting += list.__iter__(part)


def _wrong(part: DictionaryObject) -> str:
    for name in part:
        if name in KEYS:
            return KEYS[name]
    for name, known in (("/S", ACTIONS), ("/Type", KINDS), ("/Subtype", KINDS)):
        value = part.get(name)
        if isinstance(value, IndirectObject):
            value = value.get_object()
        if isinstance(value, NameObject) and value in known:
            return known[value]
    if isinstance(part, StreamObject) and part.get("/Type") == "/ObjStm":
        return next(_names(part.get_data()), "")
    return ""


def _telltales(content: bytes) -> Iterator[str]:
    yield from _names(content)
    left = MOST_UNPACKED
    for start in _STREAM.finditer(content):
        unpacking = zlib.decompressobj()
        try:
            head = unpacking.decompress(content[start.end() : start.end() + 4096], 64)
        except zlib.error:
            continue
        if not _LIST_OF_OBJECTS.match(head):
            continue
        unpacked = _unpacked(content[start.end() :], left)
        left -= len(unpacked)
        if left <= 0:
            yield "complex"
        yield from _names(unpacked)


def _unpacked(content: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(content, max(most, 1))
    except zlib.error:
        return b""


def _names(content: bytes) -> Iterator[str]:
    for match in _NAME.finditer(content):
        name = _unescaped(match[1])
        if name in TELLTALE:
            yield TELLTALE[name]


def _unescaped(name: bytes) -> str:
    """A name without the escapes in which "JavaScript" may be written "J#61vaScript" (ISO 32000-1, 7.3.5)."""
    if b"#" in name:
        name = re.sub(rb"#([0-9A-Fa-f]{2})", lambda code: bytes([int(code[1], 16)]), name)
    return name.decode("latin-1")


def _signatures(reader: PdfReader) -> int:
    """Fields of the form that hold an electronic signature; whether it is good is for programs made for that."""
    form = reader.root_object.get("/AcroForm")
    fields: Any = form.get_object().get("/Fields") if form else None
    signed = [field.get_object() for field in (fields.get_object() if fields else [])]
    values = [field["/V"].get_object() for field in signed if field.get("/FT") == "/Sig" and "/V" in field]
    return sum("/ByteRange" in value for value in values)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # A hostile file can have the reader warn without end.
    logging.disable()
    try:
        wrong, pages, signatures = wrong_in(sys.stdin.buffer.read())
    except MemoryError:
        wrong, pages, signatures = "complex", 0, 0
    sys.stdout.write(json.dumps({"wrong": wrong, "pages": pages, "signatures": signatures}))


if __name__ == "__main__":
    main()
