import datetime
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from registry.actions import objecting
from registry.actions.withdrawing import withdraw
from registry.models import Delivery, Erasure, Objection, ObjectionNote, Objector
from tests.objections import CHANGE, OBJECTOR, announce, submit, verified
from tests.releases import REASON

NEEDS_A_SERVER = pytest.mark.skipif(
    "connection.vendor == 'sqlite'", reason="threads need a server; SQLite has one writer at a time"
)
DAY = datetime.timedelta(days=1)


@pytest.fixture
def officer(db):
    return User.objects.create_user("officer", is_staff=True)


@pytest.fixture
def other(db):
    return User.objects.create_user("other", is_staff=True)


def mails(objection):
    return sorted(objection.deliveries.values_list("kind", "state"))


def rendered(objection, kind):
    return objecting.mail(objection.deliveries.filter(kind=kind).latest("id"))


def link_of(objection):
    """The token in the link of the newest mail that asks to verify the address."""
    return re.search(r"/object/verify/([^/\s]+)/", rendered(objection, "objection-check").body)[1]


def later(days):
    return mock.patch("django.core.signing.time.time", return_value=time.time() + days * 24 * 3600)


def entries():
    return Objection.history.count()


# --- submit -----------------------------------------------------------------------------------------------------------


def test_an_objection_its_objector_its_mail_and_the_task_are_kept_together(db):
    objection = submit()

    assert (objection.state, objection.language, objection.change, objection.release_id) == (
        "unverified",
        "et",
        CHANGE,
        4,
    )
    assert Objector.objects.values(*OBJECTOR).get() == OBJECTOR
    assert mails(objection) == [("objection-check", "queued")]
    assert list(DBTaskResult.objects.values_list("task_path", flat=True)) == ["registry.actions.mailing.pump"]


def test_nothing_is_kept_where_a_part_of_it_cannot_be(db):
    with pytest.raises(ValidationError):
        submit(email="no address")

    kept = (Objection, Objector, Delivery, DBTaskResult, Objection.history)
    assert [getattr(model, "objects", model).count() for model in kept] == [0, 0, 0, 0, 0]


def test_the_same_form_twice_is_one_objection_and_other_answers_are_another(db):
    first, second, another = submit(), submit(), submit(change="")

    assert first == second != another
    assert (Objection.objects.count(), Delivery.objects.count()) == (2, 2)
    answers = {"language": "et", "release": 4, "change": CHANGE, **OBJECTOR}
    assert objecting.submitted(token="a form", **answers) == first
    assert objecting.submitted(token="another form", **answers) is None


def test_the_last_day_counts_and_the_day_after_it_does_not(db):
    deadline = announce().objection_deadline

    assert submit(release=4, on=deadline).state == "unverified"
    with pytest.raises(objecting.NotOpen):
        submit("another form", release=4, on=deadline + DAY)
    assert Objection.objects.count() == 1


def test_to_a_withdrawn_release_and_to_one_without_a_deadline_nobody_can_object(db):
    release = announce()
    withdraw(release.number, reason=REASON)

    for number in (release.number, 3, 99):
        with pytest.raises(objecting.NotOpen):
            submit(release=number, on=release.announced_on)
    assert Objection.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@NEEDS_A_SERVER
def test_the_same_form_twice_at_the_same_moment_is_one_objection():
    announce()
    barrier = threading.Barrier(4)

    def one(_number):
        try:
            barrier.wait()
            return submit().reference
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        references = set(threads.map(one, range(4)))

    assert (len(references), Objection.objects.count(), Delivery.objects.count()) == (1, 1, 1)


# --- the link ---------------------------------------------------------------------------------------------------------


def test_a_link_leads_to_its_objection_and_holds_no_address(db):
    objection = submit()
    token = link_of(objection)

    assert objecting.of_link(token) == objection
    assert "@" not in token


@pytest.mark.parametrize("change", [lambda token: token[:-1], lambda token: "", lambda token: "OBJ-2222-2222:a:b"])
def test_a_forged_link_leads_nowhere(db, change):
    token = link_of(submit())

    with pytest.raises(objecting.NoLink):
        objecting.of_link(change(token))


