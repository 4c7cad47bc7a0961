"""Message catalogues: compiled in Python, since a fresh machine lacks gettext's programs; compared with the code."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings

FOLDER: Path = settings.LOCALE_PATHS[0]
# What may hold messages, seen from the project's root.
SOURCES = ("registry", "trustcenter", "templates", "static")


def catalogues(folder: Path = FOLDER) -> list[Path]:
    return sorted(folder.glob("*/LC_MESSAGES/*.po"))


def compile_stale(folder: Path = FOLDER) -> list[Path]:
    """Write the .mo of each .po that is newer than it, whole or not at all, and say which."""
    stale = [po for po in catalogues(folder) if not _fresh(po)]
    for po in stale:
        target = po.with_suffix(".mo")
        with tempfile.NamedTemporaryFile(dir=po.parent, suffix=".tmp", delete=False) as file:
            write_mo(file, read(po))
        Path(file.name).chmod(0o644)
        Path(file.name).replace(target)
    return stale


def read(po: Path) -> Catalog:
    with po.open("rb") as file:
        return read_po(file, locale=po.parts[-3], abort_invalid=True)


def _fresh(po: Path) -> bool:
    mo = po.with_suffix(".mo")
    return mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns


def wrong(folder: Path = FOLDER) -> list[str]:
    """What keeps the catalogues from saying in every language what the code says. Needs gettext's programs."""
    with tempfile.TemporaryDirectory() as scratch:
        extracted = _extract(catalogues(folder), Path(scratch))
        return [problem for po, copy in extracted.items() for problem in differences(read(po), read(copy))]


def _extract(pos: list[Path], scratch: Path) -> dict[Path, Path]:
    """Run makemessages in a copy of the project; the copy's catalogue by the original's path."""
    root: Path = settings.BASE_DIR
    for name in SOURCES:
        shutil.copytree(root / name, scratch / name, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    shutil.copy(root / "manage.py", scratch)
    copies = {po: scratch / po.relative_to(root) for po in pos}
    subprocess.run(  # noqa: S603 - our own command, with the names of our own folders
        [
            *(sys.executable, "manage.py", "makemessages", "--no-obsolete", "--verbosity=0"),
            *(f"--locale={po.parts[-3]}" for po in copies),
        ],
        cwd=scratch,
        check=True,
    )
    return copies


def differences(catalogue: Catalog, extracted: Catalog) -> Iterator[str]:
    """What is missing, superfluous, doubtful, silent or wrongly filled in a catalogue, a sentence each."""
    name = catalogue.locale_identifier
    there = {_identity(message): message for message in catalogue if message.id}
    needed = {_identity(message) for message in extracted if message.id}
    for context, text in sorted(needed - there.keys()):
        yield f"{name}: {text!r}{context} is missing. Run make messages."
    for context, text in sorted(there.keys() - needed):
        yield f"{name}: {text!r}{context} is in the code no more. Run make messages."
    for key in catalogue.obsolete:
        yield f"{name}: {key!r} is obsolete. Run make messages."
    for (_context, text), message in there.items():
        yield from (f"{name}: {text!r} {problem}" for problem in _faults(catalogue, message))


def _identity(message: Message) -> tuple[str, str]:
    text: Any = message.id
    return f" ({message.context})" if message.context else "", text if isinstance(text, str) else " | ".join(text)


def _faults(catalogue: Catalog, message: Message) -> Iterator[str]:
    if message.fuzzy:
        yield "is fuzzy: look at its translation, then remove the mark."
    texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
    if not all(texts) or (message.pluralizable and len(texts) != catalogue.num_plurals):
        yield "is not translated."
        return
    for error in _as_gettext_does(message).check(catalogue):
        yield f"is translated wrongly: {error}."


def _as_gettext_does(message: Message) -> Message:
    """Every form may name what the plural names: in Latvian the first form serves 21 as well, so it says the number."""
    if not message.pluralizable:
        return message
    many = message.id[-1]
    return Message((many, many), message.string, message.locations, message.flags)
