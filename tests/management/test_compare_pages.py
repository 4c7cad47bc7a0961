import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from registry.management.commands import compare_pages


@pytest.fixture
def pages(tmp_path):
    """Two pages that agree, one that does not, and one without a language."""
    (tmp_path / "da.txt").write_text("Opdateret: 13. december 2024\n\nLinode, LLC – Tyskland", "utf-8")
    (tmp_path / "page.hu.html").write_text(
        "<p>Frissítve: 2024. december 13.<table><tr><td>Linode<td>Németország</table>", "utf-8-sig"
    )
    (tmp_path / "et.txt").write_text("Uuendatud: 2. oktoobril 2023\n\nLinode, LLC – Iirimaa", "utf-8")
    (tmp_path / "policy.txt").write_text("Linode, LLC – Germany", "utf-8")
    (tmp_path / "own.toml").write_text('[entities]\n"Linode, LLC" = []\n', "utf-8")
    return tmp_path


def run(*arguments):
    output = StringIO()
    status = 0
    try:
        call_command("compare_pages", *map(str, arguments), stdout=output)
    except SystemExit as ended:
        status = ended.code
    return status, output.getvalue()


def test_pages_that_agree_end_with_nothing_without_database_or_registry(pages):
    status, told = run(
        pages / "da.txt", pages / "page.hu.html", "--without-registry", f"--spellings={pages / 'own.toml'}"
    )

    assert (status, "0 disagreements" in told.splitlines()) == (0, True)


def test_pages_that_disagree_end_with_1_a_report_and_a_table(pages):
    status, told = run(
        *(pages / "da.txt", pages / "et.txt", "--without-registry", f"--spellings={pages / 'own.toml'}"),
        *(f"--html={pages / 'report.html'}", f"--csv={pages / 'report.csv'}"),
    )

    assert status == 1
    assert "    the page’s own date: 2024-12-13 (da); 2023-10-02 (et)" in told.splitlines()
    assert (pages / "report.csv").read_text("utf-8-sig").splitlines() == [
        "kind,subject,da,et",
        "date,the page’s own date,2024-12-13,2023-10-02",
        'places,"Linode, LLC",Germany,Ireland',
        "country,Germany,in a row,",
        "country,Ireland,,in a row",
    ]
    assert "<small>et.txt</small>" in (pages / "report.html").read_text("utf-8")
    assert "\x1b" not in told


def test_the_registry_stands_beside_each_disagreement(db, pages):
    status, told = run(pages / "da.txt")

    assert status == 1
    assert "    Linode, LLC: listed (da). Registry: not listed" in told.splitlines()


def test_an_empty_registry_leaves_its_column_out(empty_registry, pages):
    status, told = run(pages / "da.txt", pages / "page.hu.html")

    assert (status, "Registry" in told) == (0, False)
    assert "    company: Linode, LLC" in told.splitlines()


def test_a_language_may_be_given(pages):
    assert run(pages / "policy.txt", "--without-registry", "--language=policy.txt=en")[0] == 0
    assert run(pages / "policy.txt", "--without-registry", f"--language={pages / 'policy.txt'}=en")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.txt"], "none.txt cannot be read: No such file or directory."),
        (["policy.txt"], "policy.txt: its language is not known. "),
        (["da.txt", "da.txt"], "One file is given twice."),
        (["da.txt", "--language=x.txt=da"], "--language names x.txt, which is none of the files."),
        (["da.txt", "--language=da.txt=xx"], "Error: argument --language: 'da.txt=xx' says no language. "),
        (["da.txt", "--spellings=da.txt"], "da.txt is no TOML: "),
        (["da.txt", "--html=none/report.html"], "none/report.html cannot be written: No such file or directory."),
    ],
)
def test_what_cannot_be_used_ends_with_2_and_a_sentence(pages, monkeypatch, arguments, message):
    monkeypatch.chdir(pages)

    with pytest.raises(CommandError) as failed:
        run("--without-registry", *arguments)

    assert str(failed.value).startswith(message)
    assert failed.value.returncode == 2 or message.startswith("Error:")


def test_a_database_that_does_not_answer_is_told_with_the_way_around(pages, monkeypatch):
    def broken():
        raise OperationalError("no such table")

    monkeypatch.setattr(compare_pages, "registry", broken)

    with pytest.raises(CommandError, match="or compare the pages alone with --without-registry") as failed:
        run(pages / "da.txt")
    assert failed.value.returncode == 2


def test_a_reader_who_has_seen_enough_gets_no_complaint(pages):
    command = f"{sys.executable} manage.py compare_pages --without-registry {pages / 'da.txt'} {pages / 'et.txt'}"

    ended = subprocess.run(["sh", "-c", f"({command}; echo $? >&2) | true"], capture_output=True, text=True, check=True)

    assert ended.stderr == "1\n"
