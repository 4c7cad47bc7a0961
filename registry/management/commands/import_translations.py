from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError

from registry.actions.exchanging import apply, languages
from registry.actions.publishing import CannotPublish
from registry.actions.weighing import ADDED, CHANGED, CONFIRMED, OUTDATED, Plan, plan
from registry.exchange import po
from registry.management.progress import told

REFUSED_SOME, UNREADABLE = 1, 2


class Command(BaseCommand):
    help = """Let translators' files (gettext PO) come in, each in one transaction.

Exit status:
  0  all of it is taken, or there was nothing to do
  1  some entries were refused, and are told; the rest is taken
  2  a file could not be read, or is of another language: nothing of that file is taken"""

    def create_parser(self, *args: Any, **kwargs: Any) -> Any:
        return super().create_parser(*args, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--language", default="", help="such as pt-br; default: what a file's header says")
        parser.add_argument("--dry-run", action="store_true", help="say what each file would do, and save nothing")
        parser.add_argument("--machine", action="store_true", help="the texts were translated by a machine")

    def handle(self, **options: Any) -> None:
        known = languages()
        if options["language"] and options["language"] not in known:
            raise CommandError(
                f"Nobody translates into {options['language']}. There are: {', '.join(known)}.", returncode=UNREADABLE
            )
        made: list[tuple[str, Plan]] = []
        unread: list[str] = []
        for path in told(options["files"], self.stderr):
            try:
                made.append((path, self._take(Path(path), known, options)))
            except (po.Unreadable, OSError, CannotPublish, PermissionDenied) as error:
                unread.append(f"{path}: {getattr(error, 'strerror', None) or error}")
        for path, plan_made in made:
            self._tell(path, plan_made, options)
        for complaint in unread:
            self.stderr.write(complaint)
        if unread:
            raise CommandError(f"Files not imported: {len(unread)}.", returncode=UNREADABLE)
        if refused := sum(len(plan_made.refused) for _path, plan_made in made):
            raise CommandError(f"Entries refused: {refused}.", returncode=REFUSED_SOME)

    def _take(self, path: Path, known: list[str], options: dict[str, Any]) -> Plan:
        po.check_size(path.stat().st_size)
        file = po.read(path.read_bytes(), options["language"])
        language = options["language"] or file.language
        if not language:
            raise po.Unreadable("Its header names no language. Name it with --language.")
        if language not in known:
            raise po.Unreadable(f"Nobody translates into {language}. There are: {', '.join(known)}.")
        if options["dry_run"]:
            return plan(file.entries, language)
        return apply(file.entries, language, machine=options["machine"])

    def _tell(self, path: str, made: Plan, options: dict[str, Any]) -> None:
        for line in made.refused:
            key = line.entry.key or "no key"
            self.stderr.write(f"{path}:{line.entry.line}: {key}: {' '.join(line.reasons)}")
        if options["dry_run"]:
            for line in made.taken:
                self.stdout.write(f"{path}:{line.entry.line}: {line.entry.key}: {line.action}")
        if options["dry_run"] or self.stdout.isatty() or options["verbosity"] > 1:
            counts = {action: len(made.of(action)) for action in (ADDED, CHANGED, CONFIRMED, OUTDATED)}
            counts |= {"refused": len(made.refused), "unchanged": made.unchanged}
            told_counts = ", ".join(f"{name} {count}" for name, count in counts.items())
            self.stdout.write(f"{path} ({made.language}): {told_counts}")
