import pytest

from registry.actions import agreed, signing
from registry.actions.correcting import correct
from registry.actions.publishing import publish
from registry.actions.withdrawing import withdraw
from registry.exchange.content import decode
from registry.models import Agreement, Delivery, ProcessingLocation, Release
from tests import agreements
from tests.actions.test_correcting import KEY, reword
from tests.objections import announce
from tests.releases import REASON, publish_at_once


@pytest.fixture
def signed(db):
    """In force, for the customers of the European Union, made from release 3."""
    return signing.tell_changes(agreements.in_force(), True)


def told():
    mails = Delivery.objects.filter(kind="dpa-change").order_by("pk")
    return list(mails.values_list("event", "priority", "state"))


def since(agreement, *entry):
    found = agreed.since_signed(agreement, "en", *entry)
    return found.signed.number, found.release.number, found.changes and found.changes.lines


def test_nothing_has_changed_while_the_release_signed_is_in_force(signed):
    assert since(signed) == (3, 3, None)


def test_what_has_changed_is_told_against_the_release_in_force(signed):
    announce()

    assert since(signed) == (3, 3, None)
    assert since(signed, Release.objects.get(number=4)) == (
        3,
        4,
        ["New subprocessor: Example GmbH — processing location: Germany"],
    )


def test_several_releases_are_one_comparison(signed):
    announce()
    withdraw(4, reason=REASON)
    publish_at_once()
    ProcessingLocation.objects.create(
        key="example-fr", subprocessor=ProcessingLocation.objects.get(key="example-de").subprocessor, territory="FR"
    )
    publish_at_once()

    assert since(signed) == (3, 7, ["New subprocessor: Example GmbH — 2 processing locations: Germany and France"])


def test_a_withdrawal_is_told_against_what_stays_in_force(signed):
    announce()
    entry = withdraw(4, reason=REASON)

    assert since(signed, entry) == (3, 3, None)


def test_who_signed_a_release_before_existing_customers_get_it_is_not_compared_with_an_older_one(signed):
    release = announce()
    Agreement.objects.update(release=release)
    signed.refresh_from_db()

    assert since(signed) == (4, 4, None)


def test_an_announcement_is_mailed_to_every_customer_who_asked_for_it(signed):
    agreements.in_force("without the box", email="b@example.com")
    signing.tell_changes(agreements.accepted("not countersigned", email="c@example.com"), True)
    gone = signing.tell_changes(agreements.in_force("ended", email="d@example.com"), True)
    signing.end(gone, gone.in_force_on, agreements.staff())

    announce()

    assert told() == [(f"{signed.reference} 4", 2, "queued")]


def test_each_agreement_of_a_request_is_told_of_by_itself_and_each_entry_once(signed):
    announce()
    withdraw(4, reason=REASON)

    assert [event for event, _priority, _state in told()] == [f"{signed.reference} 4", f"{signed.reference} 5"]


def test_a_change_for_another_region_alone_is_not_mailed(signed):
    place = ProcessingLocation.objects.filter(region__key="us").first()
    place.use = "backup" if place.use != "backup" else "hosting"
    place.save()
    elsewhere = agreements.in_force("elsewhere", region="us", email="b@example.com")
    everywhere = agreements.in_force("everywhere", region="", email="c@example.com")
    for agreement in (elsewhere, everywhere):
        signing.tell_changes(agreement, True)

    publish()

    assert {event for event, _priority, _state in told()} == {
        f"{elsewhere.reference} 4",
        f"{everywhere.reference} 4",
    }


def test_an_announced_release_over_again_is_not_mailed(signed):
    announce()
    Delivery.objects.filter(kind="dpa-change").delete()
    reword()

    correction, again = correct([KEY])

    assert again.ends_id == 4
    assert told() == [(f"{signed.reference} {correction.number}", 2, "queued")]


def test_a_release_that_is_not_later_than_the_one_signed_is_not_mailed(signed):
    assert agreed.tell_of(signed.release) == 0
    assert told() == []


def test_an_archive_is_not_mailed(signed):
    older = Release.objects.get(number=2)
    Agreement.objects.update(release=Release.objects.get(number=1))

    assert decode(older.content)["backfill"] is True
    assert agreed.tell_of(older) == 0
