"""A run without a browser says which tests it left out, and fails where nothing may be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import TestCase

from .leftout import asks_for_a_database

pytestmark = pytest.mark.alone

JOURNEY = "tests/journeys/test_reading.py"


def run(folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """The journeys on a machine without Chromium."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "CI"))}
    alone = {"PATH": str(folder), "PLAYWRIGHT_BROWSERS_PATH": str(folder), "DATABASE_URL": "", "REFERENCE_DIR": ""}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:xdist", "-p", "no:cacheprovider", JOURNEY],
        cwd=settings.BASE_DIR,
        env=kept | alone | more,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(("more", "status"), [({}, 0), ({"CI": "true"}, 1)])
def test_without_chromium_the_journeys_are_named_and_in_ci_they_are_missed(
    tmp_path: Path, more: dict[str, str], status: int
) -> None:
    done = run(tmp_path, **more)

    assert f"{JOURNEY}::" in done.stdout
    assert ": no Chromium, and no way to install one\n" in done.stdout
    assert " skipped in " in done.stdout.splitlines()[-1]
    assert "passed" not in done.stdout.splitlines()[-1]
    assert done.returncode == status


def test_a_test_without_a_database_asks_for_none(request: pytest.FixtureRequest) -> None:
    assert asks_for_a_database(request.node) is False


def test_a_test_with_a_database_asks_for_it(request: pytest.FixtureRequest, db: None) -> None:
    assert asks_for_a_database(request.node) is True


@pytest.mark.django_db(transaction=True)
def test_a_test_marked_for_a_database_asks_for_it(request: pytest.FixtureRequest) -> None:
    assert asks_for_a_database(request.node) is True


def test_a_test_case_of_django_asks_for_a_database(request: pytest.FixtureRequest, monkeypatch) -> None:
    monkeypatch.setattr(type(request.node), "cls", TestCase)

    assert asks_for_a_database(request.node) is True
