"""The keeper without its threads; tests/journeys/test_database.py runs them under gunicorn."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from registry.exchange import page
from registry.models import Release
from registry.public import site
from registry.public.known import Known, from_database
from registry.public.site import Keeper


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "site"


def on(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    monkeypatch.setattr(Known, "today", lambda self: day)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    def fail(known: Any = None) -> Any:
        raise OperationalError("connection refused")

    return lambda: monkeypatch.setattr(site, "from_database", fail)


@pytest.mark.django_db
def test_the_first_state_holds_every_page() -> None:
    keeper = Keeper()

    keeper.ask()
    keeper.serve()

    assert keeper.serving.site.current.number == 3
    assert keeper.serving.pages["/en/"].bodies["identity"].startswith(b"<!doctype html>")


@pytest.mark.django_db
def test_what_is_shown_already_is_not_made_again() -> None:
    keeper = Keeper()
    keeper.ask()
    shown = keeper.serve()
    serving = keeper.serving

    keeper.ask()

    assert keeper.serve(shown) == shown
    assert keeper.serving is serving


@pytest.mark.django_db
def test_a_day_that_turns_changes_what_is_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = Keeper()
    keeper.ask()
    on(monkeypatch, date(2024, 12, 12))
    shown = keeper.serve()
    before = keeper.serving

    on(monkeypatch, date(2024, 12, 13))
    keeper.serve(shown)

    assert (before.site.current.number, keeper.serving.site.current.number) == (2, 3)
    assert before.pages["/en/"] != keeper.serving.pages["/en/"]


@pytest.mark.django_db
def test_a_new_release_is_out_before_the_settled_archive_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = Keeper()
    all_of_it = from_database()
    keeper.known = Known(all_of_it.releases[:2], all_of_it.languages, all_of_it.time_zone)
    shown = keeper.serve()
    old = keeper.serving.pages["/en/releases/1/"]
    seen: list[Any] = []
    ready = site.pages.ready
    monkeypatch.setattr(site.pages, "ready", lambda *values: (seen.append(keeper.serving), ready(*values))[1])

    keeper.ask()
    keeper.serve(shown)

    while_fresh, while_archive = seen
    assert while_fresh.site.current.number == 2
    assert while_archive.site.current.number == 3
    assert while_archive.pages["/en/releases/1/"] is old
    assert set(while_archive.pages) == set(keeper.serving.pages)


@pytest.mark.django_db
def test_a_database_that_fails_leaves_what_is_served(broken: Callable[[], None]) -> None:
    keeper = Keeper()
    keeper.started = True
    keeper.ask()
    shown = keeper.serve()
    served, up = keeper.serving, keeper.database_down
    broken()

    keeper.ask()
    keeper.serve(shown)

    assert (up, keeper.database_down) == (False, True)
    assert keeper.serving is served


@pytest.mark.django_db
def test_a_database_that_hangs_counts_as_down(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = Keeper()
    keeper.started = True
    keeper.ask()
    asked = keeper.heard_at

    monkeypatch.setattr(site.time, "monotonic", lambda: asked + site.SILENT_AFTER - 0.1)
    soon = keeper.database_down
    monkeypatch.setattr(site.time, "monotonic", lambda: asked + site.SILENT_AFTER + 0.1)

    assert (soon, keeper.database_down) == (False, True)


@pytest.mark.django_db
def test_a_start_without_a_database_serves_what_is_on_disk(
    broken: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Keeper()
    first.ask()
    first.serve()
    broken()
    monkeypatch.setattr(page, "policy", lambda *values, **more: pytest.fail("rendered again"))

    second = Keeper()
    second.ask()
    second.serve()

    assert second.serving == first.serving


@pytest.mark.django_db
def test_a_start_with_nothing_at_all_waits_for_the_database(broken: Callable[[], None]) -> None:
    keeper = Keeper()
    broken()

    keeper.ask()

    assert keeper.serve() is None
    assert keeper.serving is None


@pytest.mark.django_db
def test_where_nothing_is_known_a_page_says_try_again_and_does_not_wait(
    broken: Callable[[], None], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = Keeper()
    keeper.started = True
    monkeypatch.setattr(site, "keeper", keeper)
    broken()
    keeper.ask()
    keeper.serve()

    for path in ("/", "/en/", "/hu/releases/1/", "/robots.txt", "/nowhere"):
        response = client.get(path)

        assert (response.status_code, response["Retry-After"]) == (503, "30"), path


@pytest.mark.django_db
def test_content_that_this_program_cannot_read_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = Keeper()
    keeper.started = True
    keeper.ask()
    shown = keeper.serve()
    served = keeper.serving

    def fail(known: Any = None) -> Any:
        raise ValueError("Release content of schema 9 is newer than this program.")

    monkeypatch.setattr(site, "from_database", fail)
    keeper.ask()
    keeper.serve(shown)

    assert keeper.serving is served
    assert keeper.database_down is False


@pytest.mark.django_db
def test_without_threads_each_call_looks_for_itself(broken: Callable[[], None]) -> None:
    keeper = Keeper()
    before = keeper.current()
    broken()

    assert keeper.current() == before
    assert keeper.page("/hu/").language == "hu"
    assert keeper.page("/de/") is None
    assert Release.objects.newest().digest == before.newest.digest
