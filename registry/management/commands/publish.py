from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from registry.actions import mending
from registry.actions.checking import passage_name
from registry.actions.publishing import CannotPublish, draft, publish
from registry.actions.translating import Coverage, marked
from registry.exchange.localized import language_name
from registry.management.entering import add_texts, day, frozen, refused, texts
from registry.models import Release


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
        parser.add_argument(
            "--kind",
            choices=[Release.Kind.CHANGE.value, Release.Kind.URGENT.value],
            default=Release.Kind.CHANGE.value,
            help="urgent: in force without notice, for a reason that customers read; default: change",
        )
        parser.add_argument(
            "--in-force-on",
            type=day,
            metavar="YYYY-MM-DD",
            help="for existing customers; default: after the notice period, or today where no notice is needed",
        )
        parser.add_argument("--in-force-new-on", type=day, metavar="YYYY-MM-DD", help="for new ones; default: today")
        parser.add_argument(
            "--objection-deadline",
            type=day,
            metavar="YYYY-MM-DD",
            help="last day to object; default: the day before, or the notice period of an urgent one",
        )
        add_texts(parser, "summary", "One new subprocessor.", "what the release changes, for the change log")
        add_texts(parser, "reason", "The old host has closed.", "why an urgent one cannot wait; customers read it")
        parser.add_argument(
            "--backfill", action="store_true", help="a release from an archive older than this system; a past day"
        )

    def handle(self, **options: Any) -> None:
        summary, reason = texts(options, "summary", "summaries"), texts(options, "reason", "reasons")
        if reason and options["kind"] != Release.Kind.URGENT:
            raise CommandError("Only an urgent release has a reason. Add --kind urgent, or leave out --reason.")
        days = {name: options[name] for name in ("in_force_on", "in_force_new_on", "objection_deadline")}
        try:
            noticed = marked(draft())
            release = publish(
                **days, kind=options["kind"], summary=summary, reason=reason, backfill=options["backfill"]
            )
        except CannotPublish as error:
            raise CommandError(refused(error)) from error
        self.stdout.write(frozen(release))
        if noticed:
            self.stderr.write(_marked(noticed))
