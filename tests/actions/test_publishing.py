import datetime
import json
import threading
import unicodedata

import pytest
from django.db import DatabaseError, connection, transaction

from registry.actions import entering, publishing, verifying
from registry.exchange import content as shape
from registry.models import Language, PolicySection, Release, ServiceProfile, Subprocessor, TranslationPin
from tests.releases import publish_at_once


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
    assert verifying.verify() == []


def test_publishing_freezes_the_draft_under_the_next_number(changed_draft):
    release = publish_at_once(summary={"en": "One more.", "da": "En mere."} | SUMMARY)

    content = json.loads(release.content)
    assert release.number == 4
    assert "example" in [s["key"] for s in content["subprocessors"]]
    assert content["previous_digest"] == Release.objects.get(number=3).digest
    assert release.digest == shape.digest(release.content)
    assert verifying.verify() == []


SUMMARY = {"hu": "Egy új.", "lv": "Vēl viens.", "et": "Veel üks.", "pt-br": "Mais um."}


def test_an_unchanged_draft_is_not_published_again(db):
    with pytest.raises(publishing.CannotPublish) as refused:
        publish_at_once()

    assert [p.message for p in refused.value.problems] == ["The draft changes nothing since release 3."]


def test_an_approval_alone_is_no_release_and_a_checked_machine_translation_is_one(db):
    pins = TranslationPin.objects.filter(noun="policysection", field="body", language="da")
    pins.update(status="approved")
    with pytest.raises(publishing.CannotPublish):
        publish_at_once()
    pins.update(status="machine")

    release = publish_at_once()

    states = [row["body"]["state"]["da"] for row in json.loads(release.content)["sections"] if row["body"]]
    assert set(states) == {"machine"}


def test_a_draft_that_says_what_a_release_without_pins_says_is_not_published_again(db):
    last = shape.decode(Release.objects.get(number=3).content)
    for passage in shape.passages(last):
        passage["state"] = {
            code: "translated" if state != "source" else state for code, state in passage["state"].items()
        }
    text = shape.encode(last | {"schema": 1})

    assert not publishing.changes_anything(Release(number=3, content=text), publishing.preview())
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    assert publishing.changes_anything(Release(number=3, content=text), publishing.preview())


def test_a_draft_that_moved_since_the_publisher_looked_is_refused(changed_draft):
    looked_at = publishing.draft_digest(publishing.preview())
    Subprocessor.objects.create(key="another", legal_name="Another", kind="service")

    with pytest.raises(publishing.DraftMoved):
        publish_at_once(expected=looked_at)

    assert Release.objects.count() == 3


def test_a_missing_translation_blocks_where_its_language_says_so_and_names_the_passage(changed_draft):
    section = PolicySection.objects.get(key="definition")
    section.body_lv = ""
    section.save()

    with pytest.raises(publishing.CannotPublish) as refused:
        publish_at_once()

    assert [(p.language, p.field, p.noun) for p in refused.value.problems] == [("lv", "body", section)]
    Language.objects.filter(code="lv").update(when_incomplete="notice")
    content = json.loads(publish_at_once().content)
    body = next(s["body"] for s in content["sections"] if s["key"] == "definition")
    assert body["state"] == {
        "da": "current",
        "en": "source",
        "et": "current",
        "hu": "current",
        "lv": "missing",
        "pt-br": "current",
    }
    assert "lv" not in body["text"]


@pytest.mark.parametrize("text", ["{nobody}", "{provider_address}", "{territory:ZZZ}", "a { b"])
def test_a_placeholder_without_a_fact_is_refused(changed_draft, text):
    section = PolicySection.objects.get(key="definition")
    section.body_en = f"{section.body_en} {text}"
    section.save()

    with pytest.raises(publishing.CannotPublish) as refused:
        publish_at_once()

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
            outcomes.append(publish_at_once().number)
        except publishing.CannotPublish as refused:
            outcomes.append(type(refused).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _i in range(2)]
    [t.start() for t in threads]
    [t.join() for t in threads]

    assert sorted(map(str, outcomes)) in (["4", "DraftMoved"], ["4", "CannotPublish"])
    assert Release.objects.count() == 4


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has no serialization failures")
@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_a_publication_overtaken_by_another_transaction_is_told_to_look_again(monkeypatch, state):
    def overtaken(*args):
        connection.cursor().execute(f"DO $$ BEGIN RAISE EXCEPTION 'overtaken' USING ERRCODE = '{state}'; END $$")

    monkeypatch.setattr(publishing, "draft", overtaken)

    with pytest.raises(publishing.DraftMoved) as refused:
        publish_at_once()

    assert [p.message for p in refused.value.problems] == [
        "Another release was published just now. Look at it, then publish again."
    ]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer at a time")
