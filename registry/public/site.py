"""The site state that this process serves (rule 9): its pages as bytes, and the site as values for dynamic pages.

Under a server, `keeper.start()` (in wsgi.py) starts two threads: one asks the database ten times a second, the other
renders what has changed and then switches, by one reference. A database that hangs stops the first thread alone. Where
no thread runs (tests, management commands), each call looks for itself.
"""

import logging
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connections

from ..exchange.published import Site
from . import pages
from .known import DOWN, Known, from_database, from_disk, keep

log = logging.getLogger(__name__)

# Seconds. A worker is to learn of a release within one second, rendering included; a question takes 0.2 ms.
ASK_EVERY = 0.1
# A database that has not answered for so long hangs.
SILENT_AFTER = 2.0
# How long a page may wait for a process that has just started.
START_WITHIN = 15.0


@dataclass(frozen=True)
class Serving:
    """Switched as one: a page and the site it is a page of."""

    site: Site
    pages: Mapping[str, pages.Page]


class Keeper:
    def __init__(self) -> None:
        self.serving: Serving | None = None
        self.started = False
        self._fresh()

    def _fresh(self) -> None:
        self.known: Known | None = None
        self.heard_at = 0.0
        self.down = self.nothing_known = False
        self.asked, self.changed, self.served = threading.Event(), threading.Event(), threading.Event()
        if self.serving:
            self.served.set()

    @property
    def database_down(self) -> bool:
        """Whether dynamic pages had better not try: the last question failed, or has had no answer for a while."""
        return self.started and (self.down or time.monotonic() - self.heard_at > SILENT_AFTER)

    def start(self) -> None:
        """Start the threads; in a child that this process forks, they start again."""
        if self.started:
            return
        self.started = True
        os.register_at_fork(after_in_child=self._again)
        self._run()

    def _again(self) -> None:
        self._fresh()
        self._run()

    def _run(self) -> None:
        self.heard_at = time.monotonic()
        for job in (self._ask_forever, self._serve_forever):
            threading.Thread(target=job, name=f"site{job.__name__}", daemon=True).start()

    # --- the thread that asks the database ---

    def _ask_forever(self) -> None:
        _own_connection()
        while True:
            self.ask()
            time.sleep(ASK_EVERY)

    def ask(self) -> None:
        try:
            known = from_database(self.known)
        except DOWN as error:
            if not self.down:
                log.warning("The database does not answer (%s): serving what is known.", type(error).__name__)
            self.down = True
            connections["default"].close()
        except Exception:
            # Such as content newer than this program: what is served stays as it is.
            log.exception("What the database holds cannot be read.")
            self.heard_at, self.down = time.monotonic(), False
        else:
            if self.down:
                log.warning("The database answers again.")
            self.heard_at, self.down = time.monotonic(), False
            # Equal where a stored digest is not that of its content (verify_releases tells), and so is read each time.
            if known != self.known:
                self.known = known
                self.changed.set()
                keep(known)
        self.asked.set()

    # --- the thread that renders and switches ---

    def _serve_forever(self) -> None:
        # A moment for the database: a worker that starts does not go back to an older state.
        self.asked.wait(SILENT_AFTER)
        shown: tuple[Known, date] | None = None
        while True:
            try:
                shown = self.serve(shown)
            except Exception:
                log.exception("The pages of the new state cannot be made: the old ones stay.")
                time.sleep(1)
            self.changed.wait(0.5)
            self.changed.clear()

    def serve(self, shown: tuple[Known, date] | None = None) -> tuple[Known, date] | None:
        """Serve what is known now, unless it is shown already."""
        known = self.known or (shown and shown[0]) or from_disk()
        self.nothing_known = known is None
        if known is None:
            return None
        day = known.today()
        if shown is None or known != shown[0] or day != shown[1]:
            self._switch(known.on(day))
        return known, day

    def _switch(self, site: Site) -> None:
        """Render, then switch. Settled pages of the archive follow, where older bytes can stand in for a moment."""
        before, fresh = self.serving, pages.ready(site, pages.fresh)
        if before and pages.settled_in(before.site, site):
            self.serving = Serving(
                site, {**{address: before.pages[address] for address in pages.archive(site)}, **fresh}
            )
        self.serving = Serving(site, pages.ready(site, pages.archive) | fresh)
        self.served.set()
        pages.clean(site)

    # --- for the views ---

    def current(self) -> Site:
        if not self.started:
            return self._look()
        until = time.monotonic() + START_WITHIN
        while not self.served.wait(0.1) and not self.nothing_known and time.monotonic() < until:
            pass
        return self.serving.site if self.serving else Known().on(Known().today())

    def page(self, address: str) -> pages.Page | None:
        site = self.current()
        if self.started:
            return self.serving.pages.get(address) if self.serving else None
        render = pages.plan(site).get(address)
        return render and render()

    def _look(self) -> Site:
        try:
            self.known = from_database(self.known)
        except DOWN:
            self.known = self.known or from_disk()
        known = self.known or Known()
        return known.on(known.today())


def _own_connection() -> None:
    """For this thread: not from the pool, which requests may hold, and which would not survive a fork."""
    connection = connections.create_connection("default")
    options = {name: value for name, value in connection.settings_dict["OPTIONS"].items() if name != "pool"}
    connection.settings_dict = {**connection.settings_dict, "OPTIONS": options}
    connections["default"] = connection


keeper = Keeper()


def current() -> Site:
    """The site as it is served now, without the database; empty where nothing is published or nothing is known."""
    return keeper.current()


def page(address: str) -> pages.Page | None:
    return keeper.page(address)


def database_down() -> bool:
    """Whether the database is known not to answer: a view that needs it says so at once, without waiting for it."""
    return keeper.database_down
