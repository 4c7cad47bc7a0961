import datetime
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from registry.actions import claiming, corresponding, dpa, linking, mailing, notifying
from registry.actions.claiming import STALE, Hand
from registry.actions.postbox import Postbox
from registry.models import Delivery, DpaRequest
from tests.objections import announce
from tests.requests import PERSON, submit
from tests.smtp import sink
from tests.subscribers import EMAIL, subscribe

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def to(settings, port):
    settings.MAILERS = {"default": {"BACKEND": SMTP, "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 2}}}


def states():
    return dict(Delivery.objects.order_by("kind").values_list("kind", "state"))


def pumps():
    return DBTaskResult.objects.filter(task_path="registry.actions.mailing.pump", status="READY")


@pytest.fixture
def queued(db):
    """A verified request whose receipt and notice wait, and no task for them."""
    request = submit()
    request = dpa.verify(linking.token(request, linking.Purpose.VERIFY))
    Delivery.objects.filter(kind=Delivery.Kind.DPA_CHECK).delete()
    DBTaskResult.objects.all().delete()
    return request


def test_a_pump_sends_what_is_due_and_leaves_no_task_behind(queued):
    mailing.pump.func()

    assert sorted(message.to for message in mail.outbox) == [["dpa@example.com"], [PERSON["email"]]]
    assert states() == {"dpa-notice": "sent", "dpa-receipt": "sent"}
    assert set(Delivery.objects.values_list("attempts", "problem")) == {(1, "")}
    assert pumps().count() == 0


def test_nothing_is_sent_twice(queued):
    mailing.pump.func()
    mailing.pump.func()

    assert len(mail.outbox) == 2


def test_a_pump_stops_after_a_batch_and_the_next_one_goes_on(queued, monkeypatch):
    monkeypatch.setattr(mailing, "LONGEST_PUMP", datetime.timedelta(0))

    mailing.pump.func()

    assert (len(mail.outbox), pumps().filter(run_after__lte=timezone.now()).count()) == (1, 1)
    mailing.pump.func()
    assert len(mail.outbox) == 2


def test_a_mail_server_that_is_dead_is_waited_for(queued, settings, caplog):
    with sink() as server:
        port = server.port
    to(settings, port)

    mailing.pump.func()

    # One was tried; the other waits for the next pump, in a minute.
    assert states() == {"dpa-notice": "queued", "dpa-receipt": "queued"}
    tried = Delivery.objects.get(attempts=1)
    assert tried.problem == "ConnectionRefusedError"
    assert 50 < (tried.due_at - timezone.now()).total_seconds() < 61
    assert 50 < (pumps().get().run_after - timezone.now()).total_seconds() < 61
    assert not any(value in caplog.text for value in PERSON.values())

    Delivery.objects.update(due_at=timezone.now())
    with sink(port) as server:
        mailing.pump.func()
        assert len(server.mails) == 2
    assert states() == {"dpa-notice": "sent", "dpa-receipt": "sent"}


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 1), (1, 2), (2, 4), (5, 32), (6, 60), (500, 60)])
def test_each_failure_doubles_the_wait_up_to_an_hour(queued, settings, attempts, minutes):
    with sink() as server:
        server.refuse = "450"
        to(settings, server.port)
        Delivery.objects.update(attempts=attempts)

        mailing.pump.func()

    for delivery in Delivery.objects.all():
        assert (delivery.state, delivery.attempts, delivery.problem) == ("queued", attempts + 1, "SMTP 450")
        assert abs((delivery.due_at - timezone.now()).total_seconds() - minutes * 60) < 5


def test_a_recipient_refused_for_good_is_told_by_the_code_alone(queued, settings, caplog):
    with sink() as server:
        server.refuse = "550"
        to(settings, server.port)

        mailing.pump.func()

    assert set(Delivery.objects.values_list("state", "problem")) == {("failed", "SMTP 550")}
    assert pumps().count() == 0
    assert [message.partition(" is ")[2] for message in caplog.messages] == ["refused for good: SMTP 550"] * 2
    assert PERSON["email"] not in caplog.text


def test_an_address_that_no_mail_can_carry_is_refused_for_good(queued, settings):
    queued.requester.email = "ödön@example.com"
    queued.requester.save()
    with sink() as server:
        to(settings, server.port)

        mailing.pump.func()

    assert states() == {"dpa-notice": "sent", "dpa-receipt": "failed"}
    assert Delivery.objects.get(state="failed").problem == "ValueError"


def test_a_mail_that_cannot_be_made_waits_and_lets_the_next_one_pass(queued, monkeypatch, caplog):
    def broken(about):
        raise RuntimeError(f"cannot render {about.request.requester.email}")

    monkeypatch.setitem(corresponding._TO_THE_CUSTOMER, "dpa-receipt", broken)

    mailing.pump.func()

    assert states() == {"dpa-notice": "sent", "dpa-receipt": "queued"}
    assert Delivery.objects.get(state="queued").problem == "RuntimeError"
    assert PERSON["email"] not in caplog.text


def test_staff_can_have_a_refused_mail_sent_again(queued):
    Delivery.objects.update(state="failed", problem="SMTP 550")

    for delivery in Delivery.objects.all():
        mailing.send_again(delivery)
        mailing.send_again(delivery)

    assert pumps().count() == 2
    mailing.pump.func()
    assert len(mail.outbox) == 2


def test_what_a_dead_worker_had_claimed_is_sent_by_the_next(queued):
    now = timezone.now()
    Delivery.objects.filter(kind="dpa-receipt").update(
        state="claimed", attempts=1, claimed_at=now - claiming.STALE - datetime.timedelta(seconds=1)
    )
    Delivery.objects.filter(kind="dpa-notice").update(state="claimed", attempts=1, claimed_at=now)

    mailing.pump.func()

    assert states() == {"dpa-notice": "claimed", "dpa-receipt": "sent"}
    assert Delivery.objects.get(state="sent").attempts == 2


