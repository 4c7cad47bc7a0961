import sqlite3
import subprocess
import sys
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from registry.models import Release, guards

pytestmark = pytest.mark.django_db


def test_a_chain_that_holds_is_said_to() -> None:
    output = StringIO()

    call_command("verify_releases", stdout=output)

    newest = Release.objects.get(number=3)
    assert output.getvalue() == f"3 releases: the chain holds. Newest digest: {newest.digest}\n"


def test_a_release_that_was_changed_is_named() -> None:
    with guards.lifted():
        release = Release.objects.get(number=2)
        Release.objects.filter(number=2).update(content=release.content.replace("2023-10-02", "2023-10-03"))

    with pytest.raises(CommandError) as failed:
        call_command("verify_releases")

    assert failed.value.returncode == 1
    assert str(failed.value).splitlines()[0] == "Release 2: its digest is not that of its content."


@pytest.mark.alone
def test_a_database_that_lost_a_guard_ends_with_exit_status_1(tmp_path: Path, settings: Any) -> None:
    environment = {"DATA_DIR": str(tmp_path), "PUBLIC_URL": settings.PUBLIC_URL, "SECRET_KEY": settings.SECRET_KEY}

    def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
        )

    assert manage("migrate", "--verbosity=0").returncode == 0
    whole = manage("verify_releases")
    with closing(sqlite3.connect(tmp_path / "trustcenter.sqlite3")) as database:
        database.execute("DROP TRIGGER release_no_update")
    broken = manage("verify_releases")

    assert (whole.returncode, whole.stdout) == (0, "There is no release yet.\n")
    assert broken.returncode == 1
    assert broken.stderr.startswith(("CommandError: ", "SystemCheckError: "))
    assert "release_no_update" in broken.stderr
    assert "Traceback" not in broken.stderr
