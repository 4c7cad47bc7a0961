import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import OperationalError, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from registry.actions import clockwork, dpa, mailing
from registry.models import Agreement, Delivery, DpaRequest, DpaRequester, ServiceProfile
from tests.kept import agreement, enter
from tests.requests import PERSON, submit

DAY = timedelta(days=1)


def offered(days_ago=0, **changed):
    """A document that was issued some days ago, to the moment."""
    request = enter(submit(**changed), "issued")
    at = timezone.now() - days_ago * DAY
    return agreement(request, "offered", issued_at=at, open_until=at + 30 * DAY)


def reminders():
    return list(Delivery.objects.filter(kind="dpa-reminder").order_by("id").values_list("event", flat=True))


def profile(**values):
    ServiceProfile.objects.update(**values)


# --- expiry -----------------------------------------------------------------------------------------------------------


def test_what_nobody_verified_or_accepted_in_time_expires_and_nothing_else(db):
    unverified, fresh, taken = submit(), submit(company="Fresh"), submit(company="Taken")
    dead, alive, accepted = offered(31, company="Dead"), offered(29, company="Alive"), offered(31, company="Accepted")
    DpaRequest.objects.filter(pk__in=[unverified.pk, taken.pk]).update(verify_by=timezone.now() - DAY)
    enter(taken, "in_review")
    Agreement.objects.filter(pk=accepted.pk).update(state="accepted", accepted_at=timezone.now(), way="click")
    enter(accepted.request, "accepted")

    assert (clockwork.expire(), clockwork.expire()) == (2, 0)

    states = dict(DpaRequest.objects.values_list("pk", "state"))
    assert states == {
        unverified.pk: "expired",
        fresh.pk: "received",
        taken.pk: "in_review",
        dead.request_id: "expired",
        alive.request_id: "issued",
        accepted.request_id: "accepted",
    }
    dead.refresh_from_db()
    assert dead.state == "lapsed"
    assert list(Delivery.objects.filter(kind="dpa-ended").values_list("request", flat=True)) == [dead.request_id]


def test_an_erased_request_expires_no_more(db):
    request = submit()
    DpaRequest.objects.update(verify_by=timezone.now() - DAY)
    dpa.erase(request)

    assert clockwork.expire() == 0


# --- reminders --------------------------------------------------------------------------------------------------------


def test_a_customer_is_reminded_on_the_days_of_the_profile_each_day_once(db):
    profile(reminder_days="7, 21")
    found = offered()
    told = {}

    for day in range(31):
        with time_machine.travel(found.issued_at + day * DAY):
            for _again in range(2):
                if clockwork.remind():
                    told[day] = reminders()[-1]

    assert told == {7: f"{found.reference} 7", 21: f"{found.reference} 21"}
    assert len(reminders()) == 2


def test_after_a_standstill_one_reminder_makes_up_for_all_that_were_missed(db):
    profile(reminder_days="3, 7, 21")
    found = offered(9)

    assert [clockwork.remind() for _time in range(3)] == [1, 0, 0]
    assert reminders() == [f"{found.reference} 7"]


def test_a_day_that_staff_adds_later_reminds_nobody_who_was_reminded_after_it(db):
    profile(reminder_days="10")
    found = offered(12)
    clockwork.remind()

    profile(reminder_days="5, 10, 11")

    assert [clockwork.remind() for _time in range(2)] == [1, 0]
    assert reminders() == [f"{found.reference} 10", f"{found.reference} 11"]


@pytest.mark.parametrize(
    ("request_state", "state"),
    [("accepted", "accepted"), ("withdrawn", "lapsed"), ("in_review", "offered"), ("countersigned", "in_force")],
)
def test_nobody_is_reminded_of_what_does_not_wait_for_them(db, request_state, state):
    request = enter(submit(), request_state)
    agreement(request, state, issued_at=timezone.now() - 10 * DAY)

    assert clockwork.remind() == 0


def test_nobody_is_reminded_of_what_is_over_or_where_the_profile_names_no_day(db):
    profile(reminder_days="7")
    offered(31)
    assert clockwork.remind() == 0

    offered(8, company="Else AG")
    profile(reminder_days="")
    assert clockwork.remind() == 0
    ServiceProfile.objects.all().delete()
    assert clockwork.remind() == 0


def test_who_accepts_or_is_erased_between_the_look_and_the_reminder_is_not_reminded(db, monkeypatch):
    found, gone = offered(8), offered(8, company="Gone")
    real = clockwork._last_due

    def meanwhile(*told):
        Agreement.objects.filter(pk=found.pk).update(state="accepted", accepted_at=timezone.now(), way="click")
        DpaRequest.objects.filter(pk=found.request_id).update(state="accepted")
        dpa.erase(gone.request)
        return real(*told)

    monkeypatch.setattr(clockwork, "_last_due", meanwhile)

    assert (clockwork.remind(), reminders()) == (0, [])


def test_a_document_issued_again_is_reminded_of_on_its_own_days(db):
    profile(reminder_days="7")
    request = enter(submit(), "issued")
    at = timezone.now()
    agreement(request, "lapsed", issued_at=at - 20 * DAY)
    Delivery.objects.create(request=request, kind="dpa-reminder", event=f"{Agreement.objects.get().reference} 7")
    again = agreement(request, "offered", issued_at=at - 7 * DAY)

    assert clockwork.remind() == 1
    assert reminders()[-1] == f"{again.reference} 7"


