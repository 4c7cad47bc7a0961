import os
import shutil
import sys
from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from registry.actions.comparing_pages import compare
from registry.actions.registered import Registry, registry
from registry.exchange import oldpage_spellings
from registry.exchange.oldpage import Page, Unreadable, known_language
from registry.exchange.oldpage_reading import page_of
from registry.exchange.oldpage_report import Report, as_csv, as_html, as_text
from registry.exchange.oldpage_spellings import Spellings, spellings

UNUSABLE = 2
WIDEST = 160


def file_language(written: str) -> tuple[str, str]:
    file, equals, code = written.rpartition("=")
    language = known_language(code)
    if not equals or language is None:
        raise ArgumentTypeError(f"{written!r} says no language. Write FILE=CODE, such as old-page.html=da.")
    return file, language


class Command(BaseCommand):
    help = """Tell what a company's old policy pages disagree about: dates, companies, countries and certifications.

Give the files of the pages, text or HTML in UTF-8, one language each. A file's language is taken from its name
(da-2024.txt, pt-br.html, page.hu.html), else from its <html lang>, else from --language. Companies and certifications
are known from the registry, countries and months from CLDR; the rest goes into a TOML file given with --spellings:

"""
    help += (oldpage_spellings.__doc__ or "").partition("\n\n")[2]
    help += """
What is not recognised is listed and never guessed. Exit status: 0 all agree, 1 they disagree, 2 unusable files."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        # Django's own puts everything into one paragraph; the example is of lines.
        parser.formatter_class = RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE", help="a page, text or HTML")
        parser.add_argument(
            "--language",
            action="append",
            type=file_language,
            default=[],
            metavar="FILE=CODE",
            help="the language of a file, such as old-page.html=pt-br",
        )
        parser.add_argument("--spellings", type=Path, metavar="TOML", help="companies and spellings to know beside")
        parser.add_argument("--html", type=Path, metavar="PATH", help="write the report as one HTML file")
        parser.add_argument("--csv", type=Path, metavar="PATH", help="write the disagreements as CSV")
        parser.add_argument(
            "--without-registry", action="store_true", help="compare the pages with each other alone; needs no database"
        )

    def handle(self, **options: Any) -> None:
        try:
            spelled = _spellings(options["spellings"])
            pages = _pages(options["files"], dict(options["language"]))
        except Unreadable as error:
            raise CommandError(str(error), returncode=UNUSABLE) from error
        report = compare(pages, None if options["without_registry"] else _registry(), spelled)
        for path, written in (
            (options["html"], lambda: as_html(report).encode()),
            (options["csv"], lambda: as_csv(report)),
        ):
            if path:
                _write(path, written())
        self._tell(report)
        if report.disagreements:
            sys.exit(1)

    def _tell(self, report: Report) -> None:
        width = min(shutil.get_terminal_size((140, 24)).columns, WIDEST)
        try:
            for line, heading in as_text(report, width):
                self.stdout.write(self.style.MIGRATE_HEADING(line) if heading else line)
            self.stdout.flush()
        except BrokenPipeError:
            # Whoever read has seen enough (| head); Python would complain once more when it flushes at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _registry() -> Registry | None:
    try:
        return registry()
    except DatabaseError as error:
        raise CommandError(
            "The registry cannot be read. Run manage.py prepare, or compare the pages alone with --without-registry.",
            returncode=UNUSABLE,
        ) from error


def _spellings(path: Path | None) -> Spellings:
    return spellings(path.name, _read(path)) if path else Spellings()


def _pages(files: list[str], languages: dict[str, str]) -> list[Page]:
    names = [Path(file).name for file in files]
    for told in languages:
        if told not in {*files, *names}:
            raise Unreadable(f"--language names {told}, which is none of the files.")
    if len(set(files)) < len(files):
        raise Unreadable("One file is given twice.")
    # Two files of one name are told apart by their folders.
    return [
        page_of(name if names.count(name) == 1 else file, _read(Path(file)), languages.get(file) or languages.get(name))
        for file, name in zip(files, names, strict=True)
    ]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise Unreadable(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from error


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.", returncode=UNUSABLE) from error
