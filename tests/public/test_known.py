import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from registry.models import Language, Release
from registry.public.known import Known, from_database, from_disk, keep

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "site"


def test_it_holds_every_release_and_the_public_languages() -> None:
    known = from_database()

    assert [digest for _text, digest in known.releases] == list(
        Release.objects.order_by("number").values_list("digest", flat=True)
    )
    assert known.languages == ("da", "en", "et", "hu", "lv", "pt-br")


def test_nothing_new_costs_two_short_queries(django_assert_num_queries: Any) -> None:
    known = from_database()

    with django_assert_num_queries(2):
        assert from_database(known) is known


def test_a_language_switched_off_is_noticed() -> None:
    known = from_database()
    Language.objects.filter(code="da").update(public=False)

    assert from_database(known) == Known(known.releases, ("en", "et", "hu", "lv", "pt-br"), known.time_zone)


def test_a_new_release_is_noticed() -> None:
    known = from_database()
    earlier = Known(known.releases[:2], known.languages, known.time_zone)

    assert from_database(earlier) == known


def test_an_empty_database_is_known_to_be_empty(empty_registry: None) -> None:
    assert from_database() == Known((), (), "UTC")


def test_what_is_kept_comes_back_from_disk() -> None:
    known = from_database()

    keep(known)

    assert from_disk() == known


def test_the_disk_may_hold_nothing() -> None:
    assert from_disk() is None


@pytest.mark.parametrize("damage", ["", "{", '{"languages": []}', '{"languages": [], "releases": ["{}"]}'])
def test_a_damaged_file_counts_as_nothing(folder: Path, damage: str) -> None:
    folder.mkdir()
    (folder / "known.json").write_text(damage)

    assert from_disk() is None


def test_a_changed_release_on_disk_breaks_its_chain(folder: Path) -> None:
    keep(from_database())
    kept = json.loads((folder / "known.json").read_text())
    kept["releases"][0] = kept["releases"][0].replace("2019", "2018")
    (folder / "known.json").write_text(json.dumps(kept))

    assert from_disk() is None


def test_a_full_disk_is_no_reason_to_stop(folder: Path) -> None:
    folder.write_text("a file where the folder should be")

    keep(from_database())

    assert folder.read_text() == "a file where the folder should be"


def test_the_day_turns_where_the_newest_release_says(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC, datetime

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime(2026, 3, 1, 23, 30, tzinfo=UTC)

    monkeypatch.setattr("registry.public.known.datetime", Clock)

    assert Known((), (), "UTC").today() == date(2026, 3, 1)
    assert Known((), (), "Europe/Tallinn").today() == date(2026, 3, 2)
    assert Known((), (), "America/Los_Angeles").today() == date(2026, 3, 1)
