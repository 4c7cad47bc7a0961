"""What a server needs before it serves. Each step looks first, so that a second call changes nothing and is quick."""

import secrets
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from ..actions.sample import NotEmpty, load_sample
from .catalogues import compile_stale

Say = Callable[[str], object]


def prepare(say: Say) -> None:
    """Bring database, message catalogues and static files up to the code."""
    migrate(say)
    compiled = compile_stale()
    if compiled:
        say(f"Compiled {len(compiled)} message catalogues.")
    collect_static(say)


def migrate(say: Say) -> None:
    """Raise CommandError where the database does not answer."""
    try:
        executor = MigrationExecutor(connection)
    except OperationalError as error:
        raise CommandError(f"The database does not answer ({error}). Start it, or set DATABASE_URL.") from error
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("Bringing the database up to date.")
        call_command("migrate", interactive=False, verbosity=0)


def collect_static(say: Say) -> None:
    """Copy, name by content and compress the static files, unless those there were made from the same ones."""
    mark = settings.STATIC_ROOT / "collected"
    digest = static_digest()
    if mark.exists() and mark.read_text() == digest:
        return
    say("Collecting static files.")
    # collectstatic passes over a file that is no older than its source, to the second. What stands under its own name
    # goes; what is named by its content stays, for pages that are out in the world.
    for name, _storage in _static_files():
        (settings.STATIC_ROOT / name).unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(digest)


def static_digest() -> str:
    """Names the static files as they lie in the source, without reading them."""
    files = {
        f"{storage.path(name)} {storage.get_modified_time(name)} {storage.size(name)}"
        for name, storage in _static_files()
    }
    return sha256("\n".join([settings.STORAGES["staticfiles"]["BACKEND"], *sorted(files)]).encode()).hexdigest()


def _static_files() -> Iterator[tuple[str, Any]]:
    for finder in get_finders():
        yield from finder.list([])


def fill_with_sample(say: Say) -> None:
    try:
        releases = load_sample()
    except NotEmpty:
        return
    say(f"Loaded the sample policy with its {len(releases)} releases.")


def first_account(say: Say) -> None:
    """A staff account, its password said this once, where nobody could sign in yet."""
    people = get_user_model()._default_manager
    with transaction.atomic():
        if people.exists():
            return
        password = secrets.token_urlsafe(12)
        people.create_superuser("admin", password=password)
    say(f"Staff sign in as admin with the password {password} (shown this once; change it in the admin).")
