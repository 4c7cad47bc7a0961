"""How fast a policy page is, beside what it could be, in one interleaved run: `make bench`.

wrk against gunicorn, one worker each with the threads of production, in turns, medians over the rounds. Requests a
second are what a quiet machine shows; the worker's own processor time for a request tells the same on a busy one.
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
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent.parent
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "3"))
# The process that started the workers of an address.
MASTERS: dict[str, int] = {}
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
    costs: dict[str, list[float]] = {name: [] for name in targets}
    print(f"{size:,} bytes a page; {ROUNDS} rounds of {SECONDS} s each, in turns; 8 connections, 1 worker, 8 threads")
    for _round in range(ROUNDS):
        for name, (address, *more) in targets.items():
            before = _worked(address)
            rate, requests = _wrk(address, more)
            rates[name].append(rate)
            costs[name].append((_worked(address) - before) / requests)
    for name in targets:
        rate, cost = statistics.median(rates[name]), statistics.median(costs[name])
        print(f"  {name:34}{rate:10,.0f} requests/s{cost * 1e6:10,.0f} µs of processor a request")
    door, bare, built, *_rest = targets
    for label, other, aim in (("bare function", bare, 0.9), ("built per request", built, 50)):
        by_rate = _median_ratio(rates[door], rates[other])
        by_cost = _median_ratio(costs[other], costs[door])
        print(
            f"  door / {label:20}{by_rate:8.2f} by requests/s{by_cost:10.2f} by processor time   (aim: {aim} or more)"
        )


def _median_ratio(first: list[float], second: list[float]) -> float:
    """Of the pairs: neighbours in time share the machine's mood."""
    return statistics.median(a / b for a, b in zip(first, second, strict=True))


def _worked(address: str) -> float:
    """Seconds of processor time that the workers behind an address have used."""
    master = MASTERS[urlsplit(address).netloc]
    ticks = 0
    for child in Path(f"/proc/{master}/task/{master}/children").read_text().split():
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _wrk(address: str, more: list[str]) -> tuple[float, int]:
    """Requests a second, and how many there were."""
    done = subprocess.run(
        ["wrk", "-t1", "-c8", f"-d{SECONDS}s", *more, address], capture_output=True, text=True, check=True
    )
    rate, requests = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout), re.search(r"(\d+) requests in", done.stdout)
    wrong = "Non-2xx" in done.stdout and "If-None-Match" not in " ".join(more)
    if wrong or not rate or not requests or not int(requests[1]):
        sys.exit(f"make bench: {address} is not answered as it should be.\n{done.stdout}")
    return float(rate[1]), int(requests[1])


def _latency(door: str, environment: dict[str, str]) -> None:
    """From the commit of a release to the first answer that shows it."""
    before = _get(f"{door}/en/")
    done = subprocess.run(
        [sys.executable, "-c", _PUBLISH], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    number, committed = done.stdout.split()[-2:]
    # Asked at the door itself: a 404 by Django would keep the worker from rendering.
    while _get(f"{door}/en/") == before:
        time.sleep(0.01)
    seen = time.time()
    print(f"  commit of release {number} to its page:  {seen - float(committed):6.2f} s   (aim: less than 1)")


_PUBLISH = """
import os, time, django
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustcenter.settings")
django.setup()
from tests.releases import publish_at_once
from registry.models import ServiceProfile
profile = ServiceProfile.load()
profile.notice_days += 1
profile.save()
release = publish_at_once()
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
    MASTERS[f"127.0.0.1:{port}"] = process.pid
    try:
        _wait_for(f"{address}/en/")
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=20) as response:
        return response.read()
