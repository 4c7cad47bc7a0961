from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.actions.publishing import CannotPublish, publish
from registry.models import ServiceProfile


class Command(BaseCommand):
    help = "Freeze the draft into the next release."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--in-force-on", type=date.fromisoformat, metavar="YYYY-MM-DD", help="default: today")
        parser.add_argument(
            "--summary",
            action="append",
            default=[],
            metavar="LANGUAGE=TEXT",
            help="what the release changes, for the change log; once a language",
        )
        parser.add_argument(
            "--backfill", action="store_true", help="a release from an archive older than this system; a past day"
        )

    def handle(self, **options: Any) -> None:
        profile = ServiceProfile.load()
        in_force_on = options["in_force_on"] or (profile.today() if profile else date.today())
        summary = dict(part.partition("=")[::2] for part in options["summary"])
        try:
            release = publish(in_force_on=in_force_on, summary=summary, backfill=options["backfill"])
        except CannotPublish as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Release {release.number}, in force on {release.in_force_existing_on}: {release.digest}")
