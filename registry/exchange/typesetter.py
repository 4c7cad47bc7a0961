"""A process of its own that runs typst: a job on stdin, the files on stdout. It knows no Django.

Typst keeps what it has set in a cache that a process cannot empty, 36 MB for each document of thirty pages: inside a
server that would grow for ever. Here all of it goes when the document is done, and a document that takes too long
can be stopped.
"""

import json
import re
import struct
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, BinaryIO

# Accessible (PDF/UA-1), and whole in itself so that it can be read in decades (PDF/A-3a, which may hold other files).
# Both refuse what no font has.
STANDARDS: list[Any] = ["ua-1", "a-3a"]
# Of typst's own fonts; the operator's stand between the first and the others.
FAMILY, LATER, MONO = "Libertinus Serif", ["New Computer Modern", "DejaVu Sans Mono"], "DejaVu Sans Mono"

# Of the second kind is U+FEFF, which PDF/A forbids.
_MISSING = re.compile(r'the text `"(.*?)"` could not be displayed|contains the disallowed codepoint `"(.*?)"`')
_NAMED = {"t": "\t", "n": "\n", "r": "\r", "0": "\0"}
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)")


def send(stream: BinaryIO, head: dict[str, Any], bodies: list[bytes]) -> None:
    """A JSON head, then the bytes whose lengths it names."""
    text = json.dumps({**head, "lengths": [len(body) for body in bodies]}).encode()
    stream.write(struct.pack(">I", len(text)) + text)
    for body in bodies:
        stream.write(body)
    stream.flush()


def receive(stream: BinaryIO) -> tuple[dict[str, Any], list[bytes]]:
    (length,) = struct.unpack(">I", stream.read(4))
    head = json.loads(stream.read(length))
    return head, [stream.read(length) for length in head["lengths"]]


def typeset(job: dict[str, Any], contents: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
    """`job`: program, document, day, fonts (folders), ppi (0: the PDF, else its pages as PNG)."""
    import typst  # noqa: PLC0415 - not in the server, which imports this file for send and receive

    fonts = typst.Fonts(include_system_fonts=False, font_paths=job["fonts"])
    document = job["document"]
    own = sorted({font.family for font in fonts.fonts() if font.path})
    document["paper"] |= {"fonts": [FAMILY, *own, *LATER], "mono": [MONO, *own, FAMILY]}
    with ExitStack() as files:
        for attachment, content in zip(document["attachments"], contents, strict=True):
            attachment["descriptor"] = _unnamed(files, content)
        compiler = typst.Compiler(
            root="/dev/fd",
            font_paths=fonts,
            ignore_system_fonts=True,
            sys_inputs={"document": json.dumps(document)},
        )
        program = job["program"].encode()
        moment = datetime.fromisoformat(job["day"]).replace(tzinfo=UTC)
        try:
            # Pictures too come after the check that every character has a glyph.
            made = compiler.compile(program, format="pdf", pdf_standards=STANDARDS, timestamp=moment)
            if job["ppi"]:
                made = compiler.compile(program, format="png", ppi=job["ppi"])
        except typst.TypstError as error:
            return {"missing": missing(error.diagnostic), "fault": error.diagnostic}, []
    return {}, made if isinstance(made, list) else [made or b""]


def missing(diagnostic: str) -> str:
    """The characters that typst found in no font, each once."""
    found = "".join(_ESCAPE.sub(_character, "".join(texts)) for texts in _MISSING.findall(diagnostic))
    return "".join(sorted(set(found)))


def _character(match: re.Match[str]) -> str:
    """As Rust escapes them."""
    return chr(int(match[1], 16)) if match[1] else _NAMED.get(match[2], match[2])


def _unnamed(files: ExitStack, content: bytes) -> str:
    """A file without a name, gone with this process however it ends: typst reads it by its number below /dev/fd."""
    file = files.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    file.write(content)
    file.flush()
    file.seek(0)
    return str(file.fileno())


if __name__ == "__main__":
    send(sys.stdout.buffer, *typeset(*receive(sys.stdin.buffer)))
