"""Which days a release may have, and which it gets where staff name none."""

from datetime import date, timedelta

import pytest

from registry.actions.dating import Asked, Days, Rules
from registry.exchange.comparison import Change
from registry.models import Release

TODAY = date(2026, 11, 22)
NEWEST = Release(
    number=3, in_force_new_on=date(2024, 12, 13), in_force_existing_on=date(2024, 12, 13), announced_on=TODAY
)
ADDED = [Change("added", "subprocessors", "example", {})]
REMOVED = [Change("removed", "subprocessors", "example", {})]


def after(days):
    return TODAY + timedelta(days=days)


def rules(kind="change", backfill=False, newest=NEWEST, changes=ADDED, notice_days=30):
    return Rules(TODAY, notice_days, kind, backfill, newest, changes)


def told(found, asked):
    return [(problem.message, problem.field) for problem in found.problems(found.settle(asked))]


@pytest.mark.parametrize(
    ("found", "days"),
    [
        (rules(), Days(TODAY, TODAY, after(30), after(29))),
        (rules(notice_days=0), Days(TODAY, TODAY, TODAY, TODAY)),
        (rules(changes=REMOVED), Days(TODAY, TODAY, TODAY, None)),
        (rules(kind="urgent"), Days(TODAY, TODAY, TODAY, after(30))),
        (rules(newest=None), Days(TODAY, TODAY, TODAY, None)),
    ],
    ids=["change", "no notice period", "removal", "urgent", "first"],
)
def test_days_follow_from_the_notice_period(found, days):
    assert found.settle(Asked()) == days
    assert list(found.problems(days)) == []


def test_days_that_staff_name_are_kept():
    asked = Asked(after(60), after(10), after(45))

    assert rules().settle(asked) == Days(TODAY, after(10), after(60), after(45))
    assert told(rules(), asked) == []


def test_an_archive_holds_for_all_customers_from_its_day_and_is_announced_then():
    found = rules(backfill=True, newest=None)

    assert found.settle(Asked(date(2019, 10, 28))) == Days(*[date(2019, 10, 28)] * 3, None)
    assert told(found, Asked(date(2019, 10, 28))) == []
    assert told(found, Asked(after(1))) == [
        ("A release of an older archive came into force in the past.", "in_force_on")
    ]


@pytest.mark.parametrize("days", [0, 1, 29])
def test_a_change_within_the_notice_period_is_refused_and_its_first_day_named(days):
    assert told(rules(), Asked(after(days))) == [
        (
            "Customers are told of this change at least 30 days before it. Choose 22 December 2026 or a later day, or "
            "publish it as an urgent replacement, with the reason.",
            "in_force_on",
        )
    ]


def test_one_day_of_notice_is_told_as_one():
    (message, _field), *others = told(rules(notice_days=1), Asked(TODAY))

    assert message.startswith("Customers are told of this change at least one day before it. Choose 23 November 2026")
    assert others == []


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (Asked(after(-1)), ("A release cannot come into force on a day in the past.", "in_force_on")),
        (Asked(after(30), after(-1)), ("A release cannot come into force on a day in the past.", "in_force_new_on")),
        (
            Asked(after(30), after(31)),
            ("New customers never get a release later than existing ones. Choose an earlier day.", "in_force_new_on"),
        ),
        (
            Asked(after(30), None, after(-1)),
            ("Objections cannot end on a day in the past.", "objection_deadline"),
        ),
        (
            Asked(after(30), None, after(31)),
            (
                "Objections end before the release is in force for existing customers, or on that day.",
                "objection_deadline",
            ),
        ),
    ],
)
def test_days_out_of_order_are_refused_beside_their_field(asked, problem):
    assert told(rules(), asked) == [problem]


def test_an_urgent_release_is_objected_to_while_it_is_in_force():
    assert told(rules(kind="urgent"), Asked(TODAY, TODAY, after(60))) == []


def test_neither_clock_runs_backwards_and_one_release_is_announced_at_a_time():
    announced = Release(number=4, in_force_new_on=after(5), in_force_existing_on=after(40))
    later = "Release 4 comes into force later than this one would. Choose its day or a later one."
    waits = (
        "Release 4 is announced and not yet in force. One announced release at a time: wait for its day, or withdraw "
        "it first."
    )

    assert told(rules(newest=announced), Asked(after(39))) == [(later, "in_force_on"), (waits, "")]
    assert told(rules(newest=announced), Asked(after(40))) == [(later, "in_force_new_on"), (waits, "")]
    assert told(rules(newest=announced), Asked(after(40), after(5))) == [(waits, "")]
