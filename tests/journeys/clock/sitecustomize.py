"""Python runs this at its start where the folder is on PYTHONPATH: the process then lives in another time.

CLOCK_FILE holds how many days ahead. The product knows nothing of it; where the file changes, clocks that tick move.
"""

import os
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import time_machine

_file = Path(os.environ["CLOCK_FILE"])
_sleep = time.sleep
# What a child that is forked inherits along with the clock itself.
_ahead: dict[str, Any] = {"days": 0.0, "travel": None}


def _look() -> None:
    days = float(_file.read_text() or 0)
    if days == _ahead["days"]:
        return
    if _ahead["travel"]:
        _ahead["travel"].stop()
    _ahead["travel"] = time_machine.travel(timedelta(days=days), tick=True) if days else None
    if _ahead["travel"]:
        _ahead["travel"].start()
    _ahead["days"] = days


def _follow() -> None:
    while True:
        _look()
        _sleep(0.1)


def _start() -> None:
    threading.Thread(target=_follow, daemon=True, name="clock").start()


_look()
_start()
os.register_at_fork(after_in_child=_start)
