from argparse import ArgumentTypeError
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model

from registry.actions import mending
from registry.actions.checking import Problem, by_language, passage_name
from registry.actions.publishing import CannotPublish, draft, publish
from registry.actions.translating import Coverage, marked
from registry.exchange.localized import language_name
from registry.models import ServiceProfile
from registry.pinning import source_language


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


def _told(refused: CannotPublish) -> str:
    """Every problem; those of translations under their language, each with the page where it is mended."""
    general, by = by_language(refused.problems)
    source = source_language()
    lines = [line for problem in general for line in _lines(problem, source, "")]
    for code, problems in by.items():
        lines += [f"{language_name(code, 'en')}: {len(problems)}"]
        lines += [line for problem in problems for line in _lines(problem, source, "  ")]
    return "\n".join(lines)


def _lines(problem: Problem, source: str, margin: str) -> Iterator[str]:
    yield margin + problem.message
    if isinstance(problem.noun, Model):
        where = mending.passage(problem.noun, problem.field, problem.language, source)
        yield f"{margin}  {settings.PUBLIC_URL}{where}"


def _marked(found: list[Coverage]) -> str:
    """What readers will see with a mark, language by language, each passage with the page where it is mended."""
    lines = []
    for told in found:
        lines += [f"{language_name(told.language, 'en')}: {len(told.incomplete)}"]
        for row in told.incomplete:
            lines += [f"  {passage_name(row.noun, row.field)}: {row.state.value}"]
            lines += [f"    {settings.PUBLIC_URL}{mending.translation(row.noun, row.field, row.language)}"]
    return "\n".join(["Published with a notice to readers, who see the source beside these passages:", *lines])


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
            noticed = marked(draft())
            release = publish(in_force_on=in_force_on, summary=texts, backfill=options["backfill"])
        except CannotPublish as error:
            raise CommandError(_told(error)) from error
        self.stdout.write(f"Release {release.number}, in force on {release.in_force_existing_on}: {release.digest}")
        if noticed:
            self.stderr.write(_marked(noticed))