def test_a_link_to_what_was_erased_leads_nowhere(db):
    objection = submit()
    token = link_of(objection)
    objecting.erase(objection)

    with pytest.raises(objecting.NoLink):
        objecting.of_link(token)


def test_a_link_lives_a_week_and_then_says_what_it_led_to_until_that_is_verified(db):
    objection = submit()
    token = link_of(objection)

    with later(objecting.LINK_DAYS - 0.01):
        assert objecting.of_link(token) == objection
    with later(objecting.LINK_DAYS + 0.01):
        with pytest.raises(objecting.OldLink) as old:
            objecting.of_link(token)
        assert old.value.objection == objection
        objecting.verify(objection)
        assert objecting.of_link(token) == objection


def test_whoever_verifies_gets_a_receipt_and_staff_are_told_once(db):
    objection = submit()

    assert objecting.verify(objection) is True
    assert objecting.verify(objection) is False

    objection.refresh_from_db()
    assert (objection.state, objection.verified_at > objection.received_at) == ("open", True)
    assert mails(objection) == [
        ("objection-check", "queued"),
        ("objection-notice", "queued"),
        ("objection-receipt", "queued"),
    ]
    assert entries() == 2
    assert objecting.mail(objection.deliveries.get(kind="objection-check")) is None


def test_an_address_is_verified_after_the_deadline_too_and_after_the_release_was_withdrawn(db):
    objection = submit()
    withdraw(objection.release_id, reason=REASON)

    assert objecting.verify(objection) is True


def test_a_new_link_is_sent_on_request_and_none_while_one_waits(db):
    objection = submit()

    assert objecting.send_link(objection) is False
    objection.deliveries.update(state="sent")
    assert objecting.send_link(objection) is True
    assert objecting.send_link(objection) is False
    assert sorted(objection.deliveries.values_list("event", flat=True)) == ["", "2"]


def in_days(deliveries):
    """When each mail is due, in whole days from now, in the order of their queueing."""
    soon = timezone.now() + datetime.timedelta(minutes=1)
    return [(due_at - soon).days + 1 for due_at in deliveries.order_by("pk").values_list("due_at", flat=True)]


def test_a_mailbox_gets_three_links_a_day_whatever_it_objects_to_and_the_others_on_the_days_after(db):
    spellings = ("o@tühi.example", "O@tühi.example", "o@xn--thi-hoa.example", "o@TÜHI.example")
    objections = [submit(f"form {number}", email=spellings[number % 4]) for number in range(7)]
    stranger = submit("another form", email="oo@tühi.example")

    assert in_days(Delivery.objects.exclude(objection=stranger)) == [0, 0, 0, 1, 1, 1, 2]
    assert in_days(stranger.deliveries) == [0]
    # Another link to the first counts as well.
    objections[0].deliveries.update(state="sent")
    assert objecting.send_link(objections[0]) is True
    assert in_days(objections[0].deliveries) == [0, 2]


def test_yesterdays_links_leave_room(db):
    for number in range(3):
        submit(f"form {number}").deliveries.update(due_at=timezone.now() - DAY)

    assert in_days(submit("today").deliveries) == [0]


@NEEDS_A_SERVER
@pytest.mark.django_db(transaction=True)
def test_objections_at_the_same_moment_share_the_room_of_a_mailbox():
    announce()
    start = threading.Barrier(6)

    def one(number):
        start.wait()
        submit(f"form {number}")
        connection.close()

    with ThreadPoolExecutor(6) as workers:
        list(workers.map(one, range(6)))

    assert sorted(in_days(Delivery.objects.all())) == [0, 0, 0, 1, 1, 1]


def test_no_new_link_is_sent_for_what_is_verified(db):
    objection = verified()
    objection.deliveries.update(state="sent")

    assert objecting.send_link(objection) is False


# --- by staff ---------------------------------------------------------------------------------------------------------


def test_whoever_takes_an_objection_answers_for_it(officer):
    objection = verified()

    taken = objecting.take(objection, objecting.version(objection), officer)

    assert taken.assignee == officer
    assert Objection.history.latest().history_user == officer
    assert objecting.take(taken, objecting.version(taken), officer).assignee == officer
    assert entries() == 3


