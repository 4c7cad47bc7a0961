from io import StringIO
from pathlib import Path
from typing import Any

import polib
import pytest
from django.core.management import CommandError, call_command

from registry.actions.exchanging import export
from registry.models import PolicySection, TranslationPin
from tests.management.test_progress import Terminal

pytestmark = pytest.mark.django_db
HEADING = "sections/definition/heading"


@pytest.fixture
def section() -> PolicySection:
    return PolicySection.objects.get(key="definition")


def written(folder: Path, language: str = "lv", text: str = "Cits", **header: str) -> Path:
    file = polib.pofile(export(language).decode(), wrapwidth=0)
    file.metadata.update(header)
    entry = next(entry for entry in file if entry.msgctxt == HEADING)
    entry.msgstr = text
    path = folder / f"{language}.po"
    file.save(str(path))
    return path


def run(*arguments: Any, terminal: bool = False) -> tuple[str, str, int]:
    """What it said, what it complained of, and its exit status."""
    output, errors = (Terminal(), Terminal()) if terminal else (StringIO(), StringIO())
    try:
        call_command("import_translations", *map(str, arguments), stdout=output, stderr=errors)
    except CommandError as error:
        return output.getvalue(), errors.getvalue() + str(error), error.returncode
    return output.getvalue(), errors.getvalue(), 0


def test_what_is_taken_needs_no_words_in_a_pipe(tmp_path: Path, section: PolicySection) -> None:
    assert run(written(tmp_path)) == ("", "", 0)

    section.refresh_from_db()
    assert section.heading_lv == "Cits"  # type: ignore[attr-defined]
    pin = TranslationPin.objects.get(noun="policysection", object_id=section.pk, field="heading", language="lv")
    assert (pin.by, pin.status) == (None, "human")


def test_a_terminal_sees_how_far_it_is_and_what_was_done(tmp_path: Path, section: PolicySection) -> None:
    path, same = written(tmp_path), len(polib.pofile(export("lv").decode())) - 1

    said, progress, status = run(path, terminal=True)

    assert status == 0
    assert said == f"{path} (lv): added 0, changed 1, confirmed 0, outdated 0, refused 0, unchanged {same}\n"
    assert progress == f"\r\x1b[K1/1 {path}\r\x1b[K"


def test_a_dry_run_tells_all_of_it_and_saves_nothing(tmp_path: Path, section: PolicySection) -> None:
    path, before = written(tmp_path), section.history.count()  # type: ignore[attr-defined]

    said, errors, status = run("--dry-run", path)

    assert (errors, status) == ("", 0)
    assert said.splitlines()[0].partition(": ")[2] == f"{HEADING}: changed"
    assert len(said.splitlines()) == 2
    assert PolicySection.objects.get(pk=section.pk).history.count() == before


def test_refused_entries_are_told_with_their_lines_and_the_status_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, text="<b>Cits</b>")
    line = path.read_text("utf-8").partition(f'msgctxt "{HEADING}"')[0].count("\n") - 3

    assert run(path) == (
        "",
        f"{path}:{line}: {HEADING}: Write Markdown, not HTML: <b> would be shown as it stands.\nEntries refused: 1.",
        1,
    )


def test_a_machines_texts_are_kept_as_such(tmp_path: Path, section: PolicySection) -> None:
    assert run("--machine", written(tmp_path)) == ("", "", 0)

    pin = TranslationPin.objects.get(noun="policysection", object_id=section.pk, field="heading", language="lv")
    assert pin.status == "machine"


def test_a_file_that_cannot_be_read_hinders_no_other(tmp_path: Path, section: PolicySection) -> None:
    broken = tmp_path / "broken.po"
    broken.write_text("no PO")

    _said, errors, status = run(broken, tmp_path / "nowhere.po", written(tmp_path))

    assert (errors, status) == (
        f"{broken}: The file is no PO file.\n{tmp_path}/nowhere.po: No such file or directory\nFiles not imported: 2.",
        2,
    )
    section.refresh_from_db()
    assert section.heading_lv == "Cits"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("header", "arguments", "sentence"),
    [
        ("lv", ["--language=da"], "The file is of another language. Its language: lv."),
        ("", [], "Its header names no language. Name it with --language."),
        ("de", [], "Nobody translates into de. There are: da, et, hu, lv, pt-br."),
    ],
)
def test_a_file_of_another_language_is_not_touched(
    tmp_path: Path, section: PolicySection, header: str, arguments: list[str], sentence: str
) -> None:
    path = written(tmp_path, Language=header)

    assert run(*arguments, path) == ("", f"{path}: {sentence}\nFiles not imported: 1.", 2)
    assert PolicySection.objects.get(pk=section.pk).version == section.version


def test_a_file_without_a_language_is_of_the_one_that_is_named(tmp_path: Path, section: PolicySection) -> None:
    assert run("--language=lv", written(tmp_path, Language="")) == ("", "", 0)
    assert run("--language=de", tmp_path / "lv.po")[2] == 2

    section.refresh_from_db()
    assert section.heading_lv == "Cits"  # type: ignore[attr-defined]
