from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registry.actions.witnessing import verify


class Command(BaseCommand):
    help = (
        "Check a document of an agreement against the database: which document of which agreement it is, and that "
        "everything behind it is whole. Ends with status 1 where the file is unknown or anything is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a PDF document that was issued, signed or countersigned")

    def handle(self, *, file: str, **options: Any) -> None:
        try:
            content = Path(file).read_bytes()
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}.") from error
        report = verify(content)
        if report.agreement is None:
            raise CommandError(f"No agreement has this document. Its SHA-256 is {report.digest}.")
        agreement = report.agreement
        self.stdout.write(f"Agreement {agreement.reference}, {agreement.get_state_display()}: {report.kind}.")
        self.stdout.write(f"SHA-256: {report.digest}")
        if agreement.erased_at:
            self.stdout.write(f"Documents and signatures were erased on {agreement.erased_at:%Y-%m-%d}.")
        for check in report.checks:
            self.stdout.write(f"{'wrong' if check.wrong else 'holds'}: {check.what}")
        if report.wrong:
            raise CommandError("\n".join(report.wrong))
