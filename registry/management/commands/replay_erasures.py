import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.actions.erasing import replay_erasures
from registry.models import Erasure

GROUNDS = {"", *Erasure.Ground.values}


class Command(BaseCommand):
    help = "Erase again, in a database restored from a backup, what had been erased since the backup was made."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", help="what erasure_log wrote; - reads it from standard input")

    def handle(self, **options: Any) -> None:
        try:
            if options["file"] == "-":
                entries = list(_entries(sys.stdin))
            else:
                with open(options["file"], encoding="utf-8") as lines:
                    entries = list(_entries(lines))
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        references = replay_erasures(entries)
        for reference in references:
            self.stdout.write(reference)
        self.stdout.write(f"People erased again: {len(references)}.")


def _entries(lines: Iterable[str]) -> Iterator[tuple[str, datetime, str]]:
    """All lines or none are applied: half a log must not pass for a whole one. Older logs have no grounds."""
    for number, line in enumerate(lines, 1):
        reference, erased_at, ground = ([*line.strip("\r\n ").split("\t"), "", ""])[:3]
        if not reference:
            continue
        try:
            at = datetime.fromisoformat(erased_at)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None or ground not in GROUNDS:
            raise CommandError(f"Line {number} is no line of an erasure log: reference, tab, time with its zone.")
        yield reference, at, ground
