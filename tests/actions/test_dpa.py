import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from registry.actions import dpa, linking, mailing
from registry.actions.cases import CannotMove, Overtaken
from registry.models import Delivery, DpaLink, DpaNote, DpaRequest, DpaRequester, Erasure
from tests.requests import PERSON, submit

NEEDS_A_SERVER = pytest.mark.skipif(
    "connection.vendor == 'sqlite'", reason="threads need a server; SQLite has one writer at a time"
)


def put(request, state):
    """A request in any state, as it is in the database."""
    ended = timezone.now() if state in DpaRequest.ENDED else None
    DpaRequest.objects.filter(pk=request.pk).update(state=state, ended_at=ended)
    return DpaRequest.objects.get(pk=request.pk)


@pytest.fixture
def officer(db):
    return User.objects.create_user("officer", is_staff=True)


@pytest.fixture
def other(db):
    return User.objects.create_user("other", is_staff=True)


# --- submit -----------------------------------------------------------------------------------------------------------


def test_a_request_its_requester_the_mail_that_asks_to_verify_and_the_task_are_kept_together(db):
    request = submit(address_from="192.0.2.77")

    assert (request.state, request.language, request.country, request.region) == ("received", "hu", "HU", "eu")
    assert DpaRequester.objects.values(*PERSON).get() == PERSON
    assert request.requester.received_from == "192.0.2.0/24"
    assert list(request.deliveries.values_list("kind", "state")) == [("dpa-check", "queued")]
    assert list(request.links.values_list("purpose", "expires_at")) == [("verify", request.verify_by)]
    assert list(request.events.values_list("number", "kind")) == [(1, "received")]
    task = DBTaskResult.objects.get()
    assert (task.task_path, task.args_kwargs) == ("registry.actions.mailing.pump", {"args": [], "kwargs": {}})


def test_nothing_is_kept_where_a_part_of_it_cannot_be(db):
    with pytest.raises(ValidationError):
        submit(email="no address")

    kept = (DpaRequest, DpaRequester, DpaLink, Delivery, DBTaskResult, DpaRequest.history)
    assert [getattr(model, "objects", model).count() for model in kept] == [0, 0, 0, 0, 0, 0]


def test_the_same_form_twice_is_one_request_and_one_mail(db):
    first, second = submit(), submit()

    assert first.reference == second.reference
    assert (DpaRequest.objects.count(), Delivery.objects.count()) == (1, 1)
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
    assert (DpaRequest.objects.count(), DpaRequester.objects.count(), Delivery.objects.count()) == (1, 1, 1)


# --- verify -----------------------------------------------------------------------------------------------------------


def link_of(request):
    return linking.token(request, linking.Purpose.VERIFY)


def test_a_verified_address_gets_a_receipt_and_only_then_staff_is_told(db):
    request = submit()

    verified = dpa.verify(link_of(request), address_from="2001:db8:1:2::3")

    assert (verified.state, verified.verified_at is not None) == ("verified", True)
    assert DpaRequester.objects.get().verified_from == "2001:db8:1::/48"
    assert set(request.deliveries.values_list("kind", flat=True)) == {"dpa-check", "dpa-receipt", "dpa-notice"}
    assert request.links.good().get().purpose == "page"
    assert list(DpaRequest.objects.waiting()) == [verified]


def test_a_request_waits_for_nobody_before_its_address_is_verified(db):
    submit()

    assert list(DpaRequest.objects.waiting()) == []


def test_a_request_made_before_addresses_were_verified_waits_for_staff(db):
    request = submit()
    DpaRequest.objects.update(verify_by=None)

    assert list(DpaRequest.objects.waiting()) == [request]
    assert list(DpaRequest.objects.unverified(timezone.now() + timedelta(days=400))) == []


def test_a_link_verifies_once(db):
    token = link_of(submit())
    dpa.verify(token)

    with pytest.raises(linking.NoLink):
        dpa.verify(token)

    assert Delivery.objects.count() == 3


def test_verifying_what_staff_reviews_already_moves_nothing(officer):
    request = submit()
    token = link_of(request)
    dpa.move(request, "in_review", officer)

    verified = dpa.verify(token)

    assert (verified.state, verified.verified_at is not None) == ("in_review", True)
    assert list(request.events.values_list("kind", flat=True)) == ["received", "in_review", "verified"]


