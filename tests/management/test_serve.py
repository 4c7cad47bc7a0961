"""`manage.py serve` for real: in a data folder of its own, on a free port."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management.base import CommandError

from registry.management.commands.serve import listen

pytestmark = pytest.mark.alone


def children_of(parent: int) -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # "pid (name) state parent …", where a name may hold anything.
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                yield int(stat.parent.name)


class Served:
    def __init__(self, folder: Path, *arguments: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.output = folder / "output"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        environment = kept | {
            "DATA_DIR": str(folder / "data"),
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "SECRET_KEY": os.environ["SECRET_KEY"],
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "1",
        }
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", *arguments],
                cwd=settings.BASE_DIR,
                env=environment,
                stdout=output,
                stderr=output,
            )

    def status(self) -> int:
        """What the sign-in page answers, once somebody does."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.output.read_text()
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/admin/login/", timeout=5) as answer:
                    return int(answer.status)
            except urllib.error.HTTPError as error:
                return error.code
            except OSError:
                time.sleep(0.1)
        raise AssertionError(self.output.read_text())

    def child(self, named: str, but: int = 0) -> int:
        """The process id of the child whose command line holds a word, as another process than `but`."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            for pid in set(children_of(self.process.pid)) - {but}:
                if named in Path(f"/proc/{pid}/cmdline").read_text():
                    return pid
            time.sleep(0.1)
        raise AssertionError(f"no {named}: {self.output.read_text()}")


@contextmanager
def served(folder: Path, *arguments: str) -> Iterator[Served]:
    product = Served(folder, *arguments)
    try:
        yield product
    finally:
        product.process.terminate()
        product.process.wait(30)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds its processes under /proc")
def test_it_sets_up_serves_survives_its_children_and_ends_when_told(tmp_path: Path) -> None:
    with served(tmp_path) as product:
        assert product.status() == 200

        for name in ("gunicorn", "worker"):
            before = product.child(name)
            os.kill(before, signal.SIGKILL)
            assert product.child(name, but=before) != before
        assert product.status() == 200

        began = time.monotonic()
        product.process.send_signal(signal.SIGTERM)
        assert product.process.wait(30) == 0
        assert time.monotonic() - began < 10
    said = product.output.read_text()
    assert "Loaded the sample policy with its 3 releases." in said
    assert len(re.findall(r"admin with the password \S{16} ", said)) == 1
    assert f"at http://127.0.0.1:{product.port}/, its staff at http://127.0.0.1:{product.port}/admin/" in said
    assert "ended with status -9" in said

    with served(tmp_path) as again:
        assert again.status() == 200
    assert again.output.read_text().count("password") == 1


def test_a_port_that_is_taken_is_told_in_one_sentence_before_any_set_up(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        product = Served(tmp_path, "--port", str(port))

        assert product.process.wait(60) == 1

    assert product.output.read_text() == (
        f"CommandError: 127.0.0.1:{port} cannot be served: Address already in use. Set PORT to a free one.\n"
    )


@pytest.mark.parametrize(
    ("host", "port"), [("127.0.0.1", "http"), ("127.0.0.1", "0"), ("127.0.0.1", "70000"), ("no.such.invalid", "8000")]
)
def test_an_address_that_is_none_is_refused(host: str, port: str) -> None:
    with pytest.raises(CommandError) as refused:
        listen(host, port)

    assert f"{host}:{port}" in str(refused.value)
    assert "PORT" in str(refused.value)
