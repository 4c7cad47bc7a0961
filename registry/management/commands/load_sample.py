from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry.actions.sample import NotEmpty, load_sample


class Command(BaseCommand):
    help = "Load the sample policy, three releases in six languages, into an empty database."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing where the database holds a registry")

    def handle(self, **options: Any) -> None:
        try:
            releases = load_sample()
        except NotEmpty as error:
            if options["if_empty"]:
                return
            raise CommandError(str(error)) from error
        for release in releases:
            self.stdout.write(f"Release {release.number}, in force on {release.in_force_existing_on}: {release.digest}")