@pytest.mark.parametrize("state", DpaRequest.State)
def test_an_address_is_verified_in_every_state_and_moves_what_was_received_alone(db, state):
    request = submit()
    token = link_of(request)
    put(request, state)

    verified = dpa.verify(token)

    assert (verified.state, verified.verified_at is not None) == ("verified" if state == "received" else state, True)
    told = [] if state in DpaRequest.ENDED else ["dpa-notice", "dpa-receipt"]
    assert sorted(request.deliveries.values_list("kind", flat=True)) == ["dpa-check", *told]
    # Whoever posted it reads on their page how it stands.
    assert linking.opened(str(linking.token(request, linking.Purpose.PAGE)), linking.Purpose.PAGE).request == request


@pytest.mark.django_db(transaction=True)
@NEEDS_A_SERVER
def test_a_link_that_two_use_at_the_same_moment_verifies_once():
    token = link_of(submit())
    barrier = threading.Barrier(4)

    def one(_number):
        try:
            barrier.wait()
            return dpa.verify(token).state
        except linking.NoLink:
            return "no link"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        outcomes = sorted(threads.map(one, range(4)))

    assert outcomes == ["no link", "no link", "no link", "verified"]
    assert Delivery.objects.filter(kind="dpa-notice").count() == 1


# --- a new link -------------------------------------------------------------------------------------------------------


def test_a_new_link_verifies_and_the_one_before_does_not(db):
    request = submit()
    request.deliveries.update(state="sent")
    old = link_of(request)

    assert dpa.send_link(request.reference.lower(), "Odon.Oszirozsa@ZEPHYRINE.example") is True

    assert list(request.deliveries.order_by("id").values_list("kind", "event")) == [
        ("dpa-check", ""),
        ("dpa-check", "2"),
    ]
    with pytest.raises(linking.NoLink):
        dpa.verify(old)
    assert dpa.verify(link_of(request)).state == "verified"


def test_whoever_has_verified_gets_the_link_to_their_page_again(db):
    request = submit()
    dpa.verify(link_of(request))
    request.deliveries.update(state="sent")
    page = linking.page(request)

    assert dpa.send_link(request.reference, PERSON["email"]) is True

    assert request.deliveries.filter(kind="dpa-link").count() == 1
    assert linking.page(request) == page


@pytest.mark.parametrize(
    ("reference", "email"), [("DPA-2222-2222", PERSON["email"]), (None, "else@example.com"), ("", "")]
)
def test_no_link_goes_to_whoever_does_not_know_both(db, reference, email):
    request = submit()
    request.deliveries.update(state="sent")

    assert dpa.send_link(request.reference if reference is None else reference, email) is False

    assert Delivery.objects.count() == 1


def test_no_link_goes_to_whoever_is_erased_while_they_ask(db, monkeypatch):
    request, found = submit(), dpa.now

    def erased(seen):
        monkeypatch.undo()
        dpa.erase(request)
        return found(seen)

    monkeypatch.setattr(dpa, "now", erased)

    assert dpa.send_link(request.reference, PERSON["email"]) is False


def test_a_link_that_waits_to_be_sent_is_not_queued_twice(db):
    request = submit()

    assert dpa.send_link(request.reference, PERSON["email"]) is True

    assert Delivery.objects.count() == 1


def test_a_mailbox_gets_three_links_a_day_and_the_others_later(db):
    for number in range(5):
        submit(token=f"form {number}")

    due = sorted(Delivery.objects.values_list("due_at", flat=True))
    waits = [(at - due[0]) > timedelta(hours=23) for at in due]
    assert waits == [False, False, False, True, True]


def test_staff_replaces_a_link_that_got_into_the_wrong_hands(officer):
    request = dpa.verify(link_of(submit()))
    old = linking.page(request)

    dpa.new_page_link(request, officer)

    with pytest.raises(linking.NoLink):
        linking.opened(old, linking.Purpose.PAGE)
    assert linking.opened(linking.page(request), linking.Purpose.PAGE).request == request
    assert request.deliveries.filter(kind="dpa-link").count() == 1


# --- by the clock -----------------------------------------------------------------------------------------------------


def test_what_nobody_verified_in_time_expires_without_a_mail(db):
    request = submit()
    assert dpa.expire(request) is False
    DpaRequest.objects.update(verify_by=timezone.now() - timedelta(seconds=1))

    assert dpa.expire(request) is True

    assert DpaRequest.objects.get().state == "expired"
    assert list(request.deliveries.values_list("kind", flat=True)) == ["dpa-check"]
    assert dpa.expire(request) is False


@pytest.mark.parametrize("state", DpaRequest.State)
def test_only_what_waits_to_be_verified_expires_unverified(db, state):
    request = put(submit(), state)
    DpaRequest.objects.update(verify_by=timezone.now() - timedelta(days=1))

    assert dpa.expire(request) is (state == "received")

    assert DpaRequest.objects.get().state == ("expired" if state == "received" else state)


