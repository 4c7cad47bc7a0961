from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.actions.publishing import verify
from registry.models import Release


class Command(BaseCommand):
    help = "Check the chain of releases: numbers, digests, links, canonical form, columns and the database's guards."

    def handle(self, **options: Any) -> None:
        wrong = verify()
        if wrong:
            raise CommandError("\n".join(wrong))
        self.stdout.write(f"{Release.objects.count()} releases: the chain holds.")