def test_an_answer_is_kept_and_queued_and_whoever_gives_it_first_takes_the_objection(officer, other):
    objection = verified()

    answered = objecting.answer(objection, objecting.version(objection), " Me kuulame. ", officer)
    again = objecting.answer(answered, objecting.version(answered), "Veel.", other)

    assert (again.state, again.assignee) == ("answered", officer)
    notes = list(ObjectionNote.objects.order_by("id"))
    assert [(n.text, n.answer, n.state, n.by) for n in notes] == [
        ("Me kuulame.", True, "answered", officer),
        ("Veel.", True, "answered", other),
    ]
    events = objection.deliveries.filter(kind="objection-answer").order_by("id").values_list("event", flat=True)
    assert list(events) == [str(note.pk) for note in notes]


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_answer_is_not_sent(officer, text):
    objection = verified()

    with pytest.raises(objecting.CannotMove, match="Write it first"):
        objecting.answer(objection, objecting.version(objection), text, officer)

    assert Objection.objects.get().state == "open"


def test_an_objection_is_closed_with_an_outcome_and_a_last_answer_and_can_be_opened_again(officer):
    objection = verified()

    closed = objecting.close(objection, objecting.version(objection), "accommodated", officer, "Saksamaale.")

    assert (closed.state, closed.outcome, closed.ended_at is not None) == ("closed", "accommodated", True)
    assert ObjectionNote.objects.values_list("text", "answer", "state").get() == ("Saksamaale.", True, "closed")
    opened = objecting.reopen(closed, objecting.version(closed), officer)
    assert (opened.state, opened.outcome, opened.ended_at) == ("open", "", None)


def test_an_objection_closed_without_words_sends_no_mail(officer):
    objection = verified()

    objecting.close(objection, objecting.version(objection), "withdrawn", officer)

    assert not objection.deliveries.filter(kind="objection-answer").exists()


@pytest.mark.parametrize("outcome", ["", "won", "closed"])
def test_an_outcome_that_does_not_exist_is_refused(officer, outcome):
    objection = verified()

    with pytest.raises(objecting.CannotMove, match="Choose an outcome first"):
        objecting.close(objection, objecting.version(objection), outcome, officer)

    assert Objection.objects.get().state == "open"


@pytest.mark.parametrize("state", Objection.State)
@pytest.mark.parametrize("to", ["open", "answered", "closed"])
def test_every_move_is_legal_or_refused(officer, state, to):
    objection = verified()
    ended = {"ended_at": timezone.now(), "outcome": "upheld"} if state == "closed" else {}
    Objection.objects.update(state=state, **ended)
    objection.refresh_from_db()
    at = objecting.version(objection)
    move = {
        "open": lambda: objecting.reopen(objection, at, officer),
        "answered": lambda: objecting.answer(objection, at, "Answer.", officer),
        "closed": lambda: objecting.close(objection, at, "rejected", officer),
    }[to]

    # By staff: only whoever reads the mail verifies an address.
    if to in Objection.MOVES[state] and state != "unverified":
        assert move().state == to
    else:
        with pytest.raises(objecting.CannotMove):
            move()
        assert (Objection.objects.get().state, ObjectionNote.objects.count()) == (state, 0)


def test_of_two_who_act_on_what_they_saw_the_second_is_told_and_sends_nothing(officer, other):
    objection = verified()
    at = objecting.version(objection)
    objecting.answer(objection, at, "The first.", officer)

    for late in (
        lambda: objecting.take(objection, at, other),
        lambda: objecting.answer(objection, at, "The second.", other),
        lambda: objecting.close(objection, at, "rejected", other, "The third."),
        lambda: objecting.reopen(objection, at, other),
    ):
        with pytest.raises(objecting.Overtaken):
            late()

    assert list(ObjectionNote.objects.values_list("text", flat=True)) == ["The first."]


def test_an_answer_to_an_answered_objection_is_overtaken_by_another_answer(officer, other):
    objection = objecting.answer(verified(), objecting.version(Objection.objects.get()), "The first.", officer)
    at = objecting.version(objection)
    objecting.answer(objection, at, "The second.", officer)

    with pytest.raises(objecting.Overtaken):
        objecting.answer(objection, at, "The third.", other)


