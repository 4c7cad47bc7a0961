from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.actions.exchanging import export, file_name, languages
from registry.actions.publishing import CannotPublish
from registry.management.progress import told


class Command(BaseCommand):
    help = "Write the translators' files (gettext PO): one a language, with what the next release would say."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("languages", nargs="*", metavar="LANGUAGE", help="such as lv or pt-br; default: all")
        parser.add_argument(
            "--output", default=".", metavar="DIR", help="where to; - for standard output, of one language alone"
        )

    def handle(self, **options: Any) -> None:
        known = languages()
        asked = options["languages"] or known
        if wrong := [code for code in asked if code not in known]:
            raise CommandError(f"Nobody translates into {wrong[0]}. There are: {', '.join(known)}.")
        try:
            if options["output"] == "-":
                self._print(asked)
            else:
                self._write(asked, Path(options["output"]))
        except CannotPublish as error:
            raise CommandError(str(error)) from error

    def _print(self, asked: list[str]) -> None:
        if len(asked) != 1:
            raise CommandError("Standard output takes one language. Name it.")
        self.stdout.write(export(asked[0]).decode(), ending="")

    def _write(self, asked: list[str], folder: Path) -> None:
        written = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for code in told(asked, self.stderr):
                path = folder / file_name(code)
                path.write_bytes(export(code))
                written.append(path)
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error.strerror}.") from error
        if self.stdout.isatty():
            for path in written:
                self.stdout.write(str(path))
