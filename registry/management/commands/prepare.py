from typing import Any

from django.core.management.base import BaseCommand

from registry.management.preparation import prepare


class Command(BaseCommand):
    help = "Bring database, message catalogues and static files up to the code, before it serves."

    def handle(self, **options: Any) -> None:
        prepare(self.stdout.write)
