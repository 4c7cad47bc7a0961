import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from registry.management.supervisor import HOPELESS, LONGEST_PAUSE, WELL_AFTER, Child, end, supervise

pytestmark = pytest.mark.alone

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)",
]


def exits(status: int) -> list[str]:
    return [sys.executable, "-c", f"raise SystemExit({status})"]


def meanwhile(happens: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=happens)
    thread.start()
    return thread


def running(child: Child, but: int = 0) -> int:
    """The child's process id once it runs, as another process than `but`."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if child.process and child.process.pid != but:
            return child.process.pid
        time.sleep(0.01)
    raise AssertionError("the child does not run")


def test_a_child_that_is_killed_is_started_again_and_a_signal_ends_it() -> None:
    child = Child("The server", SLEEPS)
    said: list[str] = []
    seen: list[int] = []

    def kill_then_end() -> None:
        seen.append(running(child))
        os.kill(seen[0], signal.SIGKILL)
        seen.append(running(child, but=seen[0]))
        os.kill(os.getpid(), signal.SIGTERM)

    thread = meanwhile(kill_then_end)
    status = supervise([child], said.append)
    thread.join()

    assert status == 0
    assert said == ["The server ended with status -9; starting it again in 1 s."]
    assert len(set(seen)) == 2
    with pytest.raises(ProcessLookupError):
        os.kill(seen[1], 0)


def test_a_child_that_cannot_start_ends_the_others_and_the_supervisor() -> None:
    other = Child("The worker", SLEEPS)

    status = supervise([other, Child("The server", exits(HOPELESS))], lambda sentence: None)

    assert status == HOPELESS
    assert other.process is not None
    assert other.process.poll() == -signal.SIGTERM


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_supervisor_gives_the_signals_back(number: int) -> None:
    before = signal.getsignal(number)

    supervise([Child("The server", exits(HOPELESS))], lambda sentence: None)

    assert signal.getsignal(number) is before


def test_the_pause_doubles_up_to_half_a_minute_and_is_forgotten_after_a_good_run() -> None:
    child = Child("The server", exits(1))
    pauses = []

    for _run in range(7):
        child.start()
        assert child.process is not None
        child.process.wait()
        assert child.bury() == 1
        pauses.append(child.pause)
    child.start()
    assert child.process is not None
    child.process.wait()
    child.started -= WELL_AFTER
    child.bury()

    assert pauses == [1, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE]
    assert child.pause == 0


def test_what_does_not_end_in_time_is_killed() -> None:
    child = Child("The worker", DEAF)
    child.process = subprocess.Popen(DEAF, stdout=subprocess.PIPE)
    assert child.process.stdout is not None
    child.process.stdout.readline()
    began = time.monotonic()

    end([child], patience=0.2)

    assert child.process.returncode == -signal.SIGKILL
    assert time.monotonic() - began < 5
    child.process.stdout.close()
