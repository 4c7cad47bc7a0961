import copy

import pytest

from registry.exchange.audience import concerned, is_told, lies_ahead, tells


@pytest.fixture
def before(site):
    """The sample's last release, with one more subprocessor that serves customers of one region alone."""
    content = copy.deepcopy(site.newest.content) | {"kind": "change"}
    place = next(place for row in content["subprocessors"] for place in row["locations"] if place["region"] == "us")
    american = {"key": "american", "legal_name": "American, Inc.", "locations": [{**place, "key": "american-us"}]}
    content["subprocessors"].append(copy.deepcopy(content["subprocessors"][0]) | american)
    return content


def changed(before, change):
    after = copy.deepcopy(before)
    change(after)
    return after


def party(content, region):
    """A subprocessor whose places are all of one region."""
    return next(row for row in content["subprocessors"] if {place["region"] for place in row["locations"]} == {region})


def place(content, region):
    return next(place for row in content["subprocessors"] for place in row["locations"] if place["region"] == region)


# --- who asked for announcements alone --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "ahead"),
    [
        ({"kind": "change", "announced_on": "2025-01-31", "in_force_existing_on": "2025-02-01"}, True),
        ({"kind": "change", "announced_on": "2025-01-31", "in_force_existing_on": "2025-01-31"}, False),
        ({"kind": "editorial", "announced_on": "2025-01-31", "in_force_existing_on": "2025-01-31"}, False),
        ({"kind": "urgent", "announced_on": "2025-01-31", "in_force_existing_on": "2025-01-31"}, True),
    ],
)
def test_a_change_to_come_and_an_urgent_one_lie_ahead(entry, ahead):
    assert lies_ahead({"type": "release", **entry}) is ahead


def test_a_withdrawal_is_an_announcement():
    assert lies_ahead({"type": "withdrawal"}) is True


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"type": "release", "ends": None, "backfill": False}, True),
        ({"type": "release", "ends": None, "backfill": True}, False),
        ({"type": "release", "ends": 4, "backfill": False}, False),
        ({"type": "withdrawal", "ends": 4}, True),
    ],
)
def test_nobody_is_told_of_an_archive_nor_of_an_announced_release_over_again(entry, told):
    assert is_told(entry) is told


# --- regions ----------------------------------------------------------------------------------------------------------


def test_a_subprocessor_that_leaves_concerns_the_regions_of_its_places(before):
    gone = party(before, "us")["key"]

    after = changed(before, lambda c: c.update(subprocessors=[row for row in c["subprocessors"] if row["key"] != gone]))

    assert concerned(before, after) == {"us"}


def test_a_subprocessor_that_joins_with_places_in_two_regions_concerns_both(before):
    def join(content):
        new = copy.deepcopy(party(content, "us"))
        new |= {"key": "new", "legal_name": "New, Inc."}
        elsewhere = {**new["locations"][0], "key": "new-eu", "region": "eu"}
        new["locations"] = [{**new["locations"][0], "key": "new-us"}, elsewhere]
        content["subprocessors"].append(new)

    assert concerned(before, changed(before, join)) == {"us", "eu"}


def test_a_subprocessor_without_a_place_concerns_everybody(before):
    def join(content):
        new = {**copy.deepcopy(content["subprocessors"][0]), "key": "new", "legal_name": "New, Inc.", "locations": []}
        content["subprocessors"].append(new)

    assert concerned(before, changed(before, join)) is None


def test_a_place_that_changes_concerns_its_region(before):
    assert concerned(before, changed(before, lambda c: place(c, "us").update(use="backup"))) == {"us"}


def test_a_place_that_moves_to_another_region_concerns_both(before):
    assert concerned(before, changed(before, lambda c: place(c, "us").update(region="eu"))) == {"us", "eu"}


@pytest.mark.parametrize("region", ["", None])
def test_a_place_that_loses_its_region_concerns_everybody(before, region):
    assert concerned(before, changed(before, lambda c: place(c, "us").update(region=region))) is None


def test_a_fact_of_a_subprocessor_concerns_the_regions_of_its_places(before):
    assert concerned(before, changed(before, lambda c: party(c, "us").update(legal_name="Renamed, Inc."))) == {"us"}


def test_a_transfer_mechanism_concerns_the_regions_of_its_subprocessor(before):
    mechanism = {
        "key": "new-scc",
        "regime": "eu",
        "mechanism": "scc",
        "scc_module": "3",
        "reference": "",
        "verified_on": None,
        "expires_on": None,
    }

    after = changed(before, lambda c: party(c, "us")["transfer_mechanisms"].append(mechanism))

    assert concerned(before, after) == {"us"}


def test_a_set_of_safeguards_concerns_the_regions_of_the_places_that_name_it(before):
    def weaken(content):
        content["safeguard_sets"].append({"key": "new", "match": "all", "safeguards": []})
        place(content, "us")["safeguard_sets"] = ["new"]

    after = changed(before, weaken)
    later = changed(after, lambda c: c["safeguard_sets"][-1].update(match="any"))

    assert concerned(after, later) == {"us"}


def test_a_certification_concerns_the_regions_of_the_places_that_claim_it(before):
    def certify(content):
        own = {
            "key": "new-iso",
            "kind": "certification",
            "name": "ISO 1",
            "text": None,
            "claim": "certified",
            "valid_until": None,
        }
        content["safeguards"].append(own)
        content["safeguard_sets"].append({"key": "new", "match": "all", "safeguards": ["new-iso"]})
        place(content, "us")["safeguard_sets"] = ["new"]

    after = changed(before, certify)
    later = changed(after, lambda c: c["safeguards"][-1].update(valid_until="2030-01-01"))

    assert concerned(after, later) == {"us"}


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["safeguards"].append({**c["safeguards"][0], "key": "new", "kind": "contractual"}),
        lambda c: c["service"].update(contact="other@example.com"),
        lambda c: c["sections"].pop(),
        lambda c: c["questions"].pop(),
        lambda c: c["regions"][0].update(countries=["CH"]),
        lambda c: c["languages"].pop(),
    ],
    ids=["contract", "service", "section", "question", "region", "languages"],
)
def test_what_no_place_can_be_told_of_concerns_everybody(before, change):
    def both(content):
        change(content)
        place(content, "us").update(use="backup")

    assert concerned(before, changed(before, both)) is None


def test_a_first_release_a_correction_and_another_order_concern_everybody(before):
    assert concerned(None, before) is None
    after = changed(before, lambda c: place(c, "us").update(use="backup"))
    assert concerned(before, {**after, "kind": "editorial"}) is None
    assert concerned(before, changed(before, lambda c: c["questions"].reverse())) is None


def test_whoever_chose_a_region_is_told_of_what_concerns_it_and_of_what_concerns_everybody():
    assert tells(["eu", "us"], frozenset({"us"})) is True
    assert tells(["eu"], frozenset({"us"})) is False
    assert tells(["eu"], None) is True