def test_a_publication_reads_the_draft_as_of_one_moment(monkeypatch):
    levels = []
    enter = publishing.enter

    def looking(content, by):
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            levels.append(cursor.fetchone()[0])
        return enter(content, by)

    monkeypatch.setattr(publishing, "enter", looking)
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    with transaction.atomic():
        publish_at_once()
    Subprocessor.objects.create(key="another", legal_name="Another GmbH", country="DE", kind="service")
    publish_at_once()

    assert levels == ["read committed", "repeatable read"]


def test_another_error_of_the_database_is_not_taken_for_another_publisher(changed_draft, monkeypatch):
    monkeypatch.setattr(publishing, "enter", lambda *args: connection.cursor().execute("SELECT nothing FROM nowhere"))

    with pytest.raises(DatabaseError) as failed:
        publish_at_once()

    assert not isinstance(failed.value, publishing.CannotPublish)


def test_whoever_looked_before_another_release_was_published_is_told_its_number(changed_draft):
    looked_at = publishing.draft_digest(publishing.preview())
    publish_at_once(expected=looked_at)

    with pytest.raises(publishing.DraftMoved) as refused:
        publish_at_once(expected=looked_at)

    assert [p.message for p in refused.value.problems] == [
        "Release 4 was published since you looked. Look at it, then publish again."
    ]


def test_the_day_and_the_summary_are_no_part_of_what_the_publisher_looked_at(changed_draft):
    looked_at = publishing.draft_digest(publishing.preview())

    release = publishing.publish(
        in_force_on=today() + datetime.timedelta(days=30),
        summary={"en": "One more."} | SUMMARY | {"da": "En mere."},
        expected=looked_at,
    )

    assert release.number == 4


def test_line_ends_of_a_form_and_decomposed_letters_are_no_change(db):
    section = PolicySection.objects.get(key="definition")
    section.body_en = unicodedata.normalize("NFD", section.body_en.replace("\n", "\r\n"))
    section.body_hu = unicodedata.normalize("NFD", section.body_hu)
    section.save()

    assert publishing.changes_since(Release.objects.newest(), publishing.preview()) == []
    with pytest.raises(publishing.CannotPublish) as refused:
        publish_at_once()
    assert [p.message for p in refused.value.problems] == ["The draft changes nothing since release 3."]


def test_the_archive_ends_with_the_first_release_of_this_system(changed_draft):
    publish_at_once()
    Subprocessor.objects.create(key="another", legal_name="Another GmbH", country="DE", kind="service")

    with pytest.raises(publishing.CannotPublish) as refused:
        publish_at_once(backfill=True)

    assert [p.message for p in refused.value.problems] == [
        "Release 4 is no part of the older archive, which ended before it."
    ]


def test_a_clock_that_stands_before_the_last_release_publishes_nothing(changed_draft, monkeypatch):
    past = Release.objects.newest().published_at - datetime.timedelta(hours=1)
    monkeypatch.setattr(entering.timezone, "now", lambda: past)

    with pytest.raises(publishing.CannotPublish) as refused:
        publish_at_once()

    assert [p.message for p in refused.value.problems] == [
        "The system’s clock stands before the moment when release 3 was published."
    ]


def test_a_registry_without_profile_says_what_to_do_first(empty_registry):
    with pytest.raises(publishing.CannotPublish) as refused:
        publishing.publish(in_force_on=datetime.date(2026, 1, 1))

    assert [p.message for p in refused.value.problems] == ["There is no service profile yet. Add one first."]
