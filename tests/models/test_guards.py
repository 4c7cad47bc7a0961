import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection

from registry.models import guards


def test_every_guard_stands_after_migrating(db):
    assert guards.missing() == []
    assert [error for error in run_checks(databases=["default"]) if error.id == "registry.E001"] == []


def test_a_guard_that_was_dropped_is_named_by_the_check_and_comes_back_with_migrate(db):
    name = "release_no_update" if connection.vendor == "sqlite" else "release_no_change"
    on = "" if connection.vendor == "sqlite" else " ON registry_release"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")

    assert guards.missing() == [name]
    errors = [error for error in run_checks(databases=["default"]) if error.id == "registry.E001"]
    assert [error.msg for error in errors] == [f"The guard {name} is missing."]

    call_command("migrate", verbosity=0)
    assert guards.missing() == []


def test_a_guard_that_was_disabled_counts_as_missing(db):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite cannot disable a trigger")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE registry_release DISABLE TRIGGER release_no_truncate")

    assert guards.missing() == ["release_no_truncate"]
