import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from registry.actions import dpa, mailing
from registry.models import Delivery, DpaNote, DpaRequest, DpaRequester, Erasure
from tests.requests import PERSON, submit

NEEDS_A_SERVER = pytest.mark.skipif(
    "connection.vendor == 'sqlite'", reason="threads need a server; SQLite has one writer at a time"
)


@pytest.fixture
def officer(db):
    return User.objects.create_user("officer", is_staff=True)


@pytest.fixture
def other(db):
    return User.objects.create_user("other", is_staff=True)


# --- submit -----------------------------------------------------------------------------------------------------------


def test_a_request_its_requester_its_two_mails_and_the_task_are_kept_together(db):
    request = submit()

    assert (request.state, request.language, request.country, request.region) == ("received", "hu", "HU", "eu")
    assert DpaRequester.objects.values(*PERSON).get() == PERSON
    assert sorted(request.deliveries.values_list("kind", "state")) == [
        ("dpa-notice", "queued"),
        ("dpa-receipt", "queued"),
    ]
    task = DBTaskResult.objects.get()
    assert (task.task_path, task.args_kwargs) == ("registry.actions.mailing.pump", {"args": [], "kwargs": {}})


def test_nothing_is_kept_where_a_part_of_it_cannot_be(db):
    with pytest.raises(ValidationError):
        submit(email="no address")

    kept = (DpaRequest, DpaRequester, Delivery, DBTaskResult, DpaRequest.history)
    assert [getattr(model, "objects", model).count() for model in kept] == [0, 0, 0, 0, 0]


def test_the_same_form_twice_is_one_request_and_one_pair_of_mails(db):
    first, second = submit(), submit()

    assert first.reference == second.reference
    assert (DpaRequest.objects.count(), Delivery.objects.count()) == (1, 2)
    assert dpa.submitted(token="a form", language="hu", country="HU", region="eu", **PERSON) == first


def test_a_form_sent_again_with_other_answers_is_another_request(db):
    first, second = submit(), submit(company="Another Kft.")

    assert first.reference != second.reference
    assert DpaRequest.objects.count() == 2


def test_the_form_token_is_kept_in_no_form_that_leads_to_the_person(db):
    request = submit()

    assert len(request.form_token) == 64
    assert "form_token" not in {field.name for field in DpaRequest.history.model._meta.fields}


@pytest.mark.django_db(transaction=True)
@NEEDS_A_SERVER
def test_the_same_form_twice_at_the_same_moment_is_one_request():
    barrier = threading.Barrier(4)

    def one(_number):
        try:
            barrier.wait()
            return submit().reference
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        references = set(threads.map(one, range(4)))

    assert len(references) == 1
    assert (DpaRequest.objects.count(), DpaRequester.objects.count(), Delivery.objects.count()) == (1, 1, 2)


# --- take and move ----------------------------------------------------------------------------------------------------


def test_whoever_takes_a_request_answers_for_it(officer):
    request = dpa.take(submit(), officer)

    assert DpaRequest.objects.get().assignee == officer
    assert DpaRequest.history.latest().history_user == officer
    assert dpa.take(request, officer).assignee == officer


def test_of_two_who_take_a_request_the_second_is_told(officer, other):
    seen_by_both = submit()
    dpa.take(DpaRequest.objects.get(), officer)

    with pytest.raises(dpa.Overtaken):
        dpa.take(seen_by_both, other)

    assert DpaRequest.objects.get().assignee == officer


