"""How long it takes to tell many subscribers of a release, and how much memory: `main()`.

100,000 are queued in one statement; 10,000 mails go to a mail server of this machine (aiosmtpd), beside what a loop of
smtplib alone, which sends the same bytes again and again, gets through to the same server.
On SQLite, and on PostgreSQL where DATABASE_URL names one; in a database of its own, which is dropped.
"""

import contextlib
import os
import resource
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
SUBSCRIBERS, MAILS, BARE = 100_000, 10_000, 1_000
# Of the bare loop's rate; in megabytes, what the last nine tenths of the mails may add.
AIM, MEMORY = 0.5, 16
LANGUAGES = ("en", "da", "hu", "lv", "et", "pt-br")
SINK = """
import asyncio, signal, sys
from aiosmtpd.smtp import SMTP

class Count:
    mails = 0
    async def handle_DATA(self, server, session, envelope):
        Count.mails += 1
        return "250 kept"

async def serve():
    loop = asyncio.get_running_loop()
    over = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, over.set)
    server = await loop.create_server(lambda: SMTP(Count(), loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await over.wait()
    print(Count.mails, flush=True)

asyncio.run(serve())
"""


def main() -> None:
    missed = False
    for address in ("", *filter(None, [os.environ.get("DATABASE_URL", "")])):
        with tempfile.TemporaryDirectory() as folder:
            environment = {
                **os.environ,
                "DATABASE_URL": address,
                "DATA_DIR": folder,
                "PUBLIC_URL": "http://127.0.0.1:8000",
                "SECRET_KEY": "only-for-benchmarks-0123456789-abcdefghijklmnopqrstuvwxyz",
                "DJANGO_SETTINGS_MODULE": "trustcenter.settings",
                "PYTHONPATH": str(ROOT),
            }
            call = [sys.executable, "-c", "from tests.benchmarks.bench_announcing import measure; measure()"]
            missed |= subprocess.run(call, cwd=ROOT, env=environment).returncode != 0
    if missed:
        sys.exit("bench_announcing: it is slower, or takes more memory, than it may.")


def measure() -> None:
    """In a process of its own, since settings are read once."""
    import django
    from django.conf import settings
    from django.db import connection

    django.setup()
    # On disk, where a commit costs what it costs.
    connection.settings_dict["TEST"]["NAME"] = str(settings.DATA_DIR / "bench.sqlite3") if _sqlite() else "test_bench"
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        print(f"On {connection.vendor}:")
        _queued()
        well = _sent()
    finally:
        connection.creation.destroy_test_db(":memory:", verbosity=0)
    sys.exit(0 if well else 1)


def _sqlite() -> bool:
    from django.db import connection

    return connection.vendor == "sqlite"


def _queued() -> None:
    """An urgent release, so that it needs no notice; nobody is sent anything yet."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from registry.actions import announcing
    from registry.actions.sample import load_sample
    from registry.models import Delivery, ServiceProfile
    from tests.releases import publish_at_once

    load_sample()
    _subscribe(SUBSCRIBERS)
    profile = ServiceProfile.load()
    profile.notice_days += 1  # type: ignore[union-attr]
    profile.save()  # type: ignore[union-attr]
    took: list[float] = []
    queue = announcing._queue

    def timed(*arguments: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            begun = time.perf_counter()
            count = queue(*arguments)
            took.append(time.perf_counter() - begun)
        inserts = [query for query in queries.captured_queries if query["sql"].startswith("INSERT")]
        if len(inserts) != 1:
            sys.exit(f"bench_announcing: {len(inserts)} statements queued the mails.")
        return count

    announcing._queue = timed
    begun = time.perf_counter()
    publish_at_once()
    whole = time.perf_counter() - begun
    announcing._queue = queue
    if Delivery.objects.count() != SUBSCRIBERS:
        sys.exit(f"bench_announcing: {Delivery.objects.count():,} mails were queued.")
    print(f"  {SUBSCRIBERS:,} subscribers queued in one statement: {took[0]:.2f} s of {whole:.2f} s to publish")


def _subscribe(count: int) -> None:
    from registry.models import Subscriber, SubscriberIdentity

    for start in range(0, count, 5000):
        numbers = range(start, min(start + 5000, count))
        made = Subscriber.objects.bulk_create(
            Subscriber(state="confirmed", language=LANGUAGES[number % len(LANGUAGES)]) for number in numbers
        )
        addresses = [f"subscriber.{number}@customer.example" for number in numbers]
        SubscriberIdentity.objects.bulk_create(
            SubscriberIdentity(subscriber=one, email=address, mailbox=address, secret=f"{one.pk:032}")
            for one, address in zip(made, addresses, strict=True)
        )


def _sent() -> bool:
    from django.conf import settings

    from registry.actions import mailing
    from registry.models import Delivery

    mailing.LONGEST_PUMP = timedelta(seconds=2)
    rest = Delivery.objects.order_by("id").values_list("id", flat=True)[MAILS:]
    Delivery.objects.filter(id__in=list(rest)).delete()
    with _sink() as (port, mails):
        settings.MAILERS = {
            "default": {
                "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 20},
            }
        }
        data = _one()
        # Turn and turn about, for a machine is not equally busy all the time.
        took, memory = 0.0, 0
        bare: list[float] = []
        while left := Delivery.objects.filter(state=Delivery.State.QUEUED).count():
            if not memory and left <= 0.9 * MAILS:
                memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            bare.append(_bare(port, data))
            begun = time.perf_counter()
            mailing.pump.func()
            took += time.perf_counter() - begun
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) // 1024
    if mails() != MAILS + len(bare) * BARE or set(Delivery.objects.values_list("state", flat=True)) != {"sent"}:
        sys.exit(f"bench_announcing: {mails():,} mails arrived.")
    rate, loop = MAILS / took, len(bare) * BARE / sum(bare)
    print(f"  {MAILS:,} mails of {len(data):,} bytes: {rate:.0f} a second, by one worker")
    print(f"  a loop of smtplib alone, to the same server: {loop:.0f} a second")
    print(f"  of its rate: {rate / loop:.2f}   (aim: {AIM} or more)")
    print(f"  memory that the last nine tenths added: {grown} MB   (aim: {MEMORY} or less)")
    return rate / loop >= AIM and grown <= MEMORY


def _one() -> bytes:
    """The bytes of one of the mails."""
    import email.policy

    from registry.actions import announcing
    from registry.models import Delivery

    delivery = Delivery.objects.first()
    Delivery.objects.filter(pk=delivery.pk).update(state="claimed")  # type: ignore[union-attr]
    made = announcing.mail(delivery)  # type: ignore[arg-type]
    Delivery.objects.filter(pk=delivery.pk).update(state="queued")  # type: ignore[union-attr]
    return made.message(policy=email.policy.SMTP).as_bytes()  # type: ignore[union-attr]


def _bare(port: int, data: bytes) -> float:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="localhost") as server:
        begun = time.perf_counter()
        for number in range(BARE):
            server.sendmail("trust@example.com", [f"subscriber.{number}@customer.example"], data)
        return time.perf_counter() - begun


@contextlib.contextmanager
def _sink() -> Iterator[tuple[int, Any]]:
    process = subprocess.Popen([sys.executable, "-c", SINK], stdout=subprocess.PIPE, text=True)
    told: list[int] = []
    try:
        assert process.stdout
        yield int(process.stdout.readline()), lambda: told[0]
    finally:
        process.terminate()
        told.append(int(process.communicate()[0] or 0))
