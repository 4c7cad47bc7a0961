import json

import pytest
from django.db import connection

from registry.actions.publishing import publish
from registry.actions.verifying import verify
from registry.actions.withdrawing import withdraw
from registry.exchange import content as shape
from registry.models import Release, Subprocessor, guards
from tests.releases import publish_at_once


def tamper(number, **values):
    with guards.lifted():
        Release.objects.filter(number=number).update(**values)


def rewritten(number, **values):
    """A release's content and digest, rewritten so that they agree with each other."""
    content = shape.encode(json.loads(Release.objects.get(number=number).content) | values)
    return {"content": content, "digest": shape.digest(content)}


def test_the_chain_of_the_sample_holds(db):
    assert verify() == []


def test_an_empty_chain_holds(empty_registry):
    assert verify() == []


def test_one_changed_character_is_found_and_its_release_named(db):
    tamper(2, content=Release.objects.get(number=2).content.replace("OpenAI", "OpenAl", 1))

    assert verify() == ["Release 2: its digest is not that of its content."]


def test_a_content_rewritten_with_its_digest_breaks_the_link_of_its_successor(db):
    tamper(2, **rewritten(2, kind="editorial"))

    assert verify() == [
        "Release 2: its column kind does not say what its content says.",
        "Release 3: it does not follow the release before it.",
    ]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "urgent"),
        ("announced_on", "2023-10-01"),
        ("in_force_new_on", "2023-10-03"),
        ("in_force_existing_on", "2023-10-03"),
        ("objection_deadline", "2023-10-02"),
        ("backfill", False),
    ],
)
def test_a_column_that_contradicts_the_content_is_named(db, column, value):
    values = {column: value}
    if column == "in_force_new_on":
        values["in_force_existing_on"] = value
    tamper(2, **values)

    assert verify() == [f"Release 2: its column {name} does not say what its content says." for name in values]


def test_a_release_that_was_removed_leaves_a_gap_that_is_named(db):
    with guards.lifted():
        Release.objects.filter(number=2).first().publication.delete()
        Release.objects.filter(number=2).delete()

    assert verify() == ["Release 3: its number should be 2.", "Release 3: it does not follow the release before it."]


def test_a_clock_that_ran_backwards_is_named(db):
    values = {"in_force_new_on": "2019-01-01", "in_force_existing_on": "2019-01-01", "announced_on": "2019-01-01"}
    tamper(3, **values, **rewritten(3, **values))

    assert verify() == [
        "Release 3: its column in_force_new_on is earlier than that of the release before it.",
        "Release 3: its column in_force_existing_on is earlier than that of the release before it.",
    ]


@pytest.mark.parametrize(
    "content",
    ["", "no JSON", "[]", "1", '{"schema": 99}', "[" * 100_000],
    ids=["empty", "no JSON", "list", "number", "future", "deep"],
)
def test_a_content_that_cannot_be_read_is_named_and_does_not_stop_the_check(db, content):
    tamper(3, content=content, digest=shape.digest(content))

    assert verify() == ["Release 3: its content cannot be read."]


def test_a_content_in_another_form_is_named(db):
    content = json.dumps(json.loads(Release.objects.get(number=3).content), indent=1)
    tamper(3, content=content, digest=shape.digest(content))

    assert verify() == ["Release 3: its content is not in canonical form."]


def test_a_missing_guard_is_named(db):
    name = "release_no_update" if connection.vendor == "sqlite" else "release_no_change"
    on = "" if connection.vendor == "sqlite" else " ON registry_release"
    connection.cursor().execute(f"DROP TRIGGER {name}{on}")

    assert verify() == [f"The guard {name} of the database is missing."]


@pytest.fixture
def withdrawn(db):
    """The sample, a release that was announced, and its withdrawal."""
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    publish()
    return withdraw(4, reason=dict.fromkeys(("en", "da", "hu", "lv", "et", "pt-br"), "Other plans."))


def test_a_chain_with_a_withdrawal_holds_and_what_was_withdrawn_bounds_no_later_day(withdrawn):
    publish_at_once()

    assert verify() == []


@pytest.mark.parametrize(
    ("columns", "named"),
    [({"ends_id": 3}, "ends"), ({"announced_on": "2020-01-01"}, "announced_on")],
)
def test_a_column_that_contradicts_a_withdrawal_is_named(withdrawn, columns, named):
    tamper(5, **columns)

    assert verify() == [f"Release 5: its column {named} does not say what its content says."]


def test_a_clock_that_runs_backwards_past_a_release_that_stands_is_named(withdrawn):
    values = {"in_force_new_on": "2020-01-01", "in_force_existing_on": "2020-01-01", "announced_on": "2020-01-01"}
    publish_at_once()
    urgent = {**values, "objection_deadline": None}
    tamper(6, **urgent, **rewritten(6, **urgent))

    assert verify() == [
        "Release 6: its column in_force_new_on is earlier than that of the release before it.",
        "Release 6: its column in_force_existing_on is earlier than that of the release before it.",
    ]
