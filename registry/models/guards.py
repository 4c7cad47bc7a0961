"""Triggers that keep releases as they are, in both databases.

They go wherever a migration, a rebuilt table or a careless hand removed them: `install` runs after every migration, a
system check (registry.E001) and `verify_releases` fail where one is missing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.checks import Error, Tags, register
from django.db import connections
from django.db.utils import OperationalError

TABLE = "registry_release"
REFUSAL = "a release is evidence: it cannot be changed or removed"

_SQLITE = {
    # INSERT OR REPLACE walks past update and delete triggers, hence the third one.
    "release_no_update": f"BEFORE UPDATE ON {TABLE}",
    "release_no_delete": f"BEFORE DELETE ON {TABLE}",
    "release_no_replace": (
        f"BEFORE INSERT ON {TABLE} WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE number = NEW.number OR digest = NEW.digest)"  # noqa: S608 - a constant name
    ),
}
_POSTGRESQL = {
    "release_no_change": f"BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW",
    # TRUNCATE skips row triggers.
    "release_no_truncate": f"BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT",
}


def install(using: str = "default") -> None:
    """Install every guard anew, with the text that this version of the code knows."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return
        remove(using)
        if connection.vendor == "sqlite":
            for name, when in _SQLITE.items():
                cursor.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END")
            return
        cursor.execute(
            "CREATE OR REPLACE FUNCTION registry_release_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
        for name, when in _POSTGRESQL.items():
            cursor.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION registry_release_refuse()")


def remove(using: str = "default") -> None:
    connection = connections[using]
    with connection.cursor() as cursor:
        for name in _expected(connection):
            on = "" if connection.vendor == "sqlite" else f" ON {TABLE}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def missing(using: str = "default") -> list[str]:
    """The names of guards that do not stand (on PostgreSQL: or that are disabled)."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return []
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE])
        else:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled <> 'D'",
                [TABLE],
            )
        standing = {name for (name,) in cursor.fetchall()}
    return sorted(set(_expected(connection)) - standing)


@contextmanager
def lifted(using: str = "default") -> Iterator[None]:
    """Without guards, for the flush between two tests alone."""
    remove(using)
    try:
        yield
    finally:
        install(using)


def _expected(connection: Any) -> dict[str, str]:
    return _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL


@register(Tags.database)
def check_guards(databases: Any = None, **kwargs: Any) -> list[Error]:
    """registry.E001, where the checked database has releases but not all of their guards."""
    errors = []
    for using in databases or []:
        try:
            gone = missing(using)
        except OperationalError:
            continue  # An unreachable database is for /readyz to tell.
        errors += [
            Error(f"The guard {name} of releases is missing.", hint="Run manage.py migrate.", id="registry.E001")
            for name in gone
        ]
    return errors
