import datetime
import json
import threading

import pytest
from django.db import DatabaseError, connection, transaction

from registry.actions import publishing
from registry.exchange import content as shape
from registry.models import Language, PolicySection, Release, ServiceProfile, Subprocessor


@pytest.fixture
def changed_draft(db):
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")


def today():
    return ServiceProfile.load().today()


def test_the_sample_is_a_chain_of_three_backfilled_releases(db):
    releases = Release.objects.order_by("number")

    assert [(r.number, str(r.in_force_existing_on), r.backfill) for r in releases] == [
        (1, "2019-10-28", True),
        (2, "2023-10-02", True),
        (3, "2024-12-13", True),
    ]
    assert [r.previous_digest for r in releases] == ["", releases[0].digest, releases[1].digest]
    assert publishing.verify() == []


def test_publishing_freezes_the_draft_under_the_next_number(changed_draft):
    release = publishing.publish(in_force_on=today(), summary={"en": "One more.", "da": "En mere."} | SUMMARY)

    content = json.loads(release.content)
    assert release.number == 4
    assert "example" in [s["key"] for s in content["subprocessors"]]
    assert content["previous_digest"] == Release.objects.get(number=3).digest
    assert release.digest == shape.digest(release.content)
    assert publishing.verify() == []


SUMMARY = {"hu": "Egy új.", "lv": "Vēl viens.", "et": "Veel üks.", "pt-br": "Mais um."}


def test_an_unchanged_draft_is_not_published_again(db):
    with pytest.raises(publishing.CannotPublish) as refused:
        publishing.publish(in_force_on=today())

    assert [p.message for p in refused.value.problems] == ["The draft changes nothing since release 3."]


def test_a_day_in_the_past_is_refused(changed_draft):
    with pytest.raises(publishing.CannotPublish) as refused:
        publishing.publish(in_force_on=today() - datetime.timedelta(days=1))

    assert [p.message for p in refused.value.problems] == ["A release cannot come into force on a day in the past."]


def test_a_draft_that_moved_since_the_publisher_looked_is_refused(changed_draft):
    looked_at = publishing.draft_digest(publishing.preview())
    Subprocessor.objects.create(key="another", legal_name="Another", kind="service")

    with pytest.raises(publishing.DraftMoved):
        publishing.publish(in_force_on=today(), expected=looked_at)

    assert Release.objects.count() == 3


def test_a_missing_translation_blocks_where_its_language_says_so_and_names_the_passage(changed_draft):
    section = PolicySection.objects.get(key="definition")
    section.body_lv = ""
    section.save()

    with pytest.raises(publishing.CannotPublish) as refused:
        publishing.publish(in_force_on=today())

    assert [(p.language, p.field, p.noun) for p in refused.value.problems] == [("lv", "body", section)]
    Language.objects.filter(code="lv").update(when_incomplete="notice")
    content = json.loads(publishing.publish(in_force_on=today()).content)
    body = next(s["body"] for s in content["sections"] if s["key"] == "definition")
    assert body["state"] == {
        "da": "translated",
        "en": "source",
        "et": "translated",
        "hu": "translated",
        "lv": "missing",
        "pt-br": "translated",
    }
    assert "lv" not in body["text"]


@pytest.mark.parametrize("text", ["{nobody}", "{provider_address}", "{territory:ZZZ}", "a { b"])
def test_a_placeholder_without_a_fact_is_refused(changed_draft, text):
    section = PolicySection.objects.get(key="definition")
    section.body_en = f"{section.body_en} {text}"
    section.save()

    with pytest.raises(publishing.CannotPublish) as refused:
        publishing.publish(in_force_on=today())

    assert ("en", "body") in {(p.language, p.field) for p in refused.value.problems}


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE registry_release SET content = 'x' WHERE number = 1",
        "UPDATE registry_release SET in_force_new_on = in_force_new_on",
        "DELETE FROM registry_release WHERE number = 3",
        "INSERT OR REPLACE INTO registry_release SELECT * FROM registry_release WHERE number = 2",
        "TRUNCATE registry_release CASCADE",
    ],
)
def test_the_database_refuses_to_change_or_remove_a_release(db, sql):
    if ("OR REPLACE" in sql) != (connection.vendor == "sqlite") and "UPDATE" not in sql and "DELETE" not in sql:
        return
    before = list(Release.objects.values_list("number", "digest"))

    with pytest.raises(DatabaseError, match="a release is evidence"), transaction.atomic():
        connection.cursor().execute(sql)

    assert list(Release.objects.values_list("number", "digest")) == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="threads need a server; SQLite has one writer at a time")
def test_of_two_publications_at_once_one_wins_and_the_other_is_told():
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    barrier, outcomes = threading.Barrier(2), []

    def one():
        try:
            barrier.wait()
            outcomes.append(publishing.publish(in_force_on=today()).number)
        except publishing.CannotPublish as refused:
            outcomes.append(type(refused).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _i in range(2)]
    [t.start() for t in threads]
    [t.join() for t in threads]

    assert sorted(map(str, outcomes)) in (["4", "DraftMoved"], ["4", "CannotPublish"])
    assert Release.objects.count() == 4
