"""How long a translators' file of 2,000 passages takes, there and back, every text of it changed: `main()`.

On SQLite, and on PostgreSQL where DATABASE_URL names one; in a database of its own, which is dropped.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
PASSAGES, ROUNDS, AIM = 2000, 3, 2.0


def main() -> None:
    slow = False
    for address in ("", *filter(None, [os.environ.get("DATABASE_URL", "")])):
        environment = {
            **os.environ,
            "DATABASE_URL": address,
            "PUBLIC_URL": "http://127.0.0.1:8000",
            "SECRET_KEY": "only-for-benchmarks-0123456789-abcdefghijklmnopqrstuvwxyz",
            "DJANGO_SETTINGS_MODULE": "trustcenter.settings",
            "PYTHONPATH": str(ROOT),
        }
        call = [sys.executable, "-c", "from tests.benchmarks.bench_po import measure; measure()"]
        slow |= subprocess.run(call, cwd=ROOT, env=environment).returncode != 0
    if slow:
        sys.exit("bench_po: it takes longer than it may.")


def measure() -> None:
    """In a process of its own, since settings are read once."""
    import django
    from django.db import connection

    django.setup()
    connection.creation.create_test_db(verbosity=0)
    try:
        _prepare()
        slowest = _rounds(connection.vendor)
    finally:
        connection.creation.destroy_test_db(":memory:", verbosity=0)
    sys.exit(1 if slowest > AIM else 0)


def _prepare() -> None:
    """As many texts as passages of the sample's kinds, in two languages, with history and pins."""
    from django.contrib.auth.models import User

    from registry.actions.exchanging import apply, export
    from registry.actions.sample import load_sample
    from registry.exchange import po
    from registry.models import PolicySection, ProcessingLocation, Question

    load_sample()
    User.objects.create_superuser("bench")
    told = "Each *subprocessor* of {service} processes personal data on our documented instructions alone. "
    body = f"{told * 3}Read [our agreement]({{dpa}}). "
    first = ProcessingLocation.objects.filter(subprocessor__listed=True, safeguard_sets__isnull=False).first()
    there = len(po.read(export("lv")).entries)
    for number in range((PASSAGES - there + 4) // 5):
        key = f"bench-{number}"
        PolicySection.objects.create(key=key, heading_en=f"Heading {number}", body_en=f"{body}{number}")
        Question.objects.create(key=key, question_en=f"Question {number}?", answer_en=f"{body}{number}")
        location = ProcessingLocation(key=key, subprocessor=first.subprocessor, territory="IE", use="hosting")
        location.place_en = f"Place {number}"
        location.save()
        location.safeguard_sets.set(first.safeguard_sets.all())
    for language in ("lv", "da"):
        apply(_edited(po.read(export(language)).entries, "0"), language)


def _retyped(data: bytes, mark: str) -> bytes:
    """As a translator's tool leaves the file: its comments tell what the texts were."""
    import polib

    file = polib.pofile(data.decode())
    for entry in file:
        entry.msgstr, entry.fuzzy = f"{entry.msgid} {mark}", False
    return str(file).encode()


def _edited(entries: Any, mark: str) -> list[Any]:
    from dataclasses import replace

    return [replace(entry, text=f"{entry.source} {mark}", fuzzy=False) for entry in entries]


def _rounds(vendor: str) -> float:
    from django.contrib.auth.models import User

    from registry.actions.exchanging import apply, export
    from registry.actions.weighing import plan
    from registry.exchange import po

    by = User.objects.get(username="bench")
    times: dict[str, list[tuple[float, float]]] = {"export": [], "preview": [], "import": []}
    for number in range(1, ROUNDS + 1):
        data = _timed(times["export"], lambda: export("lv", by=by))
        file = po.read(data)
        wanted = _retyped(data, str(number))
        _timed(times["preview"], lambda wanted=wanted: plan(po.read(wanted).entries, "lv", by=by))
        made = _timed(times["import"], lambda wanted=wanted: apply(po.read(wanted).entries, "lv", by=by))
        if not PASSAGES <= len(made.taken) == len(file.entries):
            sys.exit(f"bench_po: {len(made.taken)} of {len(file.entries)} texts were taken.")
    print(f"{len(file.entries):,} passages of one language on {vendor}, all changed; medians of {ROUNDS} rounds")
    for name, found in times.items():
        waited, worked = (statistics.median(column) for column in zip(*found, strict=True))
        print(f"  {name:10}{waited:8.2f} s, {worked:6.2f} s of them at work here   (aim: {AIM:.0f} or less)")
    return max(statistics.median(waited for waited, _worked in found) for found in times.values())


def _timed(times: list[tuple[float, float]], act: Callable[[], Any]) -> Any:
    """On a busy machine the processor time of this process says more than the clock."""
    clock, processor = time.perf_counter(), time.process_time()
    result = act()
    times.append((time.perf_counter() - clock, time.process_time() - processor))
    return result
