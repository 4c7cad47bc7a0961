"""How fast a policy page is, beside what it could be, in one interleaved run: `make bench`.

wrk against gunicorn, one worker each with the threads of production, in turns, medians over the rounds; the figures of
one machine are ratios, not promises.
"""

import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "3"))
ACCEPT = ("-H", "Accept-Encoding: identity")


def main() -> None:
    if not shutil.which("wrk"):
        sys.exit("make bench: wrk is not installed. Install it (Debian: apt-get install wrk), then run this again.")
    with tempfile.TemporaryDirectory(prefix="trustcenter-bench-") as folder, ExitStack() as servers:
        environment = _prepare(Path(folder))
        door = servers.enter_context(_serve("trustcenter.wsgi", environment))
        body = _get(f"{door}/en/")
        (Path(folder) / "body").write_bytes(body)
        environment["BENCH_BODY"] = f"{folder}/body"
        bare = servers.enter_context(_serve("tests.benchmarks.bare", environment))
        built = servers.enter_context(_serve("tests.benchmarks.built", environment))
        if _get(f"{built}/en/") != body:
            sys.exit("make bench: the page built per request is not the page that the door gives.")
        etag = urllib.request.urlopen(f"{door}/en/").headers["ETag"]
        _compare(
            {
                "policy page through our door": (f"{door}/en/", *ACCEPT),
                "bare WSGI function, same bytes": (f"{bare}/en/", *ACCEPT),
                "page built from the database": (f"{built}/en/", *ACCEPT),
                "policy page, brotli": (f"{door}/en/", "-H", "Accept-Encoding: gzip, br"),
                "policy page, not modified (304)": (f"{door}/en/", *ACCEPT, "-H", f"If-None-Match: {etag}"),
                "/releases/3.json": (f"{door}/releases/3.json", *ACCEPT),
            },
            len(body),
        )
        _latency(door, environment)


def _compare(targets: dict[str, tuple[str, ...]], size: int) -> None:
    rates: dict[str, list[float]] = {name: [] for name in targets}
    print(f"{size:,} bytes a page; {ROUNDS} rounds of {SECONDS} s each, in turns; 8 connections, 1 worker, 8 threads")
    for _round in range(ROUNDS):
        for name, (address, *more) in targets.items():
            rates[name].append(_wrk(address, more))
    medians = {name: statistics.median(found) for name, found in rates.items()}
    bare = medians["bare WSGI function, same bytes"]
    for name, rate in medians.items():
        spread = f"{min(rates[name]):,.0f} to {max(rates[name]):,.0f}"
        print(f"  {name:34}{rate:10,.0f} requests/s   ({spread}; {rate / bare:.2f} of the bare function)")
    # Neighbours in time share the machine's mood: the ratio of each round, then the median.
    first, second, third, *_rest = rates.values()
    of_bare = statistics.median(a / b for a, b in zip(first, second, strict=True))
    of_built = statistics.median(a / b for a, b in zip(first, third, strict=True))
    print(f"  door / bare function:          {of_bare:6.2f}   (aim: 0.90 or more)")
    print(f"  door / built per request:      {of_built:6.1f}   (aim: 50 or more)")


def _wrk(address: str, more: list[str]) -> float:
    done = subprocess.run(
        ["wrk", "-t1", "-c8", f"-d{SECONDS}s", *more, address], capture_output=True, text=True, check=True
    )
    if "Non-2xx" in done.stdout and "If-None-Match" not in " ".join(more):
        sys.exit(f"make bench: {address} answers with errors.\n{done.stdout}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    return float(found[1]) if found else 0.0


def _latency(door: str, environment: dict[str, str]) -> None:
    """From the commit of a release to the first answer that shows it."""
    _get(f"{door}/en/")
    done = subprocess.run(
        [sys.executable, "-c", _PUBLISH], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    number, committed = done.stdout.split()[-2:]
    seen = float(_wait_for(f"{door}/releases/{number}.json"))
    print(f"  commit of release {number} to its page:  {seen - float(committed):6.2f} s   (aim: less than 1)")


_PUBLISH = """
import os, time, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustcenter.settings")
django.setup()
from registry.actions.publishing import publish
from registry.models import ServiceProfile
profile = ServiceProfile.load()
profile.notice_days += 1
profile.save()
release = publish(in_force_on=profile.today())
print(release.number, time.time())
"""


def _wait_for(address: str) -> float:
    for _attempt in range(2000):
        try:
            _get(address)
        except OSError:
            time.sleep(0.005)
        else:
            return time.time()
    sys.exit(f"make bench: {address} never came.")


def _prepare(folder: Path) -> dict[str, str]:
    environment = {
        **os.environ,
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "SECRET_KEY": "only-for-benchmarks-0123456789-abcdefghijklmnopqrstuvwxyz",
        "DATA_DIR": str(folder),
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("DATABASE_URL", None)
    for command in ("migrate -v0", "load_sample", "collectstatic --noinput -v0"):
        call = [sys.executable, "manage.py", *command.split()]
        subprocess.run(call, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    return environment


@contextmanager
def _serve(module: str, environment: dict[str, str]) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    call = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", "1", f"{module}:application"]
    process = subprocess.Popen(call, cwd=ROOT, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/en/")
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=20) as response:
        return response.read()
