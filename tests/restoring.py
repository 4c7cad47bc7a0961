"""What the tests' database held when they began, beside it, and given back after a test with transactions of its own.

Django would empty every table and read all rows from JSON; a table filled from its copy takes a fraction of that.
"""

from collections.abc import Iterator

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from registry.models import guards

COPIES = "sample"


def keep() -> None:
    with connection.cursor() as cursor:
        beside = "ATTACH ':memory:' AS" if connection.vendor == "sqlite" else "CREATE SCHEMA"
        cursor.execute(f"{beside} {COPIES}")
        for table in _tables():
            cursor.execute(f"CREATE TABLE {COPIES}.{table} AS SELECT * FROM {table}")


def give_back() -> None:
    """The only place that may lift the guards of releases."""
    with guards.lifted(), transaction.atomic(), connection.cursor() as cursor:
        # Foreign keys are looked at when the transaction ends, so that no order is needed.
        for table in _tables():
            cursor.execute(f"DELETE FROM {table}")
        for table in _tables():
            columns = ", ".join(_columns(cursor, table))
            cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {COPIES}.{table}")
        _number_on(cursor)


def _tables() -> list[str]:
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return [connection.ops.quote_name(name) for name in sorted(names)]


def _columns(cursor: CursorWrapper, table: str) -> Iterator[str]:
    cursor.execute(f"SELECT * FROM {COPIES}.{table} LIMIT 0")
    yield from (connection.ops.quote_name(column[0]) for column in cursor.description)


def _number_on(cursor: CursorWrapper) -> None:
    """New rows get the numbers that they would get in a fresh database."""
    if connection.vendor == "sqlite":
        # SQLite counts on from the highest number that is there.
        cursor.execute("UPDATE sqlite_sequence SET seq = 0")
    for sql in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
        cursor.execute(sql)
