from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.actions.erasing import Kept, NoSuchReference, erase_named
from registry.models import Erasure

# Retention is a ground that the clock alone has.
GROUNDS = [ground.value for ground in Erasure.Ground if ground != Erasure.Ground.RETENTION]


class Command(BaseCommand):
    help = "Erase who made a DPA request or an objection, or who subscribed, everywhere; states and dates stay."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("reference", help="such as DPA-7K2M-X4QD, OBJ-… or SUB-…")
        parser.add_argument(
            "--ground",
            choices=GROUNDS,
            default=Erasure.Ground.REQUEST.value,
            help="for the erasure log; default: the person asked for it",
        )

    def handle(self, **options: Any) -> None:
        try:
            erased = erase_named(options["reference"], options["ground"])
        except NoSuchReference:
            raise CommandError(f"There is nothing with the reference {options['reference']}.") from None
        except Kept as kept:
            told = options["ground"] == Erasure.Ground.REQUEST
            raise CommandError(f"{kept} A mail to the person says so." if told else str(kept)) from None
        self.stdout.write("Erased." if erased else "Erased before; nothing to do.")
