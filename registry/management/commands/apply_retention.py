from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.actions.erasing import apply_retention


def days(value: str) -> int:
    """A negative number would erase every request that has ended."""
    if not value.isdecimal():
        raise ArgumentTypeError(f"{value} is no number of days.")
    return int(value)


class Command(BaseCommand):
    help = "Erase the personal data whose time is over, and clear old counters and tasks. The worker does it every day."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--days",
            type=days,
            help="since a request, a subscription or an objection ended; default: the service profile's settings",
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would be erased, and why")

    def handle(self, **options: Any) -> None:
        done = apply_retention(options["days"], dry_run=options["dry_run"])
        for reference, why in [*done.erased, *done.held]:
            self.stdout.write(f"{reference}: {why}")
        verb = "would be erased" if options["dry_run"] else "erased"
        self.stdout.write(f"People {verb}: {len(done.erased)}.")
        if done.held:
            self.stdout.write(f"People kept for an agreement: {len(done.held)}.")
        if done.failed:
            raise CommandError(f"Not erased because of an error, see the log: {', '.join(done.failed)}.")
