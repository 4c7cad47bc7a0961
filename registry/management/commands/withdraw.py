from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.actions.publishing import CannotPublish
from registry.actions.withdrawing import withdraw
from registry.management.entering import add_texts, refused, texts


class Command(BaseCommand):
    help = "Withdraw an announced release: by an entry of its own, with a reason that customers read."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("number", type=int, help="the release that is announced")
        add_texts(parser, "reason", "The host stays as it is.", "why it is withdrawn; customers read it")

    def handle(self, **options: Any) -> None:
        reason = texts(options, "reason", "reasons")
        try:
            entry = withdraw(options["number"], reason=reason)
        except CannotPublish as error:
            raise CommandError(refused(error)) from error
        self.stdout.write(f"Release {entry.ends_id} is withdrawn. Entry {entry.number} of the chain: {entry.digest}")
