import datetime

import pytest

from registry.exchange.content import digest, encode, passages
from registry.exchange.published import Site

D = datetime.date


def test_each_release_stands_with_its_status_on_the_day(site):
    assert [(entry.number, entry.status) for entry in site.entries] == [
        (1, "superseded"),
        (2, "superseded"),
        (3, "in_force"),
    ]
    assert (site.current, site.current_new, site.announced) == (site.entries[2], site.entries[2], None)


def test_a_release_whose_day_has_not_come_is_announced(with_release):
    site = with_release(in_force_new_on="2025-01-31", in_force_existing_on="2025-02-28")

    assert [entry.status for entry in site.entries] == ["superseded", "superseded", "in_force", "announced"]
    assert (site.current.number, site.current_new.number, site.announced.number) == (3, 4, 4)


@pytest.mark.parametrize(
    ("day", "current"), [(D(2019, 10, 27), None), (D(2019, 10, 28), 1), (D(2023, 10, 1), 1), (D(2023, 10, 2), 2)]
)
def test_a_release_is_in_force_from_the_first_moment_of_its_day(site, day, current):
    rows = [(entry.text, entry.digest) for entry in site.entries]

    then = Site.on(rows, site.languages, site.public_url, day)

    assert (then.current and then.current.number) == current


def test_of_two_releases_with_one_day_the_later_one_is_in_force(with_release):
    site = with_release(in_force_new_on="2024-12-13", in_force_existing_on="2024-12-13")

    assert [entry.status for entry in site.entries] == ["superseded", "superseded", "superseded", "in_force"]
    assert site.current.number == 4


def test_pages_show_the_facts_in_force_and_those_announced_before_anything_is(site, with_release):
    announced = with_release(in_force_existing_on="2025-03-01")

    assert announced.shown == announced.entries[2]
    assert (
        Site.on([(site.entries[0].text, site.entries[0].digest)], (), "", datetime.date(2019, 1, 1)).shown.number == 1
    )
    assert Site((), (), "", site.day).shown is None


def test_since_is_the_first_release_of_the_unbroken_run(site):
    third = site.entries[2]

    assert site.since(third, "subprocessors", "aws") == D(2019, 10, 28)
    assert site.since(third, "subprocessors", "quality-unit-sro") == D(2024, 12, 13)
    # Ireland was listed in 2019, not in 2023, and again in 2024.
    assert site.since(third, "locations", "aws-eu-ireland") == D(2024, 12, 13)
    assert site.since(site.entries[0], "locations", "aws-eu-ireland") == D(2019, 10, 28)


def test_a_site_without_releases_has_none(db):
    empty = Site.on([], ["en"], "https://trust.example", D(2025, 1, 31))

    assert (empty.current, empty.current_new, empty.announced, empty.newest) == (None, None, None, None)


def test_a_release_knows_how_much_of_it_a_language_has_rounded_down(with_release):
    def change(content):
        next(passages(content))["state"]["da"] = "outdated"

    entry = with_release(change).newest
    total = len(list(passages(entry.content)))

    assert [entry.percent(code) for code in ("en", "hu", "da", "ar")] == [100, 100, 100 * (total - 1) // total, 0]


@pytest.fixture
def chain(site):
    """The sample and what a list of changes to its last release makes of it, entry by entry, on 31 January 2025."""

    def add(*entries, day=site.day):
        rows = [(entry.text, entry.digest) for entry in site.entries]
        for number, values in enumerate(entries, 4):
            content = {**site.newest.content, "number": number, "published_at": "2025-01-20T12:00:00Z", **values}
            text = encode(content)
            rows.append((text, digest(text)))
        return Site.on(rows, site.languages, site.public_url, day)

    return add


LATER = {"in_force_new_on": "2025-01-25", "in_force_existing_on": "2025-02-20", "announced_on": "2025-01-20"}
NOW = {"in_force_new_on": "2025-01-28", "in_force_existing_on": "2025-01-28", "kind": "editorial"}
WITHDRAWAL = {"type": "withdrawal", "ends": 4, "published_at": "2025-01-28T23:30:00Z", "time_zone": "Europe/Bratislava"}


def test_a_withdrawn_release_comes_into_force_on_no_day(chain):
    site = chain(LATER, WITHDRAWAL)

    assert [(entry.number, entry.status) for entry in site.chain][2:] == [
        (3, "in_force"),
        (4, "withdrawn"),
        (5, "withdrawal"),
    ]
    assert [entry.number for entry in site.entries] == [1, 2, 3, 4]
    assert (site.current.number, site.current_new.number, site.announced) == (3, 3, None)
    assert (site.newest.number, site.last.number) == (3, 5)
    assert site.in_force(D(2026, 1, 1)).number == 3


def test_new_customers_had_it_until_the_day_of_its_withdrawal_in_the_zone_of_the_release(chain):
    withdrawn = chain(LATER, WITHDRAWAL).entry(4)

    # Half past midnight in Bratislava.
    assert (withdrawn.ended_by, withdrawn.ended_on) == (5, D(2025, 1, 29))
    assert withdrawn.stands_on(D(2025, 1, 28))
    assert not withdrawn.stands_on(D(2025, 1, 29))
    assert chain(LATER, WITHDRAWAL, day=D(2025, 1, 28)).current_new.number == 4


def test_a_correction_replaces_the_release_in_force_and_the_announced_one(chain):
    again = {**LATER, "in_force_new_on": "2025-01-28", "ends": 4}
    site = chain(LATER, NOW, again)

    assert [(entry.number, entry.status) for entry in site.chain][2:] == [
        (3, "superseded"),
        (4, "replaced"),
        (5, "in_force"),
        (6, "announced"),
    ]
    assert [site.before(entry).number for entry in site.entries[3:]] == [3, 3, 5]
    assert (site.current.number, site.current_new.number, site.announced.number) == (5, 6, 6)
    assert chain(LATER, NOW, again, day=D(2025, 2, 20)).current.number == 6


def test_since_passes_over_what_never_came_into_force(chain):
    site = chain({**LATER, "subprocessors": []}, WITHDRAWAL, {**LATER, "in_force_existing_on": "2025-03-20"})

    assert site.since(site.announced, "subprocessors", "aws") == D(2019, 10, 28)
