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
        "previous_digest": Release.objects.newest().digest,
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.bulk_create([Release(**{**facts, **wrong})])
    with transaction.atomic():
        Release.objects.bulk_create([Release(**facts)])
        connection.set_rollback(True)
