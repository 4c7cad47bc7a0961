from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.actions.dpa import erase_named
from registry.models import DpaRequest


class Command(BaseCommand):
    help = "Erase who made a DPA request, everywhere; its states and dates stay."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("reference", help="such as DPA-7K2M-X4QD")

    def handle(self, **options: Any) -> None:
        try:
            erased = erase_named(options["reference"])
        except DpaRequest.DoesNotExist:
            raise CommandError(f"There is no DPA request {options['reference']}.") from None
        self.stdout.write("Erased." if erased else "Erased before; nothing to do.")
