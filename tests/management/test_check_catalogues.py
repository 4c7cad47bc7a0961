from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from registry.management.commands import check_catalogues

HERE = [Path("registry/locale/da/LC_MESSAGES/django.po"), Path("registry/locale/hu/LC_MESSAGES/django.po")]


@pytest.fixture(autouse=True)
def gettext_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_catalogues.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(check_catalogues, "catalogues", lambda: HERE)


def test_catalogues_that_say_everything_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_catalogues, "wrong", list)
    output = StringIO()

    call_command("check_catalogues", stdout=output)

    assert output.getvalue() == "2 message catalogues say what the code says.\n"


def test_what_is_wrong_is_listed_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_catalogues, "wrong", lambda: ["da: 'a' is missing.", "hu: 'b' is fuzzy."])

    with pytest.raises(CommandError) as failed:
        call_command("check_catalogues")

    assert str(failed.value) == "da: 'a' is missing.\nhu: 'b' is fuzzy.\n2 messages want work."


def test_a_long_list_is_cut_and_still_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_catalogues, "wrong", lambda: [f"da: '{number}' is missing." for number in range(51)])

    with pytest.raises(CommandError) as failed:
        call_command("check_catalogues")

    assert str(failed.value).splitlines()[-3:] == ["da: '49' is missing.", "…", "51 messages want work."]


def test_without_gettext_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_catalogues.shutil, "which", lambda name: None)

    with pytest.raises(CommandError, match=r"On Debian: apt install gettext$"):
        call_command("check_catalogues")


def test_without_a_catalogue_nothing_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_catalogues, "catalogues", list)

    with pytest.raises(CommandError, match=r"^There is no message catalogue\."):
        call_command("check_catalogues")
