import time
from unittest import mock

import pytest

from registry.public.form import LONGEST, SHORTEST, Stale, TooQuick, form_of, new_token


def later(seconds):
    return mock.patch("django.core.signing.time.time", return_value=time.time() + seconds)


def test_a_token_names_its_form_once_a_person_could_have_filled_it_in():
    token, other = new_token(), new_token()

    with pytest.raises(TooQuick):
        form_of(token)
    with later(SHORTEST + 1):
        assert form_of(token) == form_of(token) != form_of(other)
    with later(LONGEST - 1):
        assert form_of(token)


@pytest.mark.parametrize("change", [lambda token: token[:-1], lambda token: "x" + token, lambda token: ""])
def test_a_token_that_is_not_ours_or_too_old_is_stale(change):
    token = new_token()

    with later(SHORTEST + 1), pytest.raises(Stale):
        form_of(change(token))
    with later(LONGEST + 2), pytest.raises(Stale):
        form_of(token)


@pytest.mark.parametrize("age", [SHORTEST + 1, LONGEST - 1])
def test_one_form_keeps_its_name_while_it_is_good(age):
    token = new_token()

    with later(age):
        assert form_of(token) == token.partition(":")[0]