@pytest.mark.django_db(transaction=True)
@NEEDS_A_SERVER
def test_of_two_who_answer_at_the_same_moment_one_wins():
    objection = verified()
    at = objecting.version(objection)
    users = [User.objects.create_user(name) for name in ("one", "two")]
    barrier = threading.Barrier(2)

    def one(user):
        try:
            barrier.wait()
            return objecting.answer(objection, at, user.username, user).state
        except objecting.Overtaken:
            return "told"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        outcomes = sorted(threads.map(one, users))

    assert outcomes == ["answered", "told"]
    assert ObjectionNote.objects.count() == Delivery.objects.filter(kind="objection-answer").count() == 1


def test_a_note_is_for_staff_and_in_nobodys_way(officer):
    objection = verified()
    at = objecting.version(objection)

    objecting.annotate(objection, " Rang them. ", officer)
    with pytest.raises(objecting.CannotMove, match="Write it first"):
        objecting.annotate(objection, "  ", officer)

    assert objecting.version(objection) == at
    assert ObjectionNote.objects.values_list("text", "answer", "by").get() == ("Rang them.", False, officer.pk)
    assert not objection.deliveries.filter(kind="objection-answer").exists()


# --- the mails --------------------------------------------------------------------------------------------------------


def test_each_mail_is_rendered_from_what_holds_when_it_is_sent(officer):
    objection = verified()
    at = objecting.version(objection)
    answered = objecting.answer(objection, at, "Me kuulame.", officer)
    objecting.close(answered, objecting.version(answered), "upheld", officer, "Loobume.")

    receipt, answer = rendered(objection, "objection-receipt"), rendered(objection, "objection-answer")
    notice = rendered(objection, "objection-notice")

    assert receipt.to == answer.to == [OBJECTOR["email"]]
    assert "Loobume." in answer.body
    assert "Me kuulame." not in answer.body
    assert notice.to == ["dpa@example.com"]
    assert f"/admin/registry/objection/{objection.pk}/change/" in notice.body


def test_whoever_was_erased_gets_no_mail_and_staff_their_notice(officer):
    objection = verified()
    objecting.answer(objection, objecting.version(objection), "Me kuulame.", officer)
    deliveries = list(objection.deliveries.all())
    objecting.erase(objection)

    assert {d.kind: objecting.mail(d) is None for d in deliveries} == {
        "objection-check": True,
        "objection-receipt": True,
        "objection-answer": True,
        "objection-notice": False,
    }
    assert mail.outbox == []


# --- erase ------------------------------------------------------------------------------------------------------------


def test_erasing_keeps_what_names_nobody_and_cancels_what_waits(officer):
    objection = verified()
    objecting.answer(objection, objecting.version(objection), "Me kuulame.", officer)
    objecting.annotate(objection, OBJECTOR["name"], officer)

    assert objecting.erase(objection, officer) is True
    assert objecting.erase(objection, officer) is False

    assert (Objector.objects.count(), ObjectionNote.objects.count()) == (0, 0)
    assert mails(objection) == [
        ("objection-answer", "cancelled"),
        ("objection-check", "cancelled"),
        ("objection-notice", "queued"),
        ("objection-receipt", "cancelled"),
    ]
    erased = Objection.objects.get()
    assert (erased.state, erased.release_id, erased.change, erased.language) == ("answered", 4, CHANGE, "et")
    assert erased.form_token == f"erased {erased.reference}"
    assert Erasure.objects.values_list("reference", "erased_at").get() == (erased.reference, erased.erased_at)
    assert list(Objection.objects.waiting()) == []


def test_nothing_more_happens_to_what_was_erased(officer):
    objection = verified()
    objecting.erase(objection)
    at = objecting.version(objection)

    for act in (
        lambda: objecting.verify(objection),
        lambda: objecting.send_link(objection),
        lambda: objecting.take(objection, at, officer),
        lambda: objecting.answer(objection, at, "x", officer),
        lambda: objecting.close(objection, at, "upheld", officer),
        lambda: objecting.annotate(objection, "x", officer),
    ):
        with pytest.raises(objecting.CannotMove, match="erased"):
            act()


def test_an_objection_made_again_after_its_erasure_is_a_new_one(db):
    first = submit()
    objecting.erase(first)

    assert submit().reference != first.reference
