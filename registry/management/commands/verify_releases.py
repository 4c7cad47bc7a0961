from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.actions.verifying import verify
from registry.models import Release


class Command(BaseCommand):
    help = "Check the chain of releases: numbers, digests, links, canonical form, columns and the database's guards."

    def handle(self, **options: Any) -> None:
        wrong = verify()
        if wrong:
            raise CommandError("\n".join(wrong))
        newest = Release.objects.end_of_chain()
        if newest is None:
            self.stdout.write("There is no release yet.")
            return
        self.stdout.write(f"{Release.objects.count()} releases: the chain holds. Newest digest: {newest.digest}")
