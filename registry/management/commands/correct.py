from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.actions.correcting import correct, correctable
from registry.actions.publishing import CannotPublish, draft, preview
from registry.management.entering import add_texts, frozen, refused, texts


class Command(BaseCommand):
    help = "Put the draft's wording of some passages into the release in force, at once. No fact changes."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "passages", nargs="*", metavar="PASSAGE", help="such as sections/definition/body; without any: lists them"
        )
        add_texts(parser, "summary", "A clearer definition.", "what was corrected, for the change log")

    def handle(self, **options: Any) -> None:
        summary = texts(options, "summary", "summaries")
        try:
            if not options["passages"]:
                self._list()
                return
            for release in correct(options["passages"], summary=summary):
                self.stdout.write(frozen(release))
        except CannotPublish as error:
            raise CommandError(refused(error)) from error

    def _list(self) -> None:
        found = draft()
        keys = list(correctable(found, preview(found)))
        if not keys:
            self.stdout.write("The draft says no passage in force in other words.")
            return
        self.stdout.write("\n".join(["The draft says these passages in other words:", *keys]))
