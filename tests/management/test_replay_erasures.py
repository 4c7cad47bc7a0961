import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from registry.models import DpaRequester, Erasure
from tests.requests import submit


def said(*arguments: str, **options: object) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_a_restored_backup_is_erased_again_at_the_time_that_the_log_says(db: None, tmp_path: Path) -> None:
    request = submit()
    at = timezone.now()
    (tmp_path / "log").write_text(f"{request.reference}\t{at.isoformat()}\n\n")

    assert said("replay_erasures", str(tmp_path / "log")) == f"{request.reference}\nPeople erased again: 1.\n"
    assert said("replay_erasures", str(tmp_path / "log")) == "People erased again: 0.\n"
    assert Erasure.objects.get().erased_at == at


def test_a_log_says_the_ground_where_it_is_not_older_than_grounds(db: None, tmp_path: Path) -> None:
    at = timezone.now().isoformat()
    (tmp_path / "log").write_text(f"DPA-2222-2222\t{at}\tretention\nDPA-2222-3333\t{at}\n")

    said("replay_erasures", str(tmp_path / "log"))

    assert dict(Erasure.objects.values_list("reference", "ground")) == {
        "DPA-2222-2222": "retention",
        "DPA-2222-3333": "",
    }


NOW = "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    "line",
    [
        "DPA-2222-2222",
        "DPA-2222-2222\tyesterday",
        "DPA-2222-2222\t2026-01-01T00:00:00",
        f"DPA-2222-2222\t{NOW}\twhim",
    ],
)
def test_a_log_that_is_not_whole_is_refused_before_anything_is_erased(db: None, tmp_path: Path, line: str) -> None:
    request = submit()
    (tmp_path / "log").write_text(f"{request.reference}\t{timezone.now().isoformat()}\n{line}\n")

    with pytest.raises(CommandError, match="Line 2 is no line of an erasure log"):
        said("replay_erasures", str(tmp_path / "log"))

    assert DpaRequester.objects.count() == 1
    with pytest.raises(CommandError, match="cannot be read: No such file or directory"):
        said("replay_erasures", str(tmp_path / "nothing"))


def test_the_log_is_read_from_standard_input(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    request = submit()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{request.reference}\t{timezone.now().isoformat()}\n"))

    assert said("replay_erasures", "-") == f"{request.reference}\nPeople erased again: 1.\n"