# --- take and move ----------------------------------------------------------------------------------------------------


def test_whoever_takes_a_request_answers_for_it(officer):
    request = dpa.take(submit(), officer)

    assert DpaRequest.objects.get().assignee == officer
    assert DpaRequest.history.latest().history_user == officer
    assert dpa.take(request, officer).assignee == officer


def test_of_two_who_take_a_request_the_second_is_told(officer, other):
    seen_by_both = submit()
    dpa.take(DpaRequest.objects.get(), officer)

    with pytest.raises(Overtaken):
        dpa.take(seen_by_both, other)

    assert DpaRequest.objects.get().assignee == officer


@pytest.mark.parametrize("state", DpaRequest.State)
@pytest.mark.parametrize("to", DpaRequest.State)
def test_staff_moves_a_request_into_review_or_closes_it_where_that_is_legal(officer, state, to):
    request = put(submit(), state)

    if to not in DpaRequest.MOVES[state] or to not in ("in_review", "closed"):
        with pytest.raises(CannotMove, match="cannot be moved to that state"):
            dpa.move(request, to, officer, note="Why not.")
        assert (DpaRequest.objects.get().state, DpaNote.objects.count()) == (state, 0)
        return

    moved = dpa.move(request, to, officer, note=" Why not. ")

    assert moved.state == to
    assert moved.since > request.since
    assert (moved.ended_at is not None) == (to in DpaRequest.ENDED)
    assert list(DpaNote.objects.values_list("state", "text", "by", "answer")) == [(to, "Why not.", officer.pk, False)]
    assert DpaRequest.history.latest().history_user == officer
    assert list(request.events.values_list("kind", flat=True)) == ["received", to]


@pytest.mark.parametrize("state", DpaRequest.State)
def test_a_request_is_declined_with_a_reason_that_the_customer_is_told(officer, state):
    request = put(submit(), state)

    if "declined" not in DpaRequest.MOVES[state]:
        with pytest.raises(CannotMove):
            dpa.decline(request, "No customer of ours.", officer)
        assert DpaRequest.objects.get().state == state
        return

    assert dpa.decline(request, " No customer of ours. ", officer).state == "declined"
    assert list(DpaNote.objects.values_list("state", "text", "answer")) == [("declined", "No customer of ours.", True)]
    assert request.deliveries.filter(kind="dpa-ended").count() == 1


def test_nobody_declines_without_a_reason(officer):
    request = submit()

    with pytest.raises(CannotMove, match="Say why"):
        dpa.decline(request, " \n", officer)

    assert DpaRequest.objects.get().state == "received"


@pytest.mark.parametrize("state", DpaRequest.State)
def test_a_customer_withdraws_until_the_document_is_countersigned(db, state):
    request = put(submit(), state)

    if state not in ("received", "verified", "in_review", "issued", "accepted"):
        with pytest.raises(CannotMove):
            dpa.withdraw(request)
        assert DpaRequest.objects.get().state == state
        return

    assert dpa.withdraw(request).state == "withdrawn"
    assert request.deliveries.filter(kind="dpa-ended").count() == 1


def test_a_request_that_ended_twice_is_told_twice(officer):
    request = dpa.decline(submit(), "Not yet.", officer)
    request = dpa.move(request, "in_review", officer)

    dpa.decline(request, "Not at all.", officer)

    assert request.deliveries.filter(kind="dpa-ended").count() == 2


def test_who_decides_on_what_is_no_longer_so_is_told_and_leaves_no_note(officer, other):
    seen_by_both = submit()
    dpa.move(DpaRequest.objects.get(), "in_review", officer)

    with pytest.raises(Overtaken):
        dpa.decline(seen_by_both, "No.", other)

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
            done = dpa.move(seen, "in_review", user) if user.username == "one" else dpa.decline(seen, "No.", user)
            return done.state
        except Overtaken:
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


def test_erasing_cancels_the_mail_that_waits_but_not_what_was_sent(db):
    waiting, sent = submit(), submit(company="Else AG")
    sent.deliveries.update(state="sent", sent_at=timezone.now())

    dpa.erase(waiting)
    dpa.erase(sent)

    assert dict(waiting.deliveries.values_list("kind", "state")) == {
        "dpa-check": "cancelled",
    }
    assert set(sent.deliveries.values_list("state", flat=True)) == {"sent"}


def test_an_erased_request_waits_for_nobody_and_cannot_be_moved(officer):
    request = submit()
    dpa.erase(request)
    request.refresh_from_db()

    with pytest.raises(CannotMove, match="erased"):
        dpa.move(request, "in_review", officer)
    with pytest.raises(CannotMove, match="erased"):
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
