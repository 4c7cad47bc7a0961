import logging
import threading
from typing import Any

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django_tasks_db.management.commands.db_worker import Command as DatabaseWorker

from registry.actions.clockwork import keep_going

logger = logging.getLogger(__name__)

TICK = 5  # seconds
DATABASE_BACK_IN = 5  # seconds


class Command(DatabaseWorker):
    help = "Run queued tasks, mails among them. Like db_worker, but what a dead worker left behind is taken up again."

    def handle(self, **options: Any) -> None:
        if options["batch"]:
            return super().handle(**options)
        over = threading.Event()
        threading.Thread(target=_tick, args=[over], daemon=True).start()
        try:
            while True:
                try:
                    # Returns after SIGTERM or SIGINT, at the end of the task it is at; without a task it exits.
                    return super().handle(**options)
                except (DatabaseError, InterfaceError) as error:
                    logger.warning("The database does not answer (%s): trying again.", type(error).__name__)
                    connection.close()
                    over.wait(DATABASE_BACK_IN)
        finally:
            over.set()


def _tick(over: threading.Event) -> None:
    """Beside the tasks, so that a long one stops nothing."""
    while True:
        close_old_connections()
        try:
            keep_going()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("What is due could not be looked after: %s", type(error).__name__)
            connection.close()
        if over.wait(TICK):
            return connection.close()
