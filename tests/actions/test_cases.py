import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError

from registry.actions import cases
from registry.models import DpaRequest, Erasure
from tests.requests import submit


def test_a_form_token_tells_forms_answers_and_kinds_apart_and_holds_none_of_them():
    token = cases.form_token("dpa", "a form", email="a@example.com")

    assert token == cases.form_token("dpa", "a form", email="a@example.com")
    assert len({token, cases.form_token("objection", "a form", email="a@example.com")}) == 2
    assert len({token, cases.form_token("dpa", "a form", email="b@example.com")}) == 2
    assert len({token, cases.form_token("dpa", "another", email="a@example.com")}) == 2
    assert (len(token), "example" in token) == (64, False)


def test_what_is_there_already_is_found_and_any_other_conflict_is_raised(db):
    request = submit()

    def twice():
        return DpaRequest.objects.create(form_token=request.form_token, language="hu", country="HU", release_id=3)

    assert cases.kept_once(DpaRequest, request.form_token, twice) == request
    with pytest.raises(IntegrityError):
        cases.kept_once(DpaRequest, "another", twice)
    assert DpaRequest.objects.count() == 1


def test_what_was_erased_is_refused_in_the_words_of_its_kind(db):
    request = submit()
    DpaRequest.objects.update(erased_at=request.received_at)

    with pytest.raises(cases.CannotMove, match=r"^Gone\.$"):
        cases.locked(request, "Gone.")


def test_an_erasure_is_noted_once_by_whom_and_when(db):
    officer, request = User.objects.create_user("officer"), submit()

    cases.erased(request, officer, request.received_at, Erasure.Ground.REQUEST)
    cases.erased(request, officer, None, Erasure.Ground.MISTAKE)

    log = Erasure.objects.values_list("reference", "erased_at", "ground").get()
    assert log == (request.reference, request.received_at, "request")
    assert DpaRequest.history.latest().history_user == officer
