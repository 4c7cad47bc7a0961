import re

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from registry.models import DpaRequest, DpaRequester, Release
from registry.models.dpa import new_reference


def request(**facts):
    return DpaRequest(form_token="x", language="hu", country="HU", release=Release.objects.newest(), **facts)


def test_a_reference_is_readable_aloud_and_does_not_count():
    references = {new_reference() for _i in range(200)}

    assert len(references) == 200
    assert all(re.fullmatch(r"DPA-[2-9B-DF-HJKMNP-TV-XZ]{4}-[2-9B-DF-HJKMNP-TV-XZ]{4}", r) for r in references)


@pytest.mark.parametrize(("state", "ended"), [("closed", False), ("received", True), ("nonsense", False)])
def test_a_request_has_ended_exactly_in_an_end_state(db, state, ended):
    with pytest.raises(IntegrityError), transaction.atomic():
        request(state=state, ended_at=timezone.now() if ended else None).save()


def test_a_request_calls_itself_by_its_reference_and_so_does_who_asked(db):
    saved = request()
    saved.save()
    who = DpaRequester(request=saved, company="Secret Ltd", name="Jane Secret", email="jane@secret.example")

    assert str(saved) == str(who) == saved.reference


def test_the_history_of_a_request_holds_neither_token_nor_person(db):
    names = {field.name for field in DpaRequest.history.model._meta.fields}

    assert {"state", "assignee", "received_at"} <= names
    assert not {"form_token", "company", "name", "email", "note", "address"} & names


# Every state by every move: what is not named here is refused.
LEGAL = {
    "received": {"verified", "in_review", "declined", "withdrawn", "expired"},
    "verified": {"in_review", "issued", "declined", "withdrawn"},
    "in_review": {"issued", "closed", "declined", "withdrawn"},
    "issued": {"issued", "in_review", "accepted", "declined", "withdrawn", "expired"},
    "accepted": {"countersigned", "in_review", "declined", "withdrawn"},
    "countersigned": {"closed", "in_review"},
    "closed": {"in_review"},
    "declined": {"in_review"},
    "withdrawn": set(),
    "expired": {"in_review"},
}


@pytest.mark.parametrize("state", DpaRequest.State.values)
@pytest.mark.parametrize("to", DpaRequest.State.values)
def test_every_state_allows_exactly_its_moves(state, to):
    assert DpaRequest(state=state).may_move_to(to) is (to in LEGAL[state])


def test_nothing_happens_to_a_request_that_was_erased():
    assert not DpaRequest(state="received", erased_at=timezone.now()).may_move_to("in_review")
