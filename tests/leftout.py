"""What a run of the tests leaves out, said in its last lines. Under CI=true nothing that needs a browser may be."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.db import connection


def browser_is_here() -> bool:
    from playwright.sync_api import sync_playwright

    from .journeys.browsing import chromium_path

    if chromium_path():
        return True
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path).exists()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    others = ("looks", "alone") if connection.vendor == "postgresql" else ("postgresql",)
    elsewhere = [item for item in items if any(map(item.get_closest_marker, others))]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [item for item in items if not any(map(item.get_closest_marker, others))]
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
