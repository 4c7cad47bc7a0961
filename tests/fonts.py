"""A font, for tests: TrueType, of squares, with the characters that are asked for."""

import struct
from itertools import accumulate

# A square of 500 units of an em of 1000.
SQUARE = (
    struct.pack(">hhhhhHH", 1, 0, 0, 500, 500, 3, 0)
    + bytes([1, 1, 1, 1])
    + struct.pack(">8h", 0, 500, 0, -500, 0, 0, 500, 0)
)


def font(family: str, characters: str) -> bytes:
    codes = sorted(map(ord, set(characters)))
    glyphs = len(codes) + 1
    tables = {
        b"OS/2": _os2(codes),
        b"cmap": _cmap(codes),
        b"glyf": SQUARE * glyphs,
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, 1000, 0, 0, 0, 0, 500, 500, 0, 8, 2, 1, 0
        ),
        b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, 800, -200, 0, 600, 0, 0, 500, 1, *[0] * 7, glyphs),
        b"hmtx": struct.pack(">Hh", 600, 0) * glyphs,
        b"loca": struct.pack(f">{glyphs + 1}I", *(len(SQUARE) * glyph for glyph in range(glyphs + 1))),
        b"maxp": struct.pack(">IHHHHHHHHHHHHHH", 0x10000, glyphs, 4, 1, 0, 0, 1, *[0] * 8),
        b"name": _name(family),
        b"post": struct.pack(">IIhhIIIII", 0x30000, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    padded = [data + bytes(-len(data) % 4) for data in tables.values()]
    starts = accumulate((len(data) for data in padded), initial=12 + 16 * len(tables))
    head = struct.pack(">IHHHH", 0x10000, len(tables), 128, 3, 32)
    for (tag, data), start in zip(tables.items(), starts, strict=False):
        head += struct.pack(">4sIII", tag, 0, start, len(data))
    return head + b"".join(padded)


def _cmap(codes: list[int]) -> bytes:
    groups = b"".join(struct.pack(">III", code, code, glyph) for glyph, code in enumerate(codes, 1))
    table = struct.pack(">HHIII", 12, 0, 16 + len(groups), 0, len(codes)) + groups
    return struct.pack(">HHHHI", 0, 1, 3, 10, 12) + table


def _name(family: str) -> bytes:
    texts = {1: family, 2: "Regular", 4: family, 6: family.replace(" ", "")}
    data = b"".join(text.encode("utf-16-be") for text in texts.values())
    records, at = b"", 0
    for number, text in texts.items():
        length = 2 * len(text)
        records += struct.pack(">HHHHHH", 3, 1, 0x409, number, length, at)
        at += length
    return struct.pack(">HHH", 0, len(texts), 6 + len(records)) + records + data


def _os2(codes: list[int]) -> bytes:
    measures = [500, 0, 500, 0, 500, 0, 500, 0, 50, 250, 0]
    made = struct.pack(">HhHHH", 4, 600, 400, 5, 0) + struct.pack(">10hh", *measures)
    made += bytes(10) + bytes(16) + b"NONE"
    first, last = min(codes[0], 0xFFFF), min(codes[-1], 0xFFFF)
    made += struct.pack(">HHHhhhHH", 64, first, last, 800, -200, 0, 800, 200)
    return made + bytes(8) + struct.pack(">hhHHH", 400, 600, 0, 32, 0)
