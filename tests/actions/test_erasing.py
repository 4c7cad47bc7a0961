import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from registry.actions import dpa, erasing, mailing, notifying, objecting
from registry.models import (
    Attempt,
    DpaRequest,
    DpaRequester,
    Erasure,
    Objection,
    Objector,
    Subscriber,
    SubscriberIdentity,
)
from tests import objections, subscribers
from tests.requests import PERSON, submit


@pytest.fixture
def officer(db):
    return User.objects.create_user("officer", is_staff=True)


@pytest.fixture
def filed(settings, tmp_path):
    """Mails go to files, as in development."""
    settings.DATA_DIR = tmp_path
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(tmp_path / "mail")},
        }
    }


def everything():
    """The whole database as text, every table, and all files under DATA_DIR."""
    parts = []
    if connection.vendor == "sqlite":
        parts += list(connection.connection.iterdump())
    else:
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
                parts += [text for (text,) in cursor.fetchall()]
    parts += [path.read_bytes().decode("utf-8", "replace") for path in Path(settings.DATA_DIR).rglob("*.log")]
    return "\n".join(parts)


def strings(person):
    return [line for value in person.values() for line in value.split("\n")]


# --- one person, everywhere -------------------------------------------------------------------------------------------


def request_with_traces(officer):
    """A request that left its traces wherever one can."""
    request = submit()
    mailing.pump.func()
    request = dpa.take(request, officer)
    request = dpa.move(request, "in_review", officer, note=f"Rang {PERSON['name']}.")
    return dpa.move(request, "closed", officer)


def objection_with_traces(officer):
    objection = objections.verified()
    mailing.pump.func()
    objecting.annotate(objection, f"Rang {objections.OBJECTOR['name']}.", officer)
    objection = objecting.take(objection, objecting.version(objection), officer)
    return objecting.close(objection, objecting.version(objection), "rejected", officer, "Tere, xylophon-4711!")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("made", "person"), [(request_with_traces, PERSON), (objection_with_traces, objections.OBJECTOR)]
)
def test_erasing_leaves_no_string_of_the_person_anywhere(officer, client, filed, settings, made, person):
    record = made(officer)
    LogEntry.objects.log_actions(officer.pk, [record], CHANGE, "Closed.", single_object=True)
    client.force_login(officer)
    files = "".join(path.read_text() for path in (settings.DATA_DIR / "mail").iterdir())
    assert person["email"] in files
    assert [text for text in strings(person) if text not in everything()] == []

    assert erasing.erase_named(f" {record.reference.lower()} ") is True

    left = everything()
    assert [text for text in strings(person) if text in left] == []
    assert not any(record.reference in path.read_text() for path in (settings.DATA_DIR / "mail").glob("*"))
    erased = type(record).objects.get()
    assert (erased.state, erased.language, erased.release_id) == (record.state, record.language, record.release_id)
    assert (erased.received_at, erased.ended_at) == (record.received_at, record.ended_at)
    assert list(Erasure.objects.values_list("reference", "erased_at")) == [(record.reference, erased.erased_at)]
    assert erasing.erase_named(record.reference) is False


@pytest.mark.parametrize("reference", ["DPA-2222-2222", "OBJ-2222-2222", "", "x"])
def test_a_reference_that_nothing_has_is_told(db, reference):
    with pytest.raises(erasing.NoSuchReference):
        erasing.erase_named(reference)


# --- retention --------------------------------------------------------------------------------------------------------


def ended(days, **changed):
    request = submit(**changed)
    DpaRequest.objects.filter(pk=request.pk).update(
        state="closed", ended_at=timezone.now() - datetime.timedelta(days=days)
    )
    return request


def over(days=None, *, dry_run=False):
    """The references of those whose time is over."""
    return [due.reference for due in erasing.apply_retention(days, dry_run=dry_run).erased]


def test_retention_erases_what_ended_longer_ago_than_the_profile_says(db):
    due, young, waiting = ended(366, company="Due"), ended(364, company="Young"), submit(company="Waiting")

    assert over(dry_run=True) == [due.reference]
    assert Erasure.objects.count() == 0
    assert over() == [due.reference]
    assert over() == []
    assert set(DpaRequester.objects.values_list("request", flat=True)) == {young.pk, waiting.pk}
    assert over(363) == [young.reference]


def test_retention_erases_closed_objections_and_those_that_nobody_verified(db):
    day, now = datetime.timedelta(days=1), timezone.now()
    closed, waiting, forgotten, fresh = (objections.submit(name) for name in ("one", "two", "three", "four"))
    rows = Objection.objects
    rows.filter(pk=closed.pk).update(state="closed", outcome="rejected", ended_at=now - 366 * day)
    rows.filter(pk=waiting.pk).update(state="answered", received_at=now - 900 * day)
    rows.filter(pk=forgotten.pk).update(received_at=now - (objecting.UNVERIFIED_DAYS + 1) * day)
    rows.filter(pk=fresh.pk).update(received_at=now - (objecting.UNVERIFIED_DAYS - 1) * day)

    assert over() == [closed.reference, forgotten.reference]
    assert set(Objector.objects.values_list("objection", flat=True)) == {waiting.pk, fresh.pk}


