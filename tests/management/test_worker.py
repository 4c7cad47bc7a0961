"""The worker as a process of its own, with a real mail server and a real kill."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings

from registry.actions.claiming import CHUNK
from tests.journeys.product import Product, copied
from tests.smtp import sink

# The same worker, but less patient: a dead one is known as dead after two seconds.
WORKER = """
import datetime, django, sys
django.setup()
from django.core.management import call_command
from registry.actions import claiming
from registry.management.commands import worker
claiming.BEAT, claiming.STALE = datetime.timedelta(seconds=0.5), datetime.timedelta(seconds=2)
claiming.BATCH = 20
worker.TICK = 0.5
call_command("worker", interval=0.1, startup_delay=False, verbosity=0)
"""
SUBMIT = """
import secrets
from tests.requests import submit
for number in range({count}):
    token = secrets.token_hex(16)
    submit(token, email=f"{{token}}@zephyrine.example")
"""
ANNOUNCE = """
from tests.objections import announce
from tests.subscribers import subscribe
for number in range({count}):
    subscribe(f"subscriber.{{number}}@customer.example", language=["en", "da", "et"][number % 3])
announce()
from registry.models import Delivery
Delivery.objects.exclude(kind="announcement").delete()
"""
CLEAR = """
from django_tasks_db.models import DBTaskResult
from registry.models import Delivery
Delivery.objects.all().delete()
DBTaskResult.objects.all().delete()
"""
STATES = """
from registry.models import Delivery
print(*Delivery.objects.values_list("state", flat=True))
"""


@pytest.fixture(scope="module")
def rest(product_at_rest: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with copied(product_at_rest, tmp_path_factory.mktemp("worker")) as product:
        yield product


@pytest.fixture
def product(rest: Product) -> Product:
    """With no request of another test."""
    rest.manage("shell", "-v0", "-c", CLEAR)
    return rest


@contextmanager
def worker(product: Product, port: int) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **product.environment,
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "DJANGO_SETTINGS_MODULE": "trustcenter.settings",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER], cwd=settings.BASE_DIR, env=environment, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def states(product: Product) -> list[str]:
    return product.manage("shell", "-v0", "-c", STATES).split()


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def test_after_kill_9_in_the_middle_everything_is_sent_and_at_most_one_mail_twice(product: Product) -> None:
    product.manage("shell", "-v0", "-c", SUBMIT.format(count=8))
    with sink() as server:
        server.go_on.clear()
        with worker(product, server.port) as first:
            assert server.arrived.wait(30)
            first.kill()
            first.wait()
        assert (len(server.mails), sorted(set(states(product)))) == (1, ["claimed", "queued"])
        server.go_on.set()

        with worker(product, server.port):
            until(lambda: len(set(server.message_ids())) == 8)
            until(lambda: set(states(product)) == {"sent"})

    assert len(server.message_ids()) == 9
    assert len(set(server.message_ids())) == 8


def test_after_five_times_kill_9_every_subscriber_is_told_and_at_most_one_a_kill_twice(product: Product) -> None:
    count, kills = 90, 5
    product.manage("shell", "-v0", "-c", ANNOUNCE.format(count=count))
    with sink() as server:
        for kill in range(1, kills + 1):
            # Each time at the worst moment: the server has the mail, and the worker does not know yet.
            server.held.clear()
            server.hold_at = len(server.mails) + 10
            with worker(product, server.port) as process:
                assert server.held.wait(60), f"no mail before kill {kill}"
                process.kill()
                process.wait()
            server.go_on.set()

        with worker(product, server.port):
            until(lambda: set(states(product)) == {"sent"}, 60)
        ids, told = server.message_ids(), server.recipients()

    assert set(told) == {f"subscriber.{number}@customer.example" for number in range(count)}
    assert len(set(ids)) == count
    assert 0 < len(ids) - count <= kills * CHUNK


def test_sigterm_ends_the_worker_after_the_mail_that_it_is_sending(product: Product) -> None:
    product.manage("shell", "-v0", "-c", SUBMIT.format(count=1))
    with sink() as server:
        server.go_on.clear()
        with worker(product, server.port) as process:
            assert server.arrived.wait(30)
            process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            assert process.poll() is None
            server.go_on.set()
            assert process.wait(20) == 0

    assert "claimed" not in states(product)


def test_an_idle_worker_ends_at_once_on_sigterm(product: Product) -> None:
    with sink() as server, worker(product, server.port) as process:
        product.manage("shell", "-v0", "-c", SUBMIT.format(count=2))
        until(lambda: len(server.mails) == 2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0


def test_a_batch_runs_what_is_there_and_ends(product: Product) -> None:
    product.manage("shell", "-v0", "-c", SUBMIT.format(count=4))

    product.manage("worker", "--batch", "--no-startup-delay")

    assert states(product) == ["sent"] * 4
    assert len(product.mails) == 4


def test_a_batch_does_not_wait_for_a_database_that_is_not_there(product: Product) -> None:
    nowhere = Product("", product.data, {**product.environment, "DATABASE_URL": "postgresql://x:x@127.0.0.1:1/x"})

    with pytest.raises(AssertionError, match="OperationalError"):
        nowhere.manage("worker", "--batch", "--no-startup-delay")


# A retention that takes its time, and says where it is.
SLOW = (
    WORKER.replace("from registry.actions import claiming", "from registry.actions import claiming, dpa, mailing")
    .replace("worker.TICK = 0.5", "worker.TICK = 0.5\nmailing.STUCK = datetime.timedelta(seconds=2)\n{slow}")
    .strip()
)
HOLD = """
import time
real = dpa.eventing.record
def record(request, kind, *rest, **facts):
    made = real(request, kind, *rest, **facts)
    if kind == "erased":
        print("erasing", flush=True)
        time.sleep(60)
    return made
dpa.eventing.record = record
"""
DUE = """
from datetime import timedelta
from django.utils import timezone
from tests.requests import submit
from registry.models import DpaRequest
for number in range(3):
    submit(str(number), company=f"Company {number}")
due = DpaRequest.objects.filter(requester__company__startswith="Company")
due.update(state="declined", ended_at=timezone.now() - timedelta(days=91))
"""
ERASED = """
from django_tasks_db.models import DBTaskResult
from registry.actions.clockwork import retention
from registry.models import DpaRequester, Erasure
tasks = DBTaskResult.objects.filter(task_path=retention.module_path)
left = DpaRequester.objects.filter(company__startswith="Company")
print(left.count(), Erasure.objects.count(), *tasks.values_list("status", flat=True))
"""


def test_a_retention_that_was_killed_in_the_middle_is_done_all_the_same_and_once_a_day(product: Product) -> None:
    product.manage("shell", "-v0", "-c", DUE)
    environment = {**product.environment, "DJANGO_SETTINGS_MODULE": "trustcenter.settings"}

    def start(slow: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", SLOW.format(slow=slow)],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def erased() -> list[str]:
        return product.manage("shell", "-v0", "-c", ERASED).split()

    first = start(HOLD)
    assert first.stdout is not None
    assert first.stdout.readline() == "erasing\n"
    first.kill()
    first.wait()
    # Of the one at which it died all of it, or nothing.
    assert erased() == ["3", "0", "RUNNING"]

    others = [start(""), start("")]
    try:
        until(lambda: erased() == ["0", "3", "SUCCESSFUL"], 60)
        time.sleep(2)
        assert erased() == ["0", "3", "SUCCESSFUL"]
    finally:
        for process in others:
            process.kill()
            process.wait()
