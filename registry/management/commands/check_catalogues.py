import shutil
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.management.catalogues import catalogues, wrong

SHOWN = 50


class Command(BaseCommand):
    help = "Check that every message of the code and the templates stands translated in every catalogue."

    def handle(self, **options: Any) -> None:
        if not shutil.which("xgettext"):
            raise CommandError("gettext is not here to read the messages with. On Debian: apt install gettext")
        if not catalogues():
            raise CommandError("There is no message catalogue. Run make messages.")
        found = wrong()
        if found:
            more = ["…"] if len(found) > SHOWN else []
            raise CommandError("\n".join([*found[:SHOWN], *more, f"{len(found)} messages want work."]))
        self.stdout.write(f"{len(catalogues())} message catalogues say what the code says.")
