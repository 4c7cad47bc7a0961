"""Triggers that keep evidence as it is, in both databases: releases, versions of DPA templates, events of requests.

They go wherever a migration, a rebuilt table or a careless hand removed them: `install` runs after every migration, a
system check (registry.E001) and `verify_releases` fail where one is missing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.checks import Error, Tags, register
from django.db import connections
from django.db.utils import OperationalError


@dataclass(frozen=True)
class Guarded:
    """A table whose rows stay as they are. `name` begins the names of its triggers; a row is known by any of `keys`,
    each a condition over the row that stands and NEW."""

    table: str
    name: str
    keys: tuple[str, ...]
    what: str

    @property
    def refusal(self) -> str:
        return f"{self.what} is evidence: it cannot be changed or removed"

    def triggers(self, vendor: str) -> dict[str, str]:
        if vendor == "sqlite":
            same = " OR ".join(f"({key})" for key in self.keys)
            return {
                # INSERT OR REPLACE walks past update and delete triggers, hence the third one.
                f"{self.name}_no_update": f"BEFORE UPDATE ON {self.table}",
                f"{self.name}_no_delete": f"BEFORE DELETE ON {self.table}",
                f"{self.name}_no_replace": (
                    f"BEFORE INSERT ON {self.table} WHEN EXISTS (SELECT 1 FROM {self.table} WHERE {same})"  # noqa: S608 - constant names
                ),
            }
        return {
            f"{self.name}_no_change": f"BEFORE UPDATE OR DELETE ON {self.table} FOR EACH ROW",
            # TRUNCATE skips row triggers.
            f"{self.name}_no_truncate": f"BEFORE TRUNCATE ON {self.table} FOR EACH STATEMENT",
        }


RELEASE = Guarded("registry_release", "release", ("number = NEW.number", "digest = NEW.digest"), "a release")
GUARDED = (
    RELEASE,
    Guarded(
        "registry_dpatemplateversion",
        "template_version",
        ("id = NEW.id", "digest = NEW.digest", "template_id = NEW.template_id AND number = NEW.number"),
        "a version of a template",
    ),
    Guarded(
        "registry_dpaevent",
        "dpa_event",
        ("id = NEW.id", "digest = NEW.digest", "request_id = NEW.request_id AND number = NEW.number"),
        "an event of a request",
    ),
)
REFUSAL = RELEASE.refusal


def install(using: str = "default") -> None:
    """Install every guard anew, with the text that this version of the code knows."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for guarded in _standing(connection, cursor):
            _remove(guarded, connection, cursor)
            if connection.vendor == "sqlite":
                for name, when in guarded.triggers("sqlite").items():
                    cursor.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, '{guarded.refusal}'); END")
                continue
            function = f"{guarded.table}_refuse"
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{guarded.refusal}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
            )
            for name, when in guarded.triggers("postgresql").items():
                cursor.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {function}()")


def remove(using: str = "default") -> None:
    connection = connections[using]
    with connection.cursor() as cursor:
        for guarded in _standing(connection, cursor):
            _remove(guarded, connection, cursor)


def _remove(guarded: Guarded, connection: Any, cursor: Any) -> None:
    for name in guarded.triggers(connection.vendor):
        on = "" if connection.vendor == "sqlite" else f" ON {guarded.table}"
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def _standing(connection: Any, cursor: Any) -> list[Guarded]:
    """Of what is guarded, the tables that there are: a migration half way has not made them all."""
    tables = connection.introspection.table_names(cursor)
    return [guarded for guarded in GUARDED if guarded.table in tables]


def missing(using: str = "default") -> list[str]:
    """The names of guards that do not stand (on PostgreSQL: or that are disabled)."""
    connection = connections[using]
    found: set[str] = set()
    with connection.cursor() as cursor:
        for guarded in _standing(connection, cursor):
            if connection.vendor == "sqlite":
                cursor.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [guarded.table]
                )
            else:
                cursor.execute(
                    "SELECT tgname FROM pg_trigger "
                    "WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled <> 'D'",
                    [guarded.table],
                )
            found |= guarded.triggers(connection.vendor).keys() - {name for (name,) in cursor.fetchall()}
    return sorted(found)


@contextmanager
def lifted(using: str = "default") -> Iterator[None]:
    """Without guards, for the flush between two tests alone."""
    remove(using)
    try:
        yield
    finally:
        install(using)


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
            Error(f"The guard {name} is missing.", hint="Run manage.py migrate.", id="registry.E001") for name in gone
        ]
    return errors
