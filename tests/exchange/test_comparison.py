import copy

import pytest

from registry.exchange import content as shape
from registry.exchange.comparison import ADDED, CHANGED, REMOVED, compare, differs
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


def test_a_fact_that_an_older_schema_did_not_know_has_not_changed(contents):
    before, after = copy.deepcopy(contents[2]), copy.deepcopy(contents[2])
    before["service"]["limitation_years"] = None

    assert seen(before, after) == seen(after, before) == set()
    assert not differs(before, after)

    before["service"]["declined_days"] += 1
    assert seen(before, after) == {(CHANGED, "service", "service", "declined_days")}
    assert differs(before, after)


def test_order_alone_is_no_change(contents):
    after = copy.deepcopy(contents[2])
    after["subprocessors"].reverse()

    assert seen(contents[2], after) == set()


def with_state(content, key, language, state):
    changed = copy.deepcopy(content)
    next(row for row in changed["sections"] if row["key"] == key)["body"]["state"][language] = state
    return changed


def with_all_states(content, state):
    changed = copy.deepcopy(content)
    for passage in shape.passages(changed):
        passage["state"] = {code: state if old != "source" else old for code, old in passage["state"].items()}
    return changed


@pytest.mark.parametrize("state", ["translated", "machine", "current", "approved"])
def test_a_translation_without_a_pin_is_the_same_translation_with_one(contents, state):
    before, after = with_all_states(contents[2], "translated"), with_all_states(contents[2], state)

    assert seen(before, after) == set()
    assert not differs(before, after)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("current", "approved", False),
        ("approved", "current", False),
        ("current", "machine", True),
        ("machine", "approved", True),
        ("current", "outdated", True),
        ("outdated", "current", True),
        ("translated", "outdated", True),
    ],
)
def test_a_state_that_readers_are_told_is_a_change_and_an_approval_is_none(contents, old, new, told):
    before = with_state(with_all_states(contents[2], "current"), "definition", "da", old)
    after = with_state(before, "definition", "da", new)

    assert seen(before, after) == ({(CHANGED, "sections", "definition", "body")} if told else set())
    assert differs(before, after) == told


def test_a_language_that_joins_is_one_change_and_not_one_of_every_passage(contents):
    after = copy.deepcopy(contents[2])
    after["languages"] = [*after["languages"], "sv"]
    for passage in shape.passages(after):
        passage["state"]["sv"], passage["text"]["sv"] = "current", "Svenska."

    assert seen(contents[2], after) == {(CHANGED, "service", "service", "languages")}


def test_another_order_differs_though_no_fact_changes(contents):
    after = copy.deepcopy(contents[2])
    after["sections"].reverse()

    assert seen(contents[2], after) == set()
    assert differs(contents[2], after)
