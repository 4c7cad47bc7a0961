import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.actions.bouncing import Outcome, take
from registry.exchange import bounces


class Command(BaseCommand):
    help = (
        "Read the reports of undeliverable mail: an mbox, a maildir, a folder of .eml files, or one message. Nobody is "
        "written to again whose mailbox does not exist. Reading twice changes nothing, and nothing is removed."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("path", help="- reads one message from standard input")
        parser.add_argument(
            "--by-address",
            action="store_true",
            help="where a report does not repeat our Message-ID, believe the address that it names. Anybody can write "
            "such a report: only for a mailbox that your own mail servers alone can reach",
        )

    def handle(self, **options: Any) -> None:
        try:
            counted = _counted(_read(options["path"]), by_address=options["by_address"])
        except OSError as error:
            raise CommandError(f"{options['path']} cannot be read: {error.strerror}.") from error
        self.stdout.write(f"Messages read: {counted['messages']}, of them no reports: {counted['others']}.")
        self.stdout.write(f"Came back for good: {counted[Outcome.HARD]}, noted before: {counted[Outcome.KNOWN]}.")
        self.stdout.write(f"Delayed, or perhaps deliverable another day: {counted[Outcome.SOFT]}.")
        self.stdout.write(f"Not about a mail of ours: {counted[Outcome.FOREIGN]}.")


def _read(path: str) -> Iterable[list[bounces.Report]]:
    if path == "-":
        return [bounces.reports(bounces.parsed(sys.stdin.buffer.read()))]
    return bounces.read(Path(path))


def _counted(messages: Iterable[list[bounces.Report]], *, by_address: bool) -> Counter[str]:
    counted: Counter[str] = Counter()
    for reports in messages:
        counted["messages"] += 1
        counted["others"] += not reports
        counted.update(take(report, by_address=by_address) for report in reports)
    return counted
