from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand

from registry.actions.erasing import apply_retention


def days(value: str) -> int:
    """A negative number would erase every request that has ended."""
    if not value.isdecimal():
        raise ArgumentTypeError(f"{value} is no number of days.")
    return int(value)


class Command(BaseCommand):
    help = "Erase the personal data whose time is over, and clear old counters and tasks. Run it every day."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--days",
            type=days,
            help="since a request, a subscription or an objection ended; default: the service profile's setting",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would be erased")

    def handle(self, **options: Any) -> None:
        references = apply_retention(options["days"], dry_run=options["dry_run"])
        for reference in references:
            self.stdout.write(reference)
        done = "would be erased" if options["dry_run"] else "erased"
        self.stdout.write(f"People {done}: {len(references)}.")
