from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.actions.erasing import NoSuchReference, erase_named


class Command(BaseCommand):
    help = "Erase who made a DPA request or an objection, or who subscribed, everywhere; states and dates stay."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("reference", help="such as DPA-7K2M-X4QD, OBJ-… or SUB-…")

    def handle(self, **options: Any) -> None:
        try:
            erased = erase_named(options["reference"])
        except NoSuchReference:
            raise CommandError(f"There is nothing with the reference {options['reference']}.") from None
        self.stdout.write("Erased." if erased else "Erased before; nothing to do.")