@pytest.mark.parametrize(("zone", "reminded"), [("Europe/Copenhagen", 1), ("UTC", 0)])
def test_a_day_is_one_on_the_wall_of_the_profiles_zone_also_where_the_clock_is_changed(db, zone, reminded):
    """The day on which summer begins has 23 hours in Denmark."""
    profile(reminder_days="7", time_zone=zone)
    request = enter(submit(), "issued")
    agreement(
        request, "offered", issued_at=datetime(2027, 3, 24, 9, tzinfo=UTC), open_until=datetime(2028, 1, 1, tzinfo=UTC)
    )

    with time_machine.travel(datetime(2027, 3, 31, 8, tzinfo=UTC), tick=False):
        assert clockwork.remind() == reminded


# --- retention, once a day --------------------------------------------------------------------------------------------


def tasks():
    return DBTaskResult.objects.filter(task_path=clockwork.retention.module_path)


def finish(status="SUCCESSFUL", at=None):
    tasks().update(status=status, finished_at=at or timezone.now())


def test_retention_is_due_once_a_day_and_the_day_turns_in_the_profiles_zone(db):
    profile(time_zone="Europe/Budapest")
    due = {}
    with time_machine.travel(datetime(2026, 7, 1, 12, tzinfo=UTC), tick=False) as clock:
        for hour in range(48):
            if clockwork.retain():
                due[hour] = timezone.now().astimezone(UTC)
            finish()
            clock.shift(timedelta(hours=1))

    # Midnight in Budapest is 22:00 in summer.
    assert list(due.values()) == [datetime(2026, 7, day, hour, tzinfo=UTC) for day, hour in ((1, 12), (1, 22), (2, 22))]


def test_retention_that_waits_or_runs_is_not_asked_for_again_the_next_day_and_one_that_failed_is_after_an_hour(db):
    assert (clockwork.retain(), clockwork.retain()) == (True, False)
    with time_machine.travel(timezone.now() + 2 * DAY):
        assert clockwork.retain() is False
        tasks().update(status="RUNNING", started_at=timezone.now())
        assert clockwork.retain() is False

    finish("FAILED", timezone.now() - timedelta(minutes=59))
    assert clockwork.retain() is False
    finish("FAILED", timezone.now() - timedelta(minutes=61))
    assert clockwork.retain() is True


def test_the_task_carries_nothing_and_answers_in_counts(db, caplog):
    due, kept = (enter(submit(company=name), "closed") for name in ("Due", "Kept"))
    DpaRequest.objects.update(ended_at=timezone.now() - 400 * DAY)
    agreement(kept)
    clockwork.retain()
    with caplog.at_level("INFO", logger="registry"):
        counts = clockwork.retention.func()

    assert [task.args_kwargs for task in tasks()] == [{"args": [], "kwargs": {}}]
    assert counts == {"erased": 1, "held": 1, "failed": 0}
    assert "Retention. People erased: 1, kept for an agreement: 1, failed: 0." in caplog.text
    assert due.reference not in caplog.text
    assert list(DpaRequester.objects.values_list("request", flat=True)) == [kept.pk]


def test_one_person_who_cannot_be_erased_keeps_nobody_else_and_the_log_names_them_by_reference(db, caplog, monkeypatch):
    bad, _good = (enter(submit(company=name), "closed") for name in ("Bad", "Good"))
    DpaRequest.objects.update(ended_at=timezone.now() - 400 * DAY)
    real = dpa.eventing.record

    def record(request, *rest, **facts):
        if request.pk == bad.pk:
            raise ValueError(PERSON["email"])
        return real(request, *rest, **facts)

    monkeypatch.setattr(dpa.eventing, "record", record)

    assert clockwork.retention.func() == {"erased": 1, "held": 0, "failed": 1}
    assert f"{bad.reference} could not be erased: ValueError" in caplog.text
    assert PERSON["email"] not in caplog.text
    assert list(DpaRequester.objects.values_list("request", flat=True)) == [bad.pk]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="threads need a server; SQLite has one writer at a time")
def test_of_many_workers_one_asks_for_the_retention_of_the_day():
    barrier = threading.Barrier(6)

    def work():
        try:
            barrier.wait(10)
            clockwork.retain()
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _number in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)

    assert tasks().count() == 1


# --- together ---------------------------------------------------------------------------------------------------------


def test_what_fails_keeps_nothing_else_from_its_turn_and_its_words_stay_out_of_the_log(db, caplog, monkeypatch):
    def remind():
        raise ValueError(PERSON["name"])

    monkeypatch.setattr(clockwork, "remind", remind)

    clockwork.keep_going()

    assert "remind failed: ValueError" in caplog.text
    assert PERSON["name"] not in caplog.text
    assert tasks().count() == 1


def test_a_database_that_does_not_answer_is_for_the_caller(db, monkeypatch):
    def expire():
        raise OperationalError

    monkeypatch.setattr(clockwork, "expire", expire)

    with pytest.raises(OperationalError):
        clockwork.keep_going()


def test_the_worker_looks_after_mails_offers_reminders_and_retention(db):
    dead, waiting = offered(31), offered(8, company="Waiting")

    clockwork.keep_going()

    assert DpaRequest.objects.get(pk=dead.request_id).state == "expired"
    assert reminders() == [f"{waiting.reference} 7"]
    paths = set(DBTaskResult.objects.values_list("task_path", flat=True))
    assert paths == {clockwork.retention.module_path, mailing.pump.module_path}


def test_looking_costs_the_same_however_many_wait(db, django_assert_max_num_queries):
    profile(reminder_days="7")
    offered(8)
    clockwork.keep_going()
    with django_assert_max_num_queries(20) as few:
        clockwork.keep_going()
    for number in range(5):
        offered(8, company=f"Company {number}")
    clockwork.keep_going()

    with django_assert_max_num_queries(len(few)):
        clockwork.keep_going()
    assert len(reminders()) == 6