def test_a_worker_taken_for_dead_does_not_speak_for_the_next_one(queued):
    with Hand() as hand, Postbox() as postbox:
        claimed = hand.next()
        Delivery.objects.filter(pk=claimed.pk).update(attempts=2, claimed_at=timezone.now())

        mailing._deliver(claimed, hand, postbox)

    assert Delivery.objects.get(pk=claimed.pk).state == "claimed"


def test_the_receipt_of_somebody_erased_is_not_sent(queued):
    claimed = Delivery.objects.get(kind="dpa-receipt")
    dpa.erase(queued)
    Delivery.objects.filter(pk=claimed.pk).update(state="claimed", attempts=1)
    claimed.refresh_from_db()

    with Hand() as hand, Postbox() as postbox:
        mailing._deliver(claimed, hand, postbox)

    assert mail.outbox == []
    assert Delivery.objects.get(pk=claimed.pk).state == "cancelled"


def test_somebody_erased_while_the_mail_goes_out_is_in_no_file(queued, settings, tmp_path, monkeypatch):
    folder = tmp_path / "mail"
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(folder)},
        }
    }
    send = Postbox.send

    def slowly(postbox, message):
        dpa.erase(DpaRequest.objects.get())
        send(postbox, message)

    monkeypatch.setattr(Postbox, "send", slowly)
    Delivery.objects.filter(kind="dpa-notice").delete()

    mailing.pump.func()

    assert states() == {"dpa-receipt": "sent"}
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("end", [notifying.unsubscribe, notifying.erase])
def test_what_went_out_while_its_subscriber_left_is_told_as_sent(db, monkeypatch, end):
    subscriber = subscribe()
    announce()
    send = Postbox.send

    def slowly(postbox, message):
        end(subscriber)
        assert subscriber.deliveries.get(kind="announcement").state == "cancelled"
        send(postbox, message)

    monkeypatch.setattr(Postbox, "send", slowly)

    mailing.pump.func()

    assert [made.to for made in mail.outbox] == [[EMAIL]]
    told = subscriber.deliveries.get(kind="announcement")
    assert (told.state, told.claimed_at, told.attempts) == ("sent", None, 1)
    assert told.sent_at is not None


def test_what_went_out_after_its_worker_was_taken_for_dead_does_not_go_out_again(queued):
    with Hand() as hand, Postbox() as postbox:
        claimed = hand.next()
        Delivery.objects.filter(pk=claimed.pk).update(claimed_at=timezone.now() - STALE - datetime.timedelta(minutes=1))
        assert mailing.put_back_stale() == 1

        mailing._deliver(claimed, hand, postbox)

    assert Delivery.objects.get(pk=claimed.pk).state == "sent"


# --- keep_going -------------------------------------------------------------------------------------------------------


def test_a_lost_pump_is_replaced_once(queued):
    mailing.keep_going()
    mailing.keep_going()

    assert pumps().count() == 1


def test_a_pump_that_waits_for_the_mail_server_is_left_to_wait(queued):
    mailing.pump.using(run_after=timezone.now() + mailing.PAUSE / 2).enqueue()

    mailing.keep_going()

    assert pumps().count() == 1


def test_an_idle_queue_gets_no_pump(db):
    mailing.keep_going()

    assert pumps().count() == 0


def test_a_task_whose_worker_died_runs_again_until_it_has_cost_too_many_workers(queued):
    long_ago = timezone.now() - mailing.STUCK * 2
    mailing.pump.enqueue()
    DBTaskResult.objects.update(status="RUNNING", started_at=long_ago, worker_ids=["a"])

    mailing.keep_going()
    assert DBTaskResult.objects.get().status == "READY"

    DBTaskResult.objects.update(status="RUNNING", started_at=long_ago, worker_ids=list("abcde"))
    mailing.keep_going()
    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == ["FAILED", "READY"]


def test_a_task_that_runs_is_left_alone(queued):
    mailing.pump.enqueue()
    DBTaskResult.objects.update(status="RUNNING", started_at=timezone.now(), worker_ids=["a"])

    mailing.keep_going()

    assert DBTaskResult.objects.filter(status="RUNNING").count() == 1


def test_pumps_do_not_multiply_while_a_mail_waits(queued):
    Delivery.objects.update(due_at=timezone.now() + datetime.timedelta(minutes=5))

    for _turn in range(3):
        mailing.pump.func()

    assert pumps().count() == 1
    assert pumps().get().run_after != get_date_max()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="threads need a server; SQLite has one writer at a time")
def test_four_pumps_at_once_send_each_mail_once(settings):
    for number in range(40):
        submit(str(number), email=f"a{number}@zephyrine.example")
    barrier = threading.Barrier(4)

    def one(_number):
        try:
            barrier.wait()
            mailing.pump.func()
        finally:
            connection.close()

    with sink() as server:
        to(settings, server.port)
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(one, range(4)))
        ids = server.message_ids()

    assert (len(ids), len(set(ids))) == (40, 40)
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="threads need a server; SQLite has one writer at a time")
def test_a_slow_mail_server_does_not_make_a_claim_stale(settings, monkeypatch):
    monkeypatch.setattr(claiming, "BEAT", datetime.timedelta(seconds=0.1))
    submit()
    with sink() as server:
        to(settings, server.port)
        server.go_on.clear()
        threading.Timer(0.8, server.go_on.set).start()
        before = timezone.now()

        mailing.pump.func()

        delivery = Delivery.objects.get()
        assert (delivery.state, len(server.mails)) == ("sent", 1)
        assert delivery.claimed_at - before > datetime.timedelta(seconds=0.5)
