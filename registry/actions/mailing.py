"""Send what is queued: each mail at least once, twice only where a worker died while it was sending that very one."""

import logging
import smtplib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.db import connection, transaction
from django.db.models import Min, Q
from django.tasks import TaskResultStatus, task
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from ..exchange import mail
from ..exchange.content import decode
from ..models import Delivery, DpaRequest, ServiceProfile

logger = logging.getLogger(__name__)

# A pump is one task; SIGTERM waits for its end.
MAILS_A_PUMP = 20
# A worker that sends reports every few seconds; one that has not for so long is dead.
BEAT = timedelta(seconds=5)
STALE = timedelta(seconds=30)
# Longer than any pump takes; a task that so many workers died of is given up.
STUCK = timedelta(minutes=15)
WORKERS_A_TASK = 5
# After a mail server that did not answer at all: no use in trying the next mail at once.
PAUSE = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


class Deferred(Exception):
    """Not now: the mail server asks to try this mail again later. Holds the code alone."""


class Unreachable(Deferred):
    """The mail server, not this mail, is the problem."""


class Refused(Exception):
    """For good: sending again would be refused again. Holds the code or the error's class alone."""


@task()
def pump() -> None:
    """Send what is due. Without arguments, so that the queue's tables hold nothing about anybody."""
    put_back_stale()
    reachable = True
    for _turn in range(MAILS_A_PUMP):
        delivery = _claim()
        if delivery is None:
            break
        reachable = _deliver(delivery)
        if not reachable:
            break
    _pump_again(timezone.now() if reachable else timezone.now() + PAUSE)


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


def put_back_stale() -> int:
    """Queue again what a dead worker had claimed."""
    stale = Delivery.objects.stale(timezone.now() - STALE)
    return stale.update(state=Delivery.State.QUEUED, claimed_at=None, due_at=timezone.now())


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


def _claim() -> Delivery | None:
    with transaction.atomic():
        delivery = Delivery.objects.due().select_for_update(skip_locked=True).first()
        if delivery is None:
            return None
        delivery.state, delivery.claimed_at = Delivery.State.CLAIMED, timezone.now()
        delivery.attempts += 1
        delivery.save(update_fields=["state", "claimed_at", "attempts"])
        return delivery


def _deliver(delivery: Delivery) -> bool:
    """Send one mail, outside any transaction; False where the mail server cannot be reached at all."""
    # The number of the attempt fences: a worker taken for dead cannot speak for the one that came after it.
    claim = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.CLAIMED, attempts=delivery.attempts)
    try:
        message = _message(delivery)
        if message is None:
            claim.update(state=Delivery.State.CANCELLED)
            return True
        with _beating(delivery):
            _send(message)
    except Refused as error:
        claim.update(state=Delivery.State.FAILED, problem=str(error))
        logger.warning("Mail %s is refused for good: %s", delivery.pk, error)
    except Exception as error:
        # By its class alone: the words of an error may hold an address.
        problem = str(error) if isinstance(error, Deferred) else type(error).__name__
        wait = min(timedelta(minutes=2 ** min(delivery.attempts - 1, 10)), LONGEST_WAIT)
        claim.update(state=Delivery.State.QUEUED, claimed_at=None, due_at=timezone.now() + wait, problem=problem)
        logger.warning("Mail %s waits %s: %s", delivery.pk, wait, problem)
        return not isinstance(error, Unreachable)
    else:
        if not claim.update(state=Delivery.State.SENT, sent_at=timezone.now(), problem=""):
            _look_back(delivery)
    return True


def _look_back(delivery: Delivery) -> None:
    """The claim was lost while the mail went out. Where the person was erased meanwhile, no file may keep it."""
    request = DpaRequest.objects.get(deliveries=delivery)
    if request.erased_at:
        remove_files([request.reference])


def _message(delivery: Delivery) -> EmailMessage | None:
    """The mail, rendered now; None where the person has been erased."""
    request = DpaRequest.objects.select_related("requester", "release").get(deliveries=delivery)
    content = decode(request.release.content)
    if delivery.kind == Delivery.Kind.DPA_RECEIPT:
        return mail.receipt(request, content) if hasattr(request, "requester") else None
    profile = ServiceProfile.load()
    to = profile.contact if profile else content["service"]["contact"]
    page = settings.PUBLIC_URL + reverse("admin:registry_dparequest_change", args=[request.pk])
    return mail.notice(request, content, to=to, page=page)


def _send(message: EmailMessage) -> None:
    try:
        _send_and_close(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _words in error.recipients.values()]
        if all(500 <= code < 600 for code in codes):
            raise Refused(f"SMTP {codes[0]}") from None
        raise Deferred(f"SMTP {codes[0]}") from None
    except smtplib.SMTPDataError as error:
        outcome = Refused if 500 <= error.smtp_code < 600 else Deferred
        raise outcome(f"SMTP {error.smtp_code}") from None
    except smtplib.SMTPResponseException as error:
        # Not this mail but our sender, our password, our greeting: the operator's to mend.
        raise Unreachable(f"SMTP {error.smtp_code}") from None
    except OSError as error:
        raise Unreachable(type(error).__name__) from None
    except ValueError as error:
        # An address that cannot be written in a mail.
        raise Refused(type(error).__name__) from None


def _send_and_close(message: EmailMessage) -> None:
    mailer = mailers.default
    mailer.open()
    try:
        mailer.send_messages([message])
    finally:
        # The server has taken the mail, or refused it: a clumsy good-bye must not send it twice.
        with suppress(OSError):
            mailer.close()


@contextmanager
def _beating(delivery: Delivery) -> Iterator[None]:
    """Report while the mail server takes its time, so that nobody takes the claim for stale."""
    over = Event()

    def beat() -> None:
        try:
            while not over.wait(BEAT.total_seconds()):
                Delivery.objects.filter(
                    pk=delivery.pk, state=Delivery.State.CLAIMED, attempts=delivery.attempts
                ).update(claimed_at=timezone.now())
        finally:
            connection.close()

    thread = Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


_BETWEEN = b"\n" + b"-" * 79 + b"\n"


def remove_files(references: Iterable[str]) -> int:
    """Remove the mails about these requests from where development keeps mails in files; how many there were."""
    marks = [reference.encode() for reference in references]
    found = 0
    for folder in _folders():
        for path in folder.glob("*.log"):
            mails = path.read_bytes().split(_BETWEEN)
            kept = [text for text in mails if not any(mark in text for mark in marks)]
            found += len(mails) - len(kept)
            if not any(text.strip() for text in kept):
                path.unlink()
            elif len(kept) < len(mails):
                path.write_bytes(_BETWEEN.join(kept))
    return found


def _folders() -> Iterator[Path]:
    for mailer in settings.MAILERS.values():
        if path := mailer.get("OPTIONS", {}).get("file_path"):
            yield Path(path)
