"""What the public may read, free of the clock: from the database, else the last known from disk."""

import json
import logging
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError

from ..exchange.content import decode, digest
from ..exchange.published import Site
from ..models import Language, Release

log = logging.getLogger(__name__)

# What a database that is down or too busy raises, and one that is not migrated besides.
OUT_OF_REACH = (OperationalError, InterfaceError)
DOWN = (DatabaseError, InterfaceError)


@dataclass(frozen=True)
class Known:
    """The exact text and digest of every release, by number, and the public languages."""

    releases: tuple[tuple[str, str], ...] = ()
    languages: tuple[str, ...] = ()
    time_zone: str = "UTC"

    @classmethod
    def of(cls, texts: Iterable[str], languages: Iterable[str]) -> Self:
        """The digests are over the bytes at hand: a page never repeats one that does not hold."""
        found = tuple((text, digest(text)) for text in texts)
        # Days turn where the last entry says.
        zone = decode(found[-1][0])["time_zone"] if found else "UTC"
        return cls(found, tuple(languages), zone)

    @property
    def last(self) -> str | None:
        return self.releases[-1][1] if self.releases else None

    def today(self) -> date:
        return datetime.now(UTC).astimezone(ZoneInfo(self.time_zone)).date()

    def on(self, day: date) -> Site:
        return Site.on(self.releases, self.languages, settings.PUBLIC_URL, day)


def folder() -> Path:
    return Path(settings.DATA_DIR) / "site"


def from_database(known: Known | None = None) -> Known:
    """`known` itself where it still holds: two short queries. The digests are a chain, so the last names them all."""
    last = Release.objects.order_by("-number").values_list("digest", flat=True).first()
    languages = tuple(Language.objects.public().codes())
    if known and known.last == last:
        return known if known.languages == languages else Known(known.releases, languages, known.time_zone)
    return Known.of(Release.objects.order_by("number").values_list("content", flat=True), languages)


def from_disk() -> Known | None:
    """What `keep` wrote; None where there is nothing, or nothing whole."""
    try:
        kept = json.loads((folder() / "known.json").read_text("utf-8"))
        known = Known.of(kept["releases"], kept["languages"])
        previous = [decode(text)["previous_digest"] for text, _digest in known.releases]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        log.exception("The last known releases on disk cannot be read.")
        return None
    if previous != [None, *(found for _text, found in known.releases)][: len(previous)]:
        log.error("The last known releases on disk are no chain.")
        return None
    return known


def keep(known: Known) -> None:
    """So that a restart without a database still serves."""
    releases = [text for text, _digest in known.releases]
    write(folder() / "known.json", json.dumps({"languages": known.languages, "releases": releases}).encode())


def write(path: Path, data: bytes) -> None:
    """All or nothing, whoever reads or writes at the same moment. A full or read-only disk is logged, not raised."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError:
        log.exception("%s cannot be written: a restart would have to make it again.", path.name)
