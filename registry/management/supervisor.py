"""Keep processes running: one that dies is started again, and a signal ends all of them."""

import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

# How the settings (and after them gunicorn) say that starting again would not help.
HOPELESS = 3
LONGEST_PAUSE = 30.0
# Whoever ran this long was well, and starts again at once.
WELL_AFTER = 10.0
# Longer than gunicorn's graceful_timeout.
PATIENCE = 20.0


@dataclass
class Child:
    name: str
    command: Sequence[str]
    pass_fds: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    due: float = field(default=0.0)

    def start(self) -> None:
        self.started = time.monotonic()
        # In a session of its own: Ctrl-C reaches the supervisor alone, which then tells each child once.
        self.process = subprocess.Popen(self.command, pass_fds=self.pass_fds, start_new_session=True)  # noqa: S603

    def bury(self) -> int | None:
        """The exit status where the child has died just now; it is started again after a pause that grows."""
        status = self.process.poll() if self.process else None
        if status is None:
            return None
        self.process = None
        now = time.monotonic()
        well = now - self.started >= WELL_AFTER
        self.pause = 0.0 if well else min(LONGEST_PAUSE, max(1.0, self.pause * 2))
        self.due = now + self.pause
        return status


def supervise(children: Sequence[Child], say: Callable[[str], object]) -> int:
    """Run the children until SIGTERM, SIGINT or SIGHUP; return an exit status."""
    told: list[int] = []
    before = {
        number: signal.signal(number, lambda number, frame: told.append(number))
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    }
    try:
        while not told:
            for child in children:
                status = child.bury()
                if status == HOPELESS:
                    return HOPELESS
                if status is not None:
                    say(f"{child.name} ended with status {status}; starting it again in {child.pause:.0f} s.")
                if child.process is None and time.monotonic() >= child.due:
                    child.start()
            time.sleep(0.1)
        return 0
    finally:
        end(children)
        for number, handler in before.items():
            signal.signal(number, handler)


def end(children: Sequence[Child], patience: float = PATIENCE) -> None:
    """Ask all to end, then wait for each; what does not end in time is killed."""
    running = [child.process for child in children if child.process]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + patience
    for process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
