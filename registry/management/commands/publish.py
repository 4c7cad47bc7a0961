from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.actions.publishing import CannotPublish, publish
from registry.models import ServiceProfile


def day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise ArgumentTypeError(f"{written!r} is no day. Write it as 2026-01-31.") from None


def summary(written: str) -> tuple[str, str]:
    language, equals, text = written.partition("=")
    if not equals or not text.strip():
        raise ArgumentTypeError(f"{written!r} is no summary. Write LANGUAGE=TEXT, such as en='One new subprocessor.'")
    return language.strip(), text


class Command(BaseCommand):
    help = "Freeze the draft into the next release."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--in-force-on", type=day, metavar="YYYY-MM-DD", help="default: today")
        parser.add_argument(
            "--summary",
            action="append",
            type=summary,
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
        texts = dict(options["summary"])
        if len(texts) < len(options["summary"]):
            raise CommandError("One language has two summaries. Give one a language.")
        try:
            release = publish(in_force_on=in_force_on, summary=texts, backfill=options["backfill"])
        except CannotPublish as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Release {release.number}, in force on {release.in_force_existing_on}: {release.digest}")
