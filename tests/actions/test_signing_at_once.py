"""Several people, and a worker, act on one request at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from registry.actions import dpa, eventing, issuing, signing
from registry.actions.cases import CannotMove
from registry.actions.signing import Replaced
from registry.exchange import pdf
from registry.models import Agreement, AgreementFile, Delivery, DpaRequest, ServiceProfile, Signature
from tests import agreements
from tests.agreements import CUSTOMER, PROVIDER, document

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor == 'sqlite'", reason="threads need a server; SQLite has one writer at a time"
    ),
]


@pytest.fixture(autouse=True)
def untypeset(monkeypatch):
    # By monkeypatch, which undoes in its own order what a test patches on top.
    monkeypatch.setattr(pdf, "pdf", document)


def at_once(*deeds):
    """What each deed says, done at the same moment: the name of the state it made, or of what it raised."""
    barrier = threading.Barrier(len(deeds))

    def one(deed):
        try:
            barrier.wait()
            done = deed()
        except CannotMove as error:
            return type(error).__name__
        finally:
            connection.close()
        return done.state if done else "nothing"

    with ThreadPoolExecutor(len(deeds)) as threads:
        return sorted(threads.map(one, deeds))


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def mails(kind):
    return Delivery.objects.filter(kind=kind).count()


def whole(request):
    """Whether the chain holds, and the rows belong together."""
    return eventing.broken(fresh(request)) == [] and Agreement.objects.offered().count() <= 1


@pytest.mark.parametrize("_round", range(3))
def test_of_two_staff_who_issue_one_wins(_round):
    agreements.standard()
    seen, officers = agreements.verified(), [agreements.staff(name) for name in ("one", "two")]

    said = at_once(*(lambda by=by: issuing.issue(fresh(seen), 0, by) for by in officers))

    # The second one reads before the first one has written, or is told that there is a document already.
    assert said in (["Overtaken", "offered"], ["offered", "offered"])
    assert (Agreement.objects.offered().count(), fresh(seen).state, whole(seen)) == (1, "issued", True)


def test_of_two_staff_who_looked_at_the_same_request_one_issues_and_one_is_told():
    agreements.standard()
    request, officers = agreements.verified(), [agreements.staff(name) for name in ("one", "two")]
    seen = [fresh(request) for _one in officers]

    said = at_once(
        *(lambda by=by, mine=mine: issuing.issue(mine, 0, by) for by, mine in zip(officers, seen, strict=True))
    )

    assert said == ["Overtaken", "offered"]
    assert (Agreement.objects.count(), mails("dpa-issued"), whole(request)) == (1, 1, True)


def test_of_one_who_issues_and_one_who_declines_one_wins():
    agreements.standard()
    request, by = agreements.verified(), agreements.staff()
    one, other = fresh(request), fresh(request)

    said = at_once(lambda: issuing.issue(one, 0, by), lambda: dpa.decline(other, "No.", by))

    assert said in (["Overtaken", "offered"], ["Overtaken", "declined"])
    assert (fresh(request).state, whole(request)) == ("issued" if "offered" in said else "declined", True)
    assert (mails("dpa-issued"), mails("dpa-ended")) == ((1, 0) if "offered" in said else (0, 1))


def test_the_same_acceptance_four_times_at_once_is_one():
    offered = agreements.issued()

    said = at_once(*(lambda: agreements.accept(offered) for _click in range(4)))

    assert said == ["accepted"] * 4
    assert (Signature.objects.count(), mails("dpa-accepted"), mails("dpa-task")) == (1, 1, 1)
    assert [found.kind for found in offered.request.events.all()] == ["received", "verified", "issued", "accepted"]


def test_of_two_people_who_accept_one_has_accepted():
    offered = agreements.issued()

    said = at_once(*(lambda name=name: agreements.accept(offered, name=name) for name in ("Ane", "Bo")))

    assert said == ["CannotMove", "accepted"]
    assert (Signature.objects.count(), whole(offered.request)) == (1, True)


def test_of_an_acceptance_and_an_upload_one_counts():
    offered = agreements.issued()
    scan = document("signed by hand")

    said = at_once(
        lambda: agreements.accept(offered),
        lambda: signing.upload(offered.request, offered.issued_digest, scan, **CUSTOMER),
    )

    assert said == ["CannotMove", "accepted"]
    ways = {"click": 0, "upload": 1}
    assert AgreementFile.objects.filter(kind="signed").count() == ways[fresh(offered).way]


@pytest.mark.parametrize("_round", range(3))
def test_a_document_is_accepted_or_replaced_never_both(_round):
    offered, by = agreements.issued(), agreements.staff()
    seen = fresh(offered.request)

    said = at_once(lambda: agreements.accept(offered), lambda: issuing.issue(seen, 0, by))

    assert said in (["Overtaken", "accepted"], ["Replaced", "offered"], ["CannotMove", "accepted"])
    states = sorted(Agreement.objects.values_list("state", flat=True))
    assert states == (["accepted"] if "accepted" in said else ["lapsed", "offered"])
    assert (fresh(seen).state, whole(seen)) == ("accepted" if "accepted" in said else "issued", True)
    if "offered" in said:
        with pytest.raises(Replaced):
            agreements.accept(offered)


def test_of_an_acceptance_and_a_withdrawal_both_come_in_some_order():
    offered = agreements.issued()
    seen = fresh(offered.request)

    said = at_once(lambda: agreements.accept(offered), lambda: dpa.withdraw(seen))

    assert said in (["CannotMove", "withdrawn"], ["accepted", "withdrawn"])
    assert (fresh(seen).state, fresh(offered).state, whole(seen)) == ("withdrawn", "lapsed", True)


@pytest.mark.parametrize("_round", range(3))
def test_of_two_who_countersign_one_wins_and_one_document_is_final(_round):
    accepted = agreements.accepted()
    seen = [fresh(accepted.request) for _one in range(2)]
    officers = [agreements.staff(name) for name in ("one", "two")]

    said = at_once(
        *(
            lambda by=by, mine=mine: signing.countersign(mine, accepted, by, **PROVIDER)
            for by, mine in zip(officers, seen, strict=True)
        )
    )

    assert said in (["Overtaken", "in_force"], ["CannotMove", "in_force"])
    assert (AgreementFile.objects.filter(kind="final").count(), mails("dpa-final")) == (1, 1)
    assert (Signature.objects.filter(party="provider").count(), whole(accepted.request)) == (1, True)


def test_of_one_who_countersigns_and_one_who_takes_it_back_into_review_one_wins():
    accepted, by = agreements.accepted(), agreements.staff()
    one, other = fresh(accepted.request), fresh(accepted.request)

    said = at_once(lambda: signing.countersign(one, accepted, by, **PROVIDER), lambda: dpa.move(other, "in_review", by))

    assert said in (["Overtaken", "in_force"], ["Overtaken", "in_review"])
    assert fresh(accepted).state == ("in_force" if "in_force" in said else "lapsed")
    assert whole(accepted.request)


def test_two_amendments_that_supersede_one_agreement_wait_for_each_other_and_both_are_signed():
    standing, by = agreements.in_force("standing"), agreements.staff()
    waiting = []
    for token in ("one", "two"):
        request = agreements.verified(token)
        issuing.save_draft(request, 0, by, supersedes=standing)
        waiting.append(agreements.accept(agreements.issue(request)))
    seen = [fresh(one.request) for one in waiting]

    said = at_once(
        *(
            lambda mine=mine, one=one: signing.countersign(mine, one, by, **PROVIDER)
            for mine, one in zip(seen, waiting, strict=True)
        )
    )

    assert said == ["in_force", "in_force"]
    assert fresh(standing).state == "superseded"
    assert [found.kind for found in standing.request.events.all()].count("superseded") == 1
    assert eventing.broken(standing.request) == []


def test_agreements_that_supersede_each_other_do_not_wait_for_ever():
    by = agreements.staff()
    first, second = agreements.in_force("one"), agreements.in_force("two")
    waiting = []
    for standing, other in ((first, second), (second, first)):
        request = dpa.move(fresh(standing.request), "in_review", by)
        issuing.save_draft(request, 0, by, supersedes=other)
        waiting.append(agreements.accept(agreements.issue(request)))
    seen = [fresh(one.request) for one in waiting]

    said = at_once(
        *(
            lambda mine=mine, one=one: signing.countersign(mine, one, by, **PROVIDER)
            for mine, one in zip(seen, waiting, strict=True)
        )
    )

    # The chain of a request grew by what superseded its agreement: who signs there looks again.
    assert said in (["in_force", "in_force"], ["Overtaken", "in_force"])
    assert [eventing.broken(one.request) for one in (first, second)] == [[], []]


def test_the_door_and_the_worker_issue_one_document():
    agreements.standard()
    request = agreements.verified()
    ServiceProfile.objects.update(unreviewed="all")

    said = at_once(*(lambda: issuing.issue_unreviewed(request) for _one in range(3)))

    assert said == ["nothing", "nothing", "offered"]
    assert (Agreement.objects.count(), mails("dpa-issued"), fresh(request).state) == (1, 1, "issued")


def test_of_an_acceptance_and_an_erasure_nothing_of_the_person_is_left_or_all_of_it():
    offered = agreements.issued()
    seen = fresh(offered.request)

    def erase():
        dpa.erase(seen)
        return seen

    at_once(lambda: agreements.accept(offered), erase)

    assert DpaRequest.objects.get(pk=seen.pk).erased_at is not None
    assert Signature.objects.count() == 0
    assert AgreementFile.objects.count() == 0
