"""The whole product as its users meet it: `manage.py serve` (gunicorn, the door, a worker), a database of its own."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
from django.conf import settings
from psycopg import sql

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Product:
    """`environment` is that of its processes, for `manage`."""

    url: str
    data: Path
    environment: dict[str, str]

    @property
    def mails(self) -> list[str]:
        return [path.read_text("utf-8") for path in sorted((self.data / "mail").glob("*"))]

    def manage(self, *arguments: str) -> str:
        return _manage(self.environment, *arguments)


@contextmanager
def prepared(folder: Path) -> Iterator[Product]:
    """A product at rest: migrated, with the sample and a superuser `admin`, to be copied by the others.

    Several processes share it: the first that comes prepares it, the last that goes removes its database.
    """
    folder.mkdir(exist_ok=True)
    with _alone(folder) as users:
        if not users:
            _prepare(folder)
        users.append(os.getpid())
    environment = json.loads((folder / "environment.json").read_text())
    try:
        yield Product("", folder, environment)
    finally:
        with _alone(folder) as users:
            users.remove(os.getpid())
            if not users:
                _drop(environment["DATABASE_URL"])


@contextmanager
def _alone(folder: Path) -> Iterator[list[int]]:
    """One process at a time; the list is of those that use what is prepared."""
    with (folder / "users.json").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        users: list[int] = json.loads(file.read() or "[]")
        yield users
        file.truncate(0)
        file.write(json.dumps(users))


def _prepare(folder: Path) -> None:
    environment = _environment(folder, _create(folder, None), 8000)
    _manage(environment, "prepare")
    _manage(environment, "load_sample")
    _manage(environment | {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}, "createsuperuser", "--noinput")
    (folder / "environment.json").write_text(json.dumps(environment))


@contextmanager
def copied(rest: Product, folder: Path, **environment: str) -> Iterator[Product]:
    """A copy of the prepared product, at rest too, with an address of its own and further settings."""
    shutil.copytree(rest.data / "static", folder / "static")
    port = _free_port()
    with _database(folder, rest) as database:
        yield Product(f"http://127.0.0.1:{port}", folder, _environment(folder, database, port) | environment)


@contextmanager
def running(rest: Product, folder: Path, **environment: str) -> Iterator[Product]:
    """A copy of the prepared product, serving until the block ends."""
    with copied(rest, folder, **environment) as product, (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", product.url.rpartition(":")[2]],
            cwd=settings.BASE_DIR,
            env=product.environment,
            stdout=output,
            stderr=output,
        )
        try:
            _wait_until_ready(product, process)
            yield product
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _environment(folder: Path, database: str, port: int) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "DATA_DIR": str(folder),
        "DATABASE_URL": database,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "SECRET_KEY": os.environ["SECRET_KEY"],
        "WEB_CONCURRENCY": "1",
        "DJANGO_SUPERUSER_USERNAME": "admin",
        "DJANGO_SUPERUSER_EMAIL": "admin@example.com",
        "PYTHONWARNINGS": "ignore",
    }


@contextmanager
def _database(folder: Path, rest: Product) -> Iterator[str]:
    address = _create(folder, rest)
    try:
        yield address
    finally:
        _drop(address)


def _create(folder: Path, rest: Product | None) -> str:
    """A database of the kind that the tests run on, copied from the prepared one where there is one."""
    if "sqlite" in settings.DATABASES["default"]["ENGINE"]:
        path = folder / "trustcenter.sqlite3"
        if rest:
            shutil.copy(rest.data / path.name, path)
        return f"sqlite:///{path}"
    name = f"journey_{uuid4().hex[:12]}"
    template = rest.environment["DATABASE_URL"].rpartition("/")[2] if rest else "template1"
    with psycopg.connect(f"{_server()}/postgres", autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    return f"{_server()}/{name}"


def _drop(address: str) -> None:
    if address.startswith("sqlite:"):
        return
    with psycopg.connect(f"{_server()}/postgres", autocommit=True) as server:
        name = sql.Identifier(address.rpartition("/")[2])
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _server() -> str:
    of_tests = settings.DATABASES["default"]
    return "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}".format(**{**of_tests, "PORT": of_tests["PORT"] or 5432})


def _manage(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(product: Product, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, (product.data / "output").read_text()
        try:
            with urllib.request.urlopen(f"{product.url}/readyz", timeout=2) as answer:
                json.load(answer)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"not ready within a minute: {(product.data / 'output').read_text()}")
