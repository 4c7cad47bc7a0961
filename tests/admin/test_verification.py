import re

import pytest

from registry.actions.publishing import publish
from registry.actions.withdrawing import withdraw
from registry.models import Release, Subprocessor, guards
from tests.releases import REASON

VERIFY = "/admin/registry/release/verify/"


def text(response):
    """A page as its reader sees it: without tags, one space between words."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_chain_is_verified_and_the_result_shown(signed_in):
    client = signed_in("auditor")

    holds = text(client.get(VERIFY))

    assert "The chain holds. 3 releases were verified" in holds
    assert Release.objects.newest().digest in holds


def test_a_broken_chain_is_told(signed_in):
    with guards.lifted():
        Release.objects.filter(number=2).update(digest="0" * 64)

    told = text(signed_in("auditor").get(VERIFY))

    assert "The chain is broken." in told
    assert "Release 2: its digest is not that of its content." in told
    assert "Release 3: it does not follow the release before it." in told


def test_the_digest_to_note_is_that_of_the_end_of_the_chain_be_it_a_withdrawal(signed_in):
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    publish()
    entry = withdraw(4, reason=REASON)

    told = text(signed_in("auditor").get(VERIFY))

    assert f"number 5: {entry.digest}" in told
    assert "5 releases were verified" in told


@pytest.mark.parametrize(
    ("role", "status"),
    [("superuser", 200), ("publisher", 200), ("editor", 200), ("DPA officer", 200), ("auditor", 200), ("nobody", 403)],
)
def test_whoever_reads_releases_may_verify_them(signed_in, role, status):
    assert signed_in(role).get(VERIFY).status_code == status
    assert Release.objects.count() == 3


def test_a_registry_without_releases_holds(signed_in, empty_registry):
    assert "The chain holds. 0 releases were verified" in text(signed_in("auditor").get(VERIFY))


def test_whoever_is_not_signed_in_is_asked_to(client, db):
    assert client.get(VERIFY).headers["Location"] == f"/admin/login/?next={VERIFY}"
