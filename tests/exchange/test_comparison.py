import copy

import pytest

from registry.exchange import content as shape
from registry.exchange.comparison import ADDED, CHANGED, REMOVED, compare
from registry.models import Release


@pytest.fixture
def contents(db):
    return [shape.decode(release.content) for release in Release.objects.order_by("number")]


def seen(before, after):
    return {(change.action, change.noun, change.key, change.field) for change in compare(before, after)}


def test_from_2023_to_2024_hosts_leave_and_two_locations_join(contents):
    locations = {(action, key) for action, noun, key, _field in seen(contents[1], contents[2]) if noun == "locations"}

    assert locations == {
        (REMOVED, "linode-eu"),
        (REMOVED, "linode-gb"),
        (REMOVED, "linode-us"),
        (REMOVED, "linode-sg"),
        (REMOVED, "websupport-eu"),
        (REMOVED, "aws-not-stated"),
        (ADDED, "aws-eu-germany"),
        (ADDED, "aws-eu-ireland"),
    }


def test_a_location_that_changes_does_not_change_its_subprocessor(contents):
    after = copy.deepcopy(contents[2])
    after["subprocessors"][0]["locations"][0]["territory"] = "SE"

    assert seen(contents[2], after) == {(CHANGED, "locations", "aws-eu-germany", "territory")}


def test_the_profile_is_compared_fact_by_fact(contents):
    after = copy.deepcopy(contents[2])
    after["service"]["notice_days"] = 60
    after["languages"] = ["en"]

    assert seen(contents[2], after) == {
        (CHANGED, "service", "service", "notice_days"),
        (CHANGED, "service", "service", "languages"),
    }


def test_order_alone_is_no_change(contents):
    after = copy.deepcopy(contents[2])
    after["subprocessors"].reverse()

    assert seen(contents[2], after) == set()
