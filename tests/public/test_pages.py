from datetime import date
from pathlib import Path
from typing import Any

import pytest

from registry.exchange import page
from registry.models import Release
from registry.public import pages
from registry.public.known import from_database

pytestmark = pytest.mark.django_db
LANGUAGES = ["da", "en", "et", "hu", "lv", "pt-br"]
DAY = date(2026, 1, 1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "site"


def test_the_plan_is_every_public_address() -> None:
    site = from_database().on(DAY)
    regions = [region["key"] for region in site.current.content["regions"]]

    assert set(pages.plan(site)) == {
        "/robots.txt",
        "/sitemap.xml",
        "/.well-known/security.txt",
        *(f"/releases/{number}.json" for number in (1, 2, 3)),
        *(f"/{code}/" for code in LANGUAGES),
        *(f"/{code}/releases/" for code in LANGUAGES),
        *(f"/{code}/feed.atom" for code in LANGUAGES),
        *(f"/{code}/releases/{number}/" for code in LANGUAGES for number in (1, 2, 3)),
        *(f"/{code}/regions/{key}/" for code in LANGUAGES for key in regions),
    }
    assert len(regions) > 0


def test_the_archive_is_what_was_superseded_before_the_last() -> None:
    site = from_database().on(DAY)

    assert sorted(pages.archive(site)) == sorted(f"/{code}/releases/1/" for code in LANGUAGES)
    assert not pages.archive(site).keys() & pages.fresh(site).keys()


def test_before_its_day_a_release_is_not_at_the_policys_own_address() -> None:
    site = from_database().on(date(2019, 1, 1))

    assert "/en/" not in pages.plan(site)
    assert "/en/releases/3/" in pages.plan(site)


def test_the_exact_bytes_of_a_release_are_those_of_its_digest() -> None:
    release = Release.objects.get(number=2)

    found = pages.plan(from_database().on(DAY))["/releases/2.json"]()

    assert found.content_type == "application/json"
    assert found.bodies["identity"] == release.content.encode()


def test_a_page_is_what_the_shape_renders() -> None:
    site = from_database().on(DAY)

    found = pages.plan(site)["/pt-br/"]()

    assert found.bodies["identity"].decode() == page.policy(site, site.current, "pt-br")
    assert (found.content_type, found.language) == ("text/html; charset=utf-8", "pt-BR")


def test_what_one_process_has_made_another_one_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    site = from_database().on(DAY)
    made = pages.ready(site, pages.archive)
    monkeypatch.setattr(page, "policy", lambda *values, **more: pytest.fail("rendered again"))

    assert pages.ready(site, pages.archive) == made
    assert sorted(made) == sorted(pages.archive(site))


def test_another_day_and_another_build_are_made_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = from_database()

    pages.ready(known.on(DAY), pages.archive)
    pages.ready(known.on(date(2026, 1, 2)), pages.archive)
    monkeypatch.setattr(pages, "build", lambda: "another build")
    pages.ready(known.on(DAY), pages.archive)

    assert len(list(folder.glob("archive-*.pages"))) == 3


@pytest.mark.parametrize("damage", [b"", b"{", b'{"digest": "x", "pages": {}}\nblob'])
def test_a_damaged_file_is_made_again(folder: Path, damage: bytes) -> None:
    site = from_database().on(DAY)
    made = pages.ready(site, pages.archive)
    (path,) = folder.glob("archive-*.pages")
    path.write_bytes(damage)

    assert pages.ready(site, pages.archive) == made
    assert len(path.read_bytes()) > 10_000


def test_a_disk_that_takes_nothing_does_not_stop_a_page(folder: Path) -> None:
    folder.write_text("a file where the folder should be")

    assert len(pages.ready(from_database().on(DAY), pages.archive)) == 6


def test_files_of_states_that_are_over_go_after_an_hour(folder: Path) -> None:
    import os
    import time

    known = from_database()
    pages.ready(known.on(date(2025, 1, 1)), pages.archive)
    (old,) = folder.glob("*.pages")
    pages.ready(known.on(date(2025, 1, 2)), pages.archive)
    (recent,) = set(folder.glob("*.pages")) - {old}
    pages.ready(known.on(DAY), pages.archive)
    (current,) = set(folder.glob("*.pages")) - {old, recent}
    for path in (old, current):
        os.utime(path, (time.time() - 3700,) * 2)

    pages.clean(known.on(DAY))

    assert set(folder.glob("*.pages")) == {recent, current}


def test_older_pages_stand_in_only_for_releases_that_were_settled() -> None:
    known = from_database()
    today, without_the_last = known.on(DAY), known.on(date(2024, 1, 1))

    assert pages.settled_in(today, today)
    # Release 1 was superseded already; release 2 is not in the archive on either side.
    assert pages.settled_in(without_the_last, today)
    assert not pages.settled_in(known.on(date(2020, 1, 1)), today)


def test_the_build_names_templates_and_code() -> None:
    names = {path.name for path in pages._sources()}

    assert {"base.html", "policy.html", "page.py", "pages.py", "localized.py", "paper.typ", "others.html"} <= names
