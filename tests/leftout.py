"""What a run of the tests leaves out, said in its last lines. Under CI=true nothing that needs a browser may be."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import SimpleTestCase


def browser_is_here() -> bool:
    from playwright.sync_api import sync_playwright

    from .journeys.browsing import chromium_path

    if chromium_path():
        return True
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


def asks_for_a_database(item: pytest.Item) -> bool:
    """pytest-django lets no other test reach one, and a browser's product has its own."""
    fixtures = {"db", "transactional_db"} & set(getattr(item, "fixturenames", ()))
    case = issubclass(getattr(item, "cls", None) or object, SimpleTestCase)
    return bool(fixtures or case or item.get_closest_marker("django_db") or item.get_closest_marker("browser"))


def belongs_elsewhere(item: pytest.Item) -> bool:
    """Whether a test says on the other database what it would say on this one, or can say it there alone."""
    if connection.vendor != "postgresql":
        return item.get_closest_marker("postgresql") is not None
    return any(map(item.get_closest_marker, ("looks", "alone"))) or not asks_for_a_database(item)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    elsewhere = [item for item in items if belongs_elsewhere(item)]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [item for item in items if item not in elsewhere]
    journeys = [item for item in items if item.get_closest_marker("browser")]
    if journeys and not browser_is_here():
        for item in journeys:
            item.add_marker(pytest.mark.skip(reason="no Chromium, and no way to install one"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section("left out")
        for report in skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
            terminalreporter.write_line(f"{report.nodeid}: {str(reason).removeprefix('Skipped: ')}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") != "true" or reporter is None or exitstatus != pytest.ExitCode.OK:
        return
    if any("browser" in report.keywords for report in reporter.stats.get("skipped", [])):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