@pytest.mark.parametrize("state", DpaRequest.State)
@pytest.mark.parametrize("to", DpaRequest.State)
def test_every_move_is_legal_or_refused(officer, state, to):
    request = submit()
    ended = {"ended_at": timezone.now() if state in DpaRequest.ENDED else None}
    DpaRequest.objects.update(state=state, **ended)
    request.refresh_from_db()

    if to not in DpaRequest.MOVES[state]:
        with pytest.raises(dpa.CannotMove):
            dpa.move(request, to, officer)
        assert DpaRequest.objects.get().state == state
        return

    moved = dpa.move(request, to, officer, note=" Why not. ")

    assert moved.state == to
    assert (moved.ended_at is not None) == (to in DpaRequest.ENDED)
    assert list(DpaNote.objects.values_list("state", "text", "by")) == [(to, "Why not.", officer.pk)]
    assert DpaRequest.history.latest().history_user == officer


def test_a_state_that_does_not_exist_is_refused(officer):
    with pytest.raises(dpa.CannotMove):
        dpa.move(submit(), "accepted", officer)


def test_who_decides_on_what_is_no_longer_so_is_told_and_leaves_no_note(officer, other):
    seen_by_both = submit()
    dpa.move(DpaRequest.objects.get(), "in_review", officer)

    with pytest.raises(dpa.Overtaken):
        dpa.move(seen_by_both, "declined", other, note="No.")

    assert (DpaRequest.objects.get().state, DpaNote.objects.count()) == ("in_review", 0)


@pytest.mark.django_db(transaction=True)
@NEEDS_A_SERVER
def test_of_two_who_decide_at_the_same_moment_one_wins():
    submit()
    users = [User.objects.create_user(name) for name in ("one", "two")]
    barrier = threading.Barrier(2)

    def one(user):
        try:
            seen = DpaRequest.objects.get()
            barrier.wait()
            return dpa.move(seen, "in_review" if user.username == "one" else "declined", user).state
        except dpa.Overtaken:
            return "told"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        outcomes = sorted(threads.map(one, users))

    state = DpaRequest.objects.get().state
    assert outcomes == sorted([state, "told"])
    assert DpaRequest.history.count() == 2


# --- erase ------------------------------------------------------------------------------------------------------------


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


@pytest.mark.django_db(transaction=True)
def test_erasing_one_person_keeps_the_mails_and_data_of_another(officer, filed, settings):
    request, other = submit(), submit(email="else@example.com", company="Else AG")
    mailing.pump.func()

    dpa.erase(request)

    text = "".join(path.read_text() for path in (settings.DATA_DIR / "mail").iterdir())
    assert "else@example.com" in text
    assert request.reference not in text
    assert DpaRequester.objects.get().request == other


def test_erasing_cancels_the_receipt_that_waits_but_not_what_was_sent(db):
    waiting, sent = submit(), submit(company="Else AG")
    sent.deliveries.update(state="sent", sent_at=timezone.now())

    dpa.erase(waiting)
    dpa.erase(sent)

    assert dict(waiting.deliveries.values_list("kind", "state")) == {
        "dpa-receipt": "cancelled",
        "dpa-notice": "queued",
    }
    assert set(sent.deliveries.values_list("state", flat=True)) == {"sent"}


def test_an_erased_request_waits_for_nobody_and_cannot_be_moved(officer):
    request = submit()
    dpa.erase(request)
    request.refresh_from_db()

    with pytest.raises(dpa.CannotMove, match="erased"):
        dpa.move(request, "in_review", officer)
    with pytest.raises(dpa.CannotMove, match="erased"):
        dpa.take(request, officer)

    assert (request.state, list(DpaRequest.objects.waiting())) == ("received", [])


def test_erasing_twice_changes_nothing(db):
    request = submit()
    dpa.erase(request)
    at = DpaRequest.objects.get().erased_at

    assert dpa.erase(request) is False
    assert (DpaRequest.objects.get().erased_at, Erasure.objects.count()) == (at, 1)


def test_a_request_sent_again_after_its_erasure_is_a_new_one(db):
    first = submit()
    dpa.erase(first)

    assert submit().reference != first.reference


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite alone has a write-ahead log of its own")
def test_the_connection_overwrites_what_it_deletes():
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA secure_delete").fetchone() == (1,)
