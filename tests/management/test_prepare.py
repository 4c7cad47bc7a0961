import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.alone


def test_it_makes_a_new_data_folder_ready_and_leaves_the_registry_empty(tmp_path: Path) -> None:
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": "", "PYTHONWARNINGS": "ignore"}

    def prepare() -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", "prepare"],
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    first, second = prepare(), prepare()

    assert first.splitlines()[0] == "Bringing the database up to date."
    assert first.splitlines()[-1] == "Collecting static files."
    assert second == ""
    assert (tmp_path / "static" / "staticfiles.json").exists()
    with closing(sqlite3.connect(tmp_path / "trustcenter.sqlite3")) as database:
        counts = [
            database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("registry_release", "auth_user")
        ]
    assert counts == [0, 0]
