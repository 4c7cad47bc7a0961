from datetime import date

import pytest

from registry.actions.dating import Days, Rules
from registry.admin.following import Step, ahead, of_correction, of_release, of_withdrawal, why, why_urgent
from registry.exchange.comparison import Change
from registry.models import Release

TODAY, EVE, DAY = date(2026, 11, 22), date(2026, 12, 21), date(2026, 12, 22)
ADDED = Change("added", "subprocessors", "example", {})
REMOVED = Change("removed", "subprocessors", "example", {})
PUBLISHED = "Release 4 is published; nobody can change or remove it."


def rules(kind="change", changes=(ADDED,), newest=True, notice_days=30):
    return Rules(TODAY, notice_days, kind, False, Release(number=3) if newest else None, changes)


def test_what_follows_stands_day_by_day_in_their_order():
    steps = of_release(rules(), Days(TODAY, DAY, DAY, EVE), 4, 12)

    assert steps == [
        Step(
            TODAY,
            [
                PUBLISHED,
                "12 subscribers are told by mail at once.",
                "The policy page says what will change.",
            ],
        ),
        Step(EVE, ["Last day for objections."]),
        Step(DAY, ["In force for all customers.", "The policy page turns by itself, at midnight."]),
    ]
    assert steps[0].name == "22 November 2026"


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "Nobody has subscribed to be told of it by mail."),
        (1, "1 subscriber is told by mail at once."),
        (2, "2 subscribers are told by mail at once."),
    ],
)
def test_who_hears_of_it_is_counted(count, said):
    assert of_release(rules("urgent"), Days(TODAY, TODAY, TODAY, DAY), 4, count)[0].sentences == [
        PUBLISHED,
        said,
        "In force for all customers.",
    ]


def test_the_days_of_an_announced_release_stand_in_their_order():
    announced = Release(announced_on=TODAY, in_force_new_on=TODAY, in_force_existing_on=DAY, objection_deadline=EVE)

    assert ahead(announced, TODAY) == [
        Step(TODAY, ["In force for new customers."]),
        Step(EVE, ["Last day for objections."]),
        Step(DAY, ["In force for existing customers.", "The policy page turns by itself, at midnight."]),
    ]
    assert ahead(Release(announced_on=TODAY), TODAY) == []


def test_a_correction_leaves_new_customers_alone_where_the_announced_release_is_not_theirs_yet():
    announced = Release(number=4, in_force_new_on=DAY, in_force_existing_on=DAY)

    assert of_correction(TODAY, 4, announced, 1) == [
        "Release 5 is in force at once for all customers: their release, with the passages chosen.",
        "Nothing else of the draft is published.",
        "Release 4, which is announced, goes on as release 6, with the same passages and days.",
        "1 subscriber is told by mail at once.",
    ]


def test_a_withdrawal_before_anybody_has_the_release_says_so_in_few_lines():
    announced = Release(number=4, in_force_new_on=DAY, in_force_existing_on=DAY)

    assert of_withdrawal(announced, Release(number=3), TODAY, objections=1, told=2) == [
        "Release 4 never comes into force for existing customers.",
        "Release 3 stays in force for them.",
        "Release 4 and the reason for its withdrawal stay public.",
        "2 subscribers are told by mail at once.",
        "1 objection to it is open: it still has to be answered or closed.",
    ]
    assert of_withdrawal(Release(number=1, in_force_new_on=DAY), None, TODAY, objections=0, told=0) == [
        "Release 1 never comes into force for existing customers.",
        "Release 1 and the reason for its withdrawal stay public.",
        "Nobody has subscribed to be told of it by mail.",
    ]


def test_the_reasoning_of_the_notice_period_is_told():
    assert why(rules()) == (
        "Existing customers are told 30 days before it comes into force for them, and may object until then."
    )
    assert why(rules(notice_days=1)) == (
        "Existing customers are told 1 day before it comes into force for them, and may object until then."
    )
    assert why(rules(changes=[REMOVED])) == (
        "This only takes subprocessors or places away: it needs no notice, and may come into force today."
    )
    assert why(rules(newest=False)) == "The first release needs no notice: there is nothing that it changes."
    assert why_urgent(rules(notice_days=1)) == (
        "For what cannot wait. In force from today, if need be; customers read why, and may object for 1 day."
    )
