import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import override

from registry.actions import dpa, erasing, eventing, keeping, signing
from registry.actions.cases import CannotMove
from registry.exchange import event
from registry.models import (
    Agreement,
    AgreementFile,
    Delivery,
    DpaDraft,
    DpaEvent,
    DpaLink,
    DpaNote,
    DpaRequest,
    DpaRequester,
    Erasure,
    ServiceProfile,
    Signature,
)
from tests import agreements
from tests.kept import agreement, draft, enter
from tests.requests import submit


def limit(years, zone="UTC"):
    ServiceProfile.objects.update(limitation_years=years, time_zone=zone)


# --- what is kept, and until when -------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["offered", "lapsed", "accepted"])
def test_an_agreement_that_never_was_in_force_keeps_nobody(db, state):
    request = submit()
    agreement(request, state)

    assert keeping.kept(request) is None
    assert dpa.erase(request) is True


@pytest.mark.parametrize("state", DpaRequest.State.values)
def test_while_an_agreement_is_in_force_nobody_is_erased_whatever_the_state_of_the_request(db, state):
    request = enter(submit(), state)
    found = agreement(request)

    with pytest.raises(erasing.Kept) as kept, transaction.atomic():
        dpa.erase(request)

    assert (kept.value.agreements, kept.value.until) == ([found.reference], None)
    assert DpaRequester.objects.filter(request=request).exists()
    assert AgreementFile.objects.filter(agreement=found).count() == 5
    assert Erasure.objects.count() == 0


@pytest.mark.parametrize(
    ("ended_on", "years", "last_kept", "free"),
    [
        (date(2026, 3, 1), 5, date(2031, 2, 28), date(2031, 3, 1)),
        # Of a day that the year does not have, the next one.
        (date(2024, 2, 29), 5, date(2029, 2, 28), date(2029, 3, 1)),
        (date(2024, 2, 29), 4, date(2028, 2, 28), date(2028, 2, 29)),
        (date(2023, 2, 28), 5, date(2028, 2, 27), date(2028, 2, 28)),
        (date(2026, 12, 31), 0, date(2026, 12, 30), date(2026, 12, 31)),
    ],
)
@pytest.mark.parametrize("state", ["ended", "superseded"])
def test_an_agreement_that_ended_keeps_its_people_for_the_limitation_period_to_the_day(
    db, state, ended_on, years, last_kept, free
):
    limit(years)
    found = agreement(submit(), state, ended_on=ended_on)

    assert found.free_from(years) == free
    assert list(Agreement.objects.kept(last_kept, years)) == [found]
    assert list(Agreement.objects.kept(free, years)) == []


def test_the_longest_of_several_agreements_counts_and_one_in_force_before_all(db):
    limit(5)
    request = submit()
    today = timezone.localdate()
    first, second = (agreement(request, "ended", ended_on=today - timedelta(days=days)) for days in (400, 30))
    agreement(request, "ended", ended_on=today - timedelta(days=365 * 6))

    kept = keeping.kept(request)
    assert (kept.agreements, kept.until) == ([first.reference, second.reference], second.free_from(5))
    agreement(request, "in_force")
    assert keeping.kept(request).until is None


def test_the_day_on_which_keeping_ends_turns_in_the_time_zone_of_the_profile(db):
    limit(5, zone="Pacific/Auckland")
    request = submit()
    with time_machine.travel(datetime(2030, 5, 31, 11, 59, tzinfo=UTC), tick=False):
        agreement(request, "ended", ended_on=date(2025, 6, 1))

        assert keeping.kept(request).until == date(2030, 6, 1)
    # Midnight there, noon in Europe.
    with time_machine.travel(datetime(2030, 5, 31, 12, 0, tzinfo=UTC), tick=False):
        assert keeping.kept(request) is None


def test_the_ground_and_the_end_are_told_in_the_language_that_is_spoken(db):
    limit(5)
    request = submit()
    found = agreement(request)

    assert str(keeping.kept(request)) == (
        f"The personal data of this request cannot be erased yet: {request.reference}. The signatory and the signed "
        "document are kept to comply with legal obligations, and to establish, exercise or defend legal claims (GDPR "
        f"Art. 17(3)(b) and (e)). Agreements: {found.reference}. The personal data is kept while an agreement is in "
        "force and for 5 years after its end, until claims are time-barred."
    )
    Agreement.objects.update(state="ended", ended_on=timezone.localdate())
    found.refresh_from_db()
    ends = found.free_from(5)
    assert f"The personal data can be erased from this day on: {ends.day} {ends:%B %Y}." in str(keeping.kept(request))
    with override("hu"):
        assert f"{ends.year}." in str(keeping.kept(request))
    limit(0)
    Agreement.objects.update(state="in_force", ended_on=None)
    assert str(keeping.kept(request)).endswith("The personal data is kept while an agreement is in force.")


def test_without_a_profile_the_usual_period_holds(db):
    request = submit()
    agreement(request, "ended", ended_on=timezone.localdate() - timedelta(days=365 * 4))
    ServiceProfile.objects.all().delete()

    assert keeping.kept(request) is not None
    Agreement.objects.update(ended_on=timezone.localdate() - timedelta(days=365 * 6))
    assert keeping.kept(request) is None


