from datetime import date

import pytest

from registry.actions.dating import Days, Rules
from registry.admin.following import Step, of_correction, of_release, of_withdrawal, why, why_urgent
from registry.exchange.comparison import Change
from registry.models import Release

TODAY, EVE, DAY = date(2026, 11, 22), date(2026, 12, 21), date(2026, 12, 22)
ADDED = Change("added", "subprocessors", "example", {})
REMOVED = Change("removed", "subprocessors", "example", {})
PUBLISHED = "Release 4 is published; nobody can change or remove it."


def rules(kind="change", changes=(ADDED,), newest=True, notice_days=30):
    return Rules(TODAY, notice_days, kind, False, Release(number=3) if newest else None, changes)


def test_what_follows_stands_day_by_day_in_their_order():
    steps = of_release(rules(), Days(TODAY, DAY, DAY, EVE), 4)

    assert steps == [
        Step(
            TODAY,
            [
                PUBLISHED,
                "Subscribers are told by mail at once: what changes, from which day, and how to object.",
                "The policy page says what will change.",
            ],
        ),
        Step(EVE, ["Last day for objections."]),
        Step(DAY, ["In force for all customers.", "The policy page turns by itself, at midnight."]),
    ]
    assert steps[0].name == "22 November 2026"


@pytest.mark.parametrize(
    ("found", "days", "said"),
    [
        (
            rules("urgent"),
            Days(TODAY, TODAY, TODAY, DAY),
            "Subscribers are told by mail at once, with the reason and how to object.",
        ),
        (
            rules(changes=[REMOVED]),
            Days(TODAY, TODAY, DAY),
            "Subscribers are told by mail at once: what changes, and from which day.",
        ),
        (rules(changes=[REMOVED]), Days(TODAY, TODAY, TODAY), "Subscribers to every change are told by mail at once."),
    ],
)
def test_who_is_told_depends_on_the_kind_and_the_days(found, days, said):
    assert of_release(found, days, 4)[0].sentences[:2] == [PUBLISHED, said]


def test_a_correction_leaves_new_customers_alone_where_the_announced_release_is_not_theirs_yet():
    announced = Release(number=4, in_force_new_on=DAY, in_force_existing_on=DAY)

    assert of_correction(TODAY, 4, announced)[2:] == [
        "Release 4, which is announced, goes on as release 6, with the same passages and days.",
        "Subscribers to every change are told by mail at once; those to announcements alone are not.",
    ]


def test_a_withdrawal_before_anybody_has_the_release_says_so_in_few_lines():
    announced = Release(number=4, in_force_new_on=DAY, in_force_existing_on=DAY)

    assert of_withdrawal(announced, Release(number=3), TODAY, 1) == [
        "Release 4 never comes into force for existing customers.",
        "Release 3 stays in force for them.",
        "Release 4 and the reason for its withdrawal stay public.",
        "Subscribers are told by mail at once, with the reason.",
        "1 objection to it is open. It stays yours to answer and close.",
    ]
    assert of_withdrawal(Release(number=1, in_force_new_on=DAY), None, TODAY, 0) == [
        "Release 1 never comes into force for existing customers.",
        "Release 1 and the reason for its withdrawal stay public.",
        "Subscribers are told by mail at once, with the reason.",
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
