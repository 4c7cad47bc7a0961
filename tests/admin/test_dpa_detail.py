import pytest
from django.utils import timezone

from registry.actions.dpa import BY_STAFF
from registry.admin import dpa_detail
from registry.admin.queueing import queued
from registry.models import DpaRequest
from tests.agreements import accepted, in_force, issued
from tests.requests import submit


def told(request):
    return dict(dpa_detail.facts(queued(DpaRequest.objects.filter(pk=request.pk), None).get()))


def test_every_move_that_staff_may_make_by_itself_has_its_words():
    legal = {(state, to) for state, goals in DpaRequest.MOVES.items() for to in goals if to in BY_STAFF}

    assert set(dpa_detail.MOVES) == legal


def test_facts_tell_the_state_since_when_and_what_is_awaited(db):
    request = submit()

    facts = told(request)

    assert list(facts) == [
        "State",
        "Waiting for",
        "Taken by",
        "Received on",
        "Country",
        "Hosting region",
        "Language",
        "Release shown",
    ]
    assert facts["State"].startswith("received since ")
    assert facts["State"].endswith(" (less than a day)")
    assert facts["Waiting for"] == "verification by the customer"
    assert facts["Release shown"] == '<a href="/admin/registry/release/3/change/">3</a>'


def test_what_has_ended_waits_for_nobody(db):
    request = submit()
    DpaRequest.objects.update(state="withdrawn", ended_at=timezone.now())

    assert "Waiting for" not in told(request)
    assert told(request)["State"].count("(") == 0


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (issued, "The document is with the customer, who has yet to accept it. Possible until: "),
        (accepted, "The customer has signed. Look at the agreement, then countersign it."),
        (in_force, "Both parties have signed, and both hold the final document."),
    ],
)
def test_what_comes_next_is_said_in_a_sentence(db, make, sentence):
    make()
    request = DpaRequest.objects.get()

    assert dpa_detail.standing(request, request.agreements.offered().first()).startswith(sentence)


def test_of_an_erased_request_nothing_comes_next(db):
    submit()
    DpaRequest.objects.update(erased_at=timezone.now())

    assert dpa_detail.standing(DpaRequest.objects.get(), None) == ""
