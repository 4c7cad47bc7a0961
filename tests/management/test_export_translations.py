from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from registry.actions.exchanging import export
from tests.management.test_progress import Terminal

pytestmark = pytest.mark.django_db


def test_every_language_gets_its_file_and_a_pipe_hears_nothing(tmp_path: Path) -> None:
    output, errors = StringIO(), StringIO()

    call_command("export_translations", f"--output={tmp_path / 'files'}", stdout=output, stderr=errors)

    assert {path.name: path.read_bytes() for path in (tmp_path / "files").iterdir()} == {
        "liveagent-da.po": export("da"),
        "liveagent-et.po": export("et"),
        "liveagent-hu.po": export("hu"),
        "liveagent-lv.po": export("lv"),
        "liveagent-pt_BR.po": export("pt-br"),
    }
    assert (output.getvalue(), errors.getvalue()) == ("", "")


def test_a_terminal_sees_how_far_it_is_and_the_files(tmp_path: Path) -> None:
    output, errors = Terminal(), Terminal()

    call_command("export_translations", "lv", "da", f"--output={tmp_path}", stdout=output, stderr=errors)

    assert output.getvalue() == f"{tmp_path}/liveagent-lv.po\n{tmp_path}/liveagent-da.po\n"
    assert "1/2 lv" in errors.getvalue()
    assert "2/2 da" in errors.getvalue()


def test_one_language_can_go_to_standard_output() -> None:
    output = StringIO()

    call_command("export_translations", "lv", "--output=-", stdout=output)

    assert output.getvalue().encode() == export("lv")


def test_a_dry_run_tells_what_each_file_would_be_and_writes_none(tmp_path: Path) -> None:
    (tmp_path / "liveagent-da.po").write_bytes(export("da"))
    (tmp_path / "liveagent-lv.po").write_text("a translator's work")
    output = StringIO()

    call_command("export_translations", "da", "lv", "hu", "--dry-run", f"--output={tmp_path}", stdout=output)

    assert output.getvalue().splitlines() == [
        f"{tmp_path}/liveagent-da.po: unchanged",
        f"{tmp_path}/liveagent-lv.po: replaced",
        f"{tmp_path}/liveagent-hu.po: new",
    ]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "liveagent-da.po": export("da"),
        "liveagent-lv.po": b"a translator's work",
    }


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["de"], "Nobody translates into de. There are: da, et, hu, lv, pt-br."),
        (["en"], "Nobody translates into en. There are: da, et, hu, lv, pt-br."),
        (["lv", "da", "--output=-"], "Standard output takes one language. Name it."),
        (["lv", "--output=-", "--dry-run"], "Standard output keeps nothing. Leave out --dry-run."),
        (["lv", "--output=/dev/null/files"], "/dev/null/files cannot be written: Not a directory."),
    ],
)
def test_what_cannot_be_written_is_told(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError) as failed:
        call_command("export_translations", *arguments)

    assert str(failed.value) == sentence


@pytest.mark.usefixtures("empty_registry")
def test_an_empty_registry_has_no_files() -> None:
    call_command("export_translations")
