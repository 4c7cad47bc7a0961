import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from registry.models import Release

DAY = datetime.date(2026, 3, 1)
LATER = datetime.date(2026, 4, 1)


@pytest.mark.parametrize(
    ("day", "number"),
    [("2019-10-27", None), ("2019-10-28", 1), ("2023-10-01", 1), ("2024-12-13", 3), ("2031-01-01", 3)],
)
def test_the_release_in_force_on_a_day(db, day, number):
    assert [r.number for r in Release.objects.in_force(datetime.date.fromisoformat(day))] == (
        [number] if number else []
    )


def test_new_customers_get_a_release_before_existing_ones_and_never_one_that_was_ended(db):
    fourth = enter(4, Release.objects.end_of_chain(), in_force_new_on=DAY, in_force_existing_on=LATER)
    before = DAY - datetime.timedelta(days=1)
    assert [[r.number for r in Release.objects.in_force_new(day)] for day in (before, DAY, LATER)] == [[3], [4], [4]]

    enter(5, fourth, ends_id=4, **WITHDRAWAL)

    assert [[r.number for r in Release.objects.in_force_new(day)] for day in (before, DAY, LATER)] == [[3], [3], [3]]


def test_the_newest_release_has_the_highest_number(db):
    assert Release.objects.newest().number == 3


@pytest.mark.parametrize(
    ("name", "key", "named"),
    [
        ("subprocessors", "linode", True),
        ("locations", "linode-sg", True),
        ("safeguards", "soc-2", True),
        ("subprocessors", "linode-sg", False),
        ("questions", "nobody", False),
    ],
)
def test_what_any_release_has_named(db, name, key, named):
    assert Release.objects.naming(name, key) is named


@pytest.mark.parametrize(
    "wrong",
    [
        {"announced_on": LATER},
        {"in_force_new_on": LATER},
        {"objection_deadline": DAY - datetime.timedelta(days=1)},
        {"objection_deadline": LATER},
        {"number": 0},
        {"previous_digest": ""},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_the_database_refuses_dates_out_of_order_and_a_second_successor(db, wrong):
    facts = {
        "number": 4,
        "published_at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
        "announced_on": DAY,
        "in_force_new_on": DAY,
        "in_force_existing_on": DAY,
        "content": "{}",
        "digest": "d" * 64,
        "previous_digest": Release.objects.end_of_chain().digest,
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.bulk_create([Release(**{**facts, **wrong})])
    with transaction.atomic():
        Release.objects.bulk_create([Release(**facts)])
        connection.set_rollback(True)


def enter(number, previous, **values):
    """An entry whose columns alone matter."""
    facts = {
        "number": number,
        "published_at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
        "announced_on": DAY,
        "in_force_new_on": DAY,
        "in_force_existing_on": DAY,
        "content": "{}",
        "digest": f"{number:064}",
        "previous_digest": previous.digest,
    }
    return Release.objects.create(**{**facts, **values})


WITHDRAWAL = {"type": "withdrawal", "kind": "", "in_force_new_on": None, "in_force_existing_on": None}


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "withdrawal"},
        {**WITHDRAWAL, "ends_id": None},
        {**WITHDRAWAL, "kind": "change"},
        {**WITHDRAWAL, "objection_deadline": DAY},
        {**WITHDRAWAL, "in_force_new_on": DAY},
        {"ends_id": None, "in_force_existing_on": None},
        {"ends_id": None, "kind": ""},
        {"ends_id": 5},
    ],
    ids=str,
)
def test_an_entry_is_a_release_or_the_withdrawal_of_an_earlier_one(db, wrong):
    fourth = enter(4, Release.objects.end_of_chain())

    with pytest.raises(IntegrityError), transaction.atomic():
        enter(5, fourth, **{"ends_id": 4, **wrong})
    enter(5, fourth, ends_id=4, **WITHDRAWAL)


def test_one_release_is_ended_once(db):
    fourth = enter(4, Release.objects.end_of_chain())
    fifth = enter(5, fourth, ends_id=4, **WITHDRAWAL)

    with pytest.raises(IntegrityError), transaction.atomic():
        enter(6, fifth, ends_id=4)


def test_of_an_urgent_release_objections_may_end_after_its_day(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        enter(4, Release.objects.end_of_chain(), objection_deadline=LATER)

    enter(4, Release.objects.end_of_chain(), objection_deadline=LATER, kind="urgent")


def test_what_was_withdrawn_stands_no_longer(db):
    fourth = enter(4, Release.objects.end_of_chain(), in_force_existing_on=LATER)
    assert [r.number for r in Release.objects.announced(DAY)] == [4]
    assert [r.number for r in Release.objects.in_force(LATER)] == [4]

    enter(5, fourth, ends_id=4, **WITHDRAWAL)

    assert list(Release.objects.announced(DAY)) == []
    assert [r.number for r in Release.objects.in_force(LATER)] == [3]
    assert (Release.objects.newest().number, Release.objects.end_of_chain().number) == (3, 5)
    assert [r.number for r in Release.objects.policies()] == [4, 3, 2, 1]


def test_a_release_changes_what_existing_customers_have_when_it_comes_into_force(db):
    fourth = enter(4, Release.objects.end_of_chain(), in_force_existing_on=LATER)
    fifth = enter(5, fourth, kind="editorial")
    sixth = enter(6, fifth, in_force_existing_on=LATER, ends_id=4)

    before = Release.objects.before
    assert [before(release).number for release in (fourth, fifth, sixth)] == [3, 3, 5]
    assert before(Release.objects.get(number=1)) is None