# --- refused, and told ------------------------------------------------------------------------------------------------


def test_a_refusal_is_an_event_with_its_ground_and_a_mail_and_one_a_day(db):
    officer = User.objects.create_user("officer")
    request = enter(submit(), "countersigned")
    found = agreement(request)

    keeping.refuse(request, officer)
    keeping.refuse(request, officer)

    refused = request.events.get(kind="erasure_refused")
    assert event.read(refused.content)["facts"] == {
        "agreements": [found.reference],
        "ground": "GDPR Art. 17(3)(b), (e)",
        "until": "",
    }
    assert request.deliveries.get(kind="dpa-kept").event == timezone.localdate().isoformat()
    assert DpaRequest.history.filter(id=request.pk).latest().history_user == officer
    assert eventing.broken(request) == []
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        keeping.refuse(request, officer)
    assert request.deliveries.filter(kind="dpa-kept").count() == 2


def test_where_nothing_is_in_the_way_there_is_nothing_to_refuse(db):
    request = submit()

    with pytest.raises(CannotMove, match="Nothing is in the way of this erasure"):
        keeping.refuse(request, None)

    assert not request.deliveries.filter(kind="dpa-kept").exists()


# --- erased after it --------------------------------------------------------------------------------------------------


def test_after_the_period_all_that_named_somebody_goes_and_the_evidence_stays(db):
    officer = User.objects.create_user("officer")
    request = enter(submit(), "in_review")
    dpa.annotate(request, "Rang Ödön.", officer)
    ended = agreement(request, "ended", ended_on=date(2015, 1, 1), tell_changes=True)
    offered = agreement(request, "accepted")
    draft(request)
    events = request.events.count()
    Delivery.objects.create(request=request, kind="dpa-reminder", event="x")
    Delivery.objects.create(request=request, kind="dpa-task", event="x")

    assert dpa.erase(request, officer, ground="retention") is True

    for model in (DpaRequester, DpaNote, DpaDraft, DpaLink, AgreementFile, Signature):
        assert model.objects.count() == 0, model
    request.refresh_from_db()
    ended.refresh_from_db()
    offered.refresh_from_db()
    assert (request.state, request.country, request.region, request.release_id) == ("in_review", "HU", "eu", 3)
    assert request.erased_at == ended.erased_at == offered.erased_at
    assert (ended.state, offered.state) == ("ended", "lapsed")
    assert all((ended.text_digest, ended.issued_digest, ended.final_digest, ended.accepted_at))
    last = DpaEvent.objects.filter(request=request).latest("number")
    assert (last.number, last.kind, event.read(last.content)["facts"]) == (
        events + 1,
        "erased",
        {"ground": "retention"},
    )
    assert eventing.broken(request) == []
    assert list(Erasure.objects.values_list("reference", "ground")) == [(request.reference, "retention")]
    states = dict(request.deliveries.values_list("kind", "state"))
    assert (states["dpa-check"], states["dpa-reminder"], states["dpa-task"]) == ("cancelled", "cancelled", "queued")
    assert not ended.may_move_to("in_force")
    assert dpa.erase(request) is False


def test_a_reason_of_an_earlier_change_stays_with_no_agreement(db):
    request = submit()
    found = agreement(request, "lapsed")
    Agreement.history.filter(id=found.pk).update(history_change_reason="Ödön rang.")

    dpa.erase(request)

    assert set(Agreement.history.values_list("history_change_reason", flat=True)) == {None}


def test_one_person_is_erased_and_another_keeps_everything(db):
    request, other = submit(), submit(company="Else AG")
    agreement(request, "lapsed")
    kept = agreement(other, "accepted")
    draft(other)

    dpa.erase(request)

    kept.refresh_from_db()
    assert (kept.state, kept.erased_at) == ("accepted", None)
    assert [model.objects.count() for model in (DpaRequester, DpaDraft, Signature, AgreementFile)] == [1, 1, 1, 2]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="threads need a server; SQLite has one writer at a time")
def test_who_erases_while_another_countersigns_finds_the_person_kept_or_leaves_nothing_to_sign():
    agreement = agreements.accepted()
    request = DpaRequest.objects.get(pk=agreement.request_id)
    staff, barrier, done = agreements.staff(), threading.Barrier(2), []

    def at_once(act):
        try:
            barrier.wait(10)
            act()
            done.append("done")
        except CannotMove as error:
            done.append(type(error).__name__)
        finally:
            connection.close()

    with agreements.quick():
        acts = [
            lambda: dpa.erase(request, staff),
            lambda: signing.countersign(request, agreement, staff, **agreements.PROVIDER),
        ]
        threads = [threading.Thread(target=at_once, args=[act]) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)

    assert sorted(done) in (["CannotMove", "done"], ["Kept", "done"], ["Overtaken", "done"])
    held = DpaRequester.objects.exists()
    agreement.refresh_from_db()
    assert (agreement.state, AgreementFile.objects.exists(), Signature.objects.exists()) == (
        ("in_force", True, True) if held else ("lapsed", False, False)
    )
