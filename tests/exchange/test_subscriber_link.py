import time
from contextlib import nullcontext
from datetime import timedelta
from unittest import mock

import pytest
from django.utils import timezone

from registry.exchange import subscriber_link
from registry.exchange.subscriber_link import CONFIRM_WITHIN, Expired, Forged, check, make, reference

REFERENCE, SECRET = "SUB-7K2M-X4QD", "a" * 32
PURPOSES = ("confirm", "preferences", "unsubscribe")


def after(age):
    return mock.patch("django.core.signing.time.time", return_value=time.time() + age.total_seconds())


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_link_names_its_subscriber_and_holds_no_secret(purpose):
    token = make(purpose, REFERENCE, SECRET)

    assert reference(token) == REFERENCE
    assert SECRET not in token
    check(purpose, token, SECRET)


@pytest.mark.parametrize("purpose", PURPOSES)
@pytest.mark.parametrize("other", PURPOSES)
def test_a_link_is_good_for_its_own_purpose_alone(purpose, other):
    token = make(purpose, REFERENCE, SECRET)

    with nullcontext() if purpose == other else pytest.raises(Forged):
        check(other, token, SECRET)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_new_secret_ends_the_links_of_the_old_one(purpose):
    token = make(purpose, REFERENCE, SECRET)

    with pytest.raises(Forged):
        check(purpose, token, "b" * 32)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_link_that_was_changed_is_forged(purpose):
    token = make(purpose, REFERENCE, SECRET)

    for changed in (token[:-1], token + "A", token.replace("SUB-7", "SUB-8"), token.swapcase()):
        with pytest.raises(Forged):
            check(purpose, changed, SECRET)


@pytest.mark.parametrize("token", ["", "x", "SUB-7K2M-X4QD", "SUB-7K2M-X4QD.", "1.2.3", "a@example.com", "SUB-.x.y"])
def test_what_is_no_link_names_nobody(token):
    with pytest.raises(Forged):
        reference(token)


def test_only_a_link_that_confirms_grows_old():
    tokens = {purpose: make(purpose, REFERENCE, SECRET) for purpose in PURPOSES}

    with after(CONFIRM_WITHIN - timedelta(minutes=1)):
        for purpose, token in tokens.items():
            check(purpose, token, SECRET)
    with after(CONFIRM_WITHIN + timedelta(minutes=1)):
        for purpose in ("preferences", "unsubscribe"):
            check(purpose, tokens[purpose], SECRET)
        with pytest.raises(Expired):
            check("confirm", tokens["confirm"], SECRET)


def test_a_link_is_written_in_letters_that_no_mail_program_changes():
    assert (
        subscriber_link.make("unsubscribe", REFERENCE, SECRET)
        .replace("-", "")
        .replace("_", "")
        .replace(".", "")
        .isalnum()
    )


def test_what_confirmed_before_somebody_left_does_not_bring_the_mails_back():
    now, token = timezone.now(), make("confirm", REFERENCE, SECRET)

    check("confirm", token, SECRET, now - timedelta(seconds=5))
    with pytest.raises(Expired):
        check("confirm", token, SECRET, now + timedelta(seconds=5))
    # Whoever left can still read the page that says so.
    check("unsubscribe", make("unsubscribe", REFERENCE, SECRET), SECRET, now + timedelta(seconds=5))