def test_retention_erases_subscribers_who_left_and_those_who_never_confirmed(db):
    day, now = datetime.timedelta(days=1), timezone.now()
    left, told, forgotten, fresh, back = (
        notifying.ask(token=name, email=f"{name}@example.com", language="et", scope="all")
        for name in ("one", "two", "three", "four", "five")
    )
    rows = Subscriber.objects
    left_long_ago = {"state": "unsubscribed", "ended_at": now - 366 * day}
    rows.filter(pk=left.pk).update(**left_long_ago, asked_at=now - 400 * day)
    # Asked again yesterday: the mail that asks to confirm is on its way.
    rows.filter(pk=back.pk).update(**left_long_ago, asked_at=now - day)
    rows.filter(pk=told.pk).update(state="confirmed", asked_at=now - 900 * day)
    rows.filter(pk=forgotten.pk).update(asked_at=now - 8 * day)
    rows.filter(pk=fresh.pk).update(asked_at=now - 6 * day)

    assert over() == [left.reference, forgotten.reference]
    assert erasing.erase_named(told.reference) is True
    assert set(SubscriberIdentity.objects.values_list("subscriber", flat=True)) == {fresh.pk, back.pk}


def test_retention_clears_old_counters_and_finished_tasks(db):
    now, day = timezone.now(), datetime.timedelta(hours=26, seconds=1)
    Attempt.objects.create(scope="dpa", origin="old", at=now - day)
    Attempt.objects.create(scope="dpa", origin="new", at=now)
    submit()
    submit(company="Else AG")
    old = DBTaskResult.objects.first()
    DBTaskResult.objects.filter(pk=old.pk).update(status="SUCCESSFUL", finished_at=now - day)

    erasing.apply_retention()

    assert list(Attempt.objects.values_list("origin", flat=True)) == ["new"]
    assert list(DBTaskResult.objects.values_list("status", flat=True)) == ["READY"]


@pytest.mark.django_db(transaction=True)
def test_retention_removes_a_file_that_a_dying_worker_left_behind(filed, settings):
    request = submit()
    mailing.pump.func()
    left = {path.name: path.read_bytes() for path in (settings.DATA_DIR / "mail").iterdir()}
    dpa.erase(request)
    for name, text in left.items():
        (settings.DATA_DIR / "mail" / name).write_bytes(text)

    erasing.apply_retention()

    assert list((settings.DATA_DIR / "mail").iterdir()) == []


# --- after a restore --------------------------------------------------------------------------------------------------


def test_a_restored_backup_is_erased_again_at_the_time_that_the_log_says(db):
    request, other, objection = submit(), submit(company="Else AG"), objections.submit()
    at = timezone.now() - datetime.timedelta(days=7)
    log = [
        (request.reference, at, "request"),
        (objection.reference, at, "retention"),
        ("DPA-2222-3333", at, ""),
    ]

    assert erasing.replay_erasures(log) == [request.reference, objection.reference]
    assert erasing.replay_erasures(log) == []

    request.refresh_from_db()
    objection.refresh_from_db()
    assert request.erased_at == objection.erased_at == at
    assert list(DpaRequester.objects.values_list("request", flat=True)) == [other.pk]
    assert Objector.objects.count() == 0
    assert set(Erasure.objects.values_list("reference", "erased_at", "ground")) == set(log)


@pytest.mark.django_db(transaction=True)
def test_erasing_leaves_no_address_of_a_subscriber_anywhere(officer, client, filed, settings):
    subscriber = subscribers.subscribe()
    subscribers.ask(token="a form")
    mailing.pump.func()
    secret = subscriber.identity.secret
    LogEntry.objects.log_actions(officer.pk, [subscriber], CHANGE, "Looked at.", single_object=True)
    assert [text in everything() for text in (subscribers.EMAIL, subscribers.EMAIL.lower(), secret)] == [True] * 3

    assert erasing.erase_named(subscriber.reference) is True

    left = everything().lower()
    assert [text in left for text in (subscribers.EMAIL.lower(), secret, "a form")] == [False] * 3
    assert not any(subscriber.reference in path.read_text() for path in (settings.DATA_DIR / "mail").glob("*"))
    assert list(Erasure.objects.values_list("reference", flat=True)) == [subscriber.reference]
    assert erasing.erase_named(subscriber.reference) is False
