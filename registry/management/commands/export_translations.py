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
        parser.add_argument("--dry-run", action="store_true", help="say what each file would be, and write none")

    def handle(self, **options: Any) -> None:
        known = languages()
        asked = options["languages"] or known
        if wrong := [code for code in asked if code not in known]:
            raise CommandError(f"Nobody translates into {wrong[0]}. There are: {', '.join(known)}.")
        try:
            if options["output"] == "-":
                self._print(asked, dry_run=options["dry_run"])
            elif options["dry_run"]:
                self._foretell(asked, Path(options["output"]))
            else:
                self._write(asked, Path(options["output"]))
        except CannotPublish as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{options['output']} cannot be written: {error.strerror}.") from error

    def _print(self, asked: list[str], *, dry_run: bool) -> None:
        if dry_run:
            raise CommandError("Standard output keeps nothing. Leave out --dry-run.")
        if len(asked) != 1:
            raise CommandError("Standard output takes one language. Name it.")
        self.stdout.write(export(asked[0]).decode(), ending="")

    def _foretell(self, asked: list[str], folder: Path) -> None:
        """Whether a file would take the place of one that says something else, such as a translator's work."""
        actions = []
        for code in told(asked, self.stderr):
            path = folder / file_name(code)
            there = path.read_bytes() if path.exists() else None
            action = "new" if there is None else "unchanged" if there == export(code) else "replaced"
            actions.append(f"{path}: {action}")
        for action in actions:
            self.stdout.write(action)

    def _write(self, asked: list[str], folder: Path) -> None:
        written = []
        folder.mkdir(parents=True, exist_ok=True)
        for code in told(asked, self.stderr):
            path = folder / file_name(code)
            path.write_bytes(export(code))
            written.append(path)
        if self.stdout.isatty():
            for path in written:
                self.stdout.write(str(path))
