from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.actions import disclosing
from registry.exchange import person


class Command(BaseCommand):
    help = (
        "Write all that is held about one person as JSON (GDPR Art. 15), documents included. Make sure first that it "
        "is this person who asks."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("person", help="an e-mail address, or a reference such as DPA-7K2M-X4QD, OBJ-… or SUB-…")

    def handle(self, **options: Any) -> None:
        try:
            found = disclosing.person(options["person"])
        except disclosing.NobodyKnown:
            raise CommandError("Nothing is held about this person.") from None
        self.stdout.write(person.written(found), ending="")
