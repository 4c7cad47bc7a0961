from typing import Any

from django.core.management.base import BaseCommand

from registry.models import Erasure


class Command(BaseCommand):
    help = (
        "Write the erasure log, a line of reference, time and ground for each erasure. Keep it apart from the backups, "
        "and give it to replay_erasures after restoring one."
    )

    def handle(self, **options: Any) -> None:
        for erasure in Erasure.objects.all():
            self.stdout.write(f"{erasure.reference}\t{erasure.erased_at.isoformat()}\t{erasure.ground}")
