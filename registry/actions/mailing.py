"""Send what is queued: each mail at least once, twice only where a worker died while it was sending that very one."""

import itertools
import logging
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min, Q
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from ..models import Announcement, Delivery
from . import claiming, rendering
from .claiming import Hand, put_back_stale
from .postbox import Deferred, Postbox, Refused, Unreachable, remove_files
from .rendering import Held

__all__ = ["keep_going", "pump", "put_back_stale", "remove_files", "send_again"]

logger = logging.getLogger(__name__)

# A pump is one task; SIGTERM waits for its end.
LONGEST_PUMP = timedelta(seconds=5)
# Longer than any pump takes; a task that so many workers died of is given up.
STUCK = timedelta(minutes=15)
WORKERS_A_TASK = 5
# After a mail server that did not answer at all: no use in trying the next mail at once.
PAUSE = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


@task()
def pump() -> None:
    """Send what is due. Without arguments, so that the queue's tables hold nothing about anybody."""
    put_back_stale()
    with Hand() as hand, Postbox() as postbox:
        reachable = _send_due(hand, postbox)
    _pump_again(timezone.now() if reachable else timezone.now() + PAUSE)


def _send_due(hand: Hand, postbox: Postbox) -> bool:
    """For as long as a pump may take; False where the mail server cannot be reached at all."""
    over = time.monotonic() + LONGEST_PUMP.total_seconds()
    for sent in itertools.count(1):
        delivery = hand.next()
        if delivery is None:
            break
        if not _deliver(delivery, hand, postbox):
            return False
        if sent == claiming.BATCH:
            # There is a lot to do: another worker that is idle may help.
            _pump_again(timezone.now())
        if time.monotonic() >= over:
            break
    return True


def keep_going() -> None:
    """Whatever was lost (a worker, a task): what is due gets a pump. The worker calls this every few seconds."""
    returned = put_back_stale()
    stuck = DBTaskResult.objects.running().filter(started_at__lt=timezone.now() - STUCK)
    for lost in stuck:
        given_up = len(lost.worker_ids) >= WORKERS_A_TASK
        DBTaskResult.objects.filter(pk=lost.pk, status=TaskResultStatus.RUNNING).update(
            status=TaskResultStatus.FAILED if given_up else TaskResultStatus.READY,
            finished_at=timezone.now() if given_up else None,
        )
    # A pump that waits for a mail server is left to wait.
    _pump_again(timezone.now(), slack=timedelta() if returned else PAUSE)


def send_again(delivery: Delivery) -> None:
    """Queue a mail once more that was refused for good: staff has seen to the cause."""
    with transaction.atomic():
        refused = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.FAILED)
        if refused.update(state=Delivery.State.QUEUED, due_at=timezone.now(), problem=""):
            pump.enqueue()


def _pump_again(earliest: datetime, *, slack: timedelta = timedelta()) -> None:
    """Have a pump run when the next mail is due; one that runs no later than that, or the slack, is enough."""
    due = Delivery.objects.filter(state=Delivery.State.QUEUED).aggregate(due=Min("due_at"))["due"]
    if due is None:
        return
    when = max(due, earliest)
    waiting = DBTaskResult.objects.filter(task_path=pump.module_path, status=TaskResultStatus.READY)
    if not waiting.filter(Q(run_after__lte=when + slack) | Q(run_after=get_date_max())).exists():
        pump.using(run_after=when).enqueue()


def _deliver(delivery: Delivery, hand: Hand, postbox: Postbox) -> bool:
    """Send one mail, outside any transaction; False where the mail server cannot be reached at all."""
    try:
        message = rendering.message(delivery)
        if message is None:
            hand.settle(delivery, state=Delivery.State.CANCELLED)
            return True
        postbox.send(message)
    except Held:
        _hold(delivery, hand)
    except Refused as error:
        hand.settle(delivery, state=Delivery.State.FAILED, problem=str(error))
        logger.warning("Mail %s is refused for good: %s", delivery.pk, error)
    except Exception as error:
        # By its class alone: the words of an error may hold an address.
        problem = str(error) if isinstance(error, Deferred) else type(error).__name__
        wait = min(timedelta(minutes=2 ** min(delivery.attempts - 1, 10)), LONGEST_WAIT)
        hand.settle(
            delivery, state=Delivery.State.QUEUED, claimed_at=None, due_at=timezone.now() + wait, problem=problem
        )
        logger.warning("Mail %s waits %s: %s", delivery.pk, wait, problem)
        return not isinstance(error, Unreachable)
    else:
        if not hand.sent(delivery):
            hand.sent_all_the_same(delivery)
            _look_back(delivery)
    return True


def _hold(delivery: Delivery, hand: Hand) -> None:
    """Under the lock that resuming takes, so that nothing stays behind."""
    with transaction.atomic():
        paused = Announcement.objects.select_for_update().filter(pk=delivery.release_id, paused_at__isnull=False)
        state = Delivery.State.PAUSED if paused.exists() else Delivery.State.QUEUED
        hand.settle(delivery, state=state, claimed_at=None)


def _look_back(delivery: Delivery) -> None:
    """The claim was lost while the mail went out. Where the person was erased meanwhile, no file may keep it."""
    about = delivery.request or delivery.objection or delivery.subscriber
    if about and about.erased_at:
        remove_files([about.reference])
