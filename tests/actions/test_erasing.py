import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from registry.actions import (
    dpa,
    erasing,
    eventing,
    issuing,
    linking,
    mailing,
    notifying,
    objecting,
    signing,
)
from registry.models import (
    AgreementFile,
    Attempt,
    DpaRequest,
    DpaRequester,
    Erasure,
    Objection,
    Objector,
    ServiceProfile,
    Signature,
    Subscriber,
    SubscriberIdentity,
)
from tests import agreements, objections, subscribers, traces
from tests.kept import agreement, enter
from tests.requests import PERSON, submit


@pytest.fixture
def officer(db):
    return User.objects.create_user("officer", is_staff=True)


@pytest.fixture
def filed(settings, tmp_path):
    """Mails go to files, as in development."""
    settings.DATA_DIR = tmp_path
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(tmp_path / "mail")},
        }
    }


def held(texts):
    """Where the texts stand: by column of the database, and by file of the mails."""
    return traces.in_database(texts) | traces.in_files(Path(settings.DATA_DIR), texts)


def told(places):
    return set().union(*places.values()) if places else set()


# --- one person, everywhere -------------------------------------------------------------------------------------------

EDITED = {
    "company": "Zephyrine Quokka Holding Zrt.",
    "name": "Őszirózsa Ödön Lőrinc",
    "address": "4321 Szeged\nTisza u. 9.",
}
NOTED = {"note": "Rang Ödön about Zephyrine-0815.", "reason": "Kedves Ödön, xylophon-9999."}


def request_with_traces(officer):
    """From the form to the countersigned copy, with a second document on the way, and on to the contract's end."""
    agreements.standard()
    request = agreements.verified()
    mailing.pump.func()
    request = dpa.take(request, officer)
    issuing.save_draft(request, 0, officer, **EDITED)
    agreements.issue(request, typeset=True)
    mailing.pump.func()
    dpa.annotate(request, NOTED["note"], officer)
    request.refresh_from_db()
    second = agreements.issue(request, typeset=True)
    agreement = agreements.countersign(agreements.accept(second), typeset=True)
    signing.end(agreement, agreement.in_force_on, officer)
    request.refresh_from_db()
    dpa.move(request, "closed", officer)
    mailing.pump.func()
    request.refresh_from_db()
    # The limitation period is over.
    ServiceProfile.objects.update(limitation_years=0)
    return request


def declined_with_traces(officer):
    """An upload that staff declined, with the reason."""
    request = agreements.uploaded(content=agreements.document(PERSON["name"]) + PERSON["name"].encode()).request
    request.refresh_from_db()
    dpa.decline(request, NOTED["reason"], officer)
    mailing.pump.func()
    request.refresh_from_db()
    return request


def objection_with_traces(officer):
    objection = objections.verified()
    mailing.pump.func()
    objecting.annotate(objection, f"Rang {objections.OBJECTOR['name']}.", officer)
    objection = objecting.take(objection, objecting.version(objection), officer)
    return objecting.close(objection, objecting.version(objection), "rejected", officer, "Tere, xylophon-4711!")


REQUESTER = {f"registry_dparequester.{name}" for name in PERSON}
SIGNED = {f"registry_signature.{name}" for name in agreements.CUSTOMER} | {"registry_agreementfile.content"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("made", "people", "places"),
    [
        (
            request_with_traces,
            (PERSON, agreements.CUSTOMER, EDITED, {"note": NOTED["note"]}),
            REQUESTER | SIGNED | {f"registry_dpadraft.{name}" for name in EDITED} | {"registry_dpanote.text"},
        ),
        (
            declined_with_traces,
            (PERSON, agreements.CUSTOMER, {"reason": NOTED["reason"]}),
            REQUESTER | SIGNED | {"registry_dpanote.text"},
        ),
        (
            objection_with_traces,
            (objections.OBJECTOR,),
            {f"registry_objector.{name}" for name in objections.OBJECTOR} | {"registry_objectionnote.text"},
        ),
    ],
)
def test_erasing_leaves_no_string_of_the_person_anywhere(officer, client, filed, settings, made, people, places):
    record = made(officer)
    LogEntry.objects.log_actions(officer.pk, [record], CHANGE, "Closed.", single_object=True)
    client.force_login(officer)
    texts = traces.strings(*people)
    before = held(texts)
    assert (told(before), places - before.keys()) == (set(texts), set())
    assert [name for name in before if name.startswith("mail/")] != []

    assert erasing.erase_named(f" {record.reference.lower()} ") is True

    assert held(texts) == {}
    assert not any(record.reference in path.read_text() for path in (settings.DATA_DIR / "mail").glob("*"))
    erased = type(record).objects.get()
    assert (erased.state, erased.language, erased.release_id) == (record.state, record.language, record.release_id)
    assert (erased.received_at, erased.ended_at) == (record.received_at, record.ended_at)
    assert list(Erasure.objects.values_list("reference", "erased_at")) == [(record.reference, erased.erased_at)]
    assert erasing.erase_named(record.reference) is False


@pytest.mark.django_db(transaction=True)
def test_what_stays_of_an_agreement_proves_it_and_names_nobody(officer, filed):
    record = request_with_traces(officer)
    before = {found.pk: found for found in record.agreements.all()}

    erasing.erase_named(record.reference, "retention")

    for found in record.agreements.all():
        old = before[found.pk]
        assert found.erased_at is not None
        for name in ("reference", "state", "release_id", "version_id", "country", "in_force_on", "ended_on", "way"):
            assert getattr(found, name) == getattr(old, name)
        for name in ("text_digest", "issued_digest", "signed_digest", "final_digest"):
            assert getattr(found, name) == getattr(old, name)
    kinds = list(record.events.order_by("number").values_list("kind", flat=True))
    assert kinds == [
        *("received", "verified", "issued", "issued", "accepted", "countersigned", "ended", "closed", "erased"),
    ]
    assert eventing.broken(record) == []


@pytest.mark.django_db(transaction=True)
def test_of_network_addresses_the_network_is_kept_but_for_the_evidence_of_an_acceptance(officer, filed):
    record = agreements.verified()
    dpa.submit(
        **{"token": "another", "language": "hu", "release": 3, "country": "HU", "region": "eu", **PERSON},
        address_from="198.51.100.66",
    )

    # agreements.verified() came from 192.0.2.77.
    assert held(["192.0.2.77", "198.51.100.66"]) == {}
    assert held(["192.0.2.0/24"]) == {"registry_dparequester.verified_from": {"192.0.2.0/24"}}
    assert held(["198.51.100.0/24"]) == {"registry_dparequester.received_from": {"198.51.100.0/24"}}
    erasing.erase_named(record.reference)
    assert held(["192.0.2.0/24"]) == {}


@pytest.mark.django_db(transaction=True)
def test_the_links_to_a_request_stand_in_mails_alone_and_open_nothing_after_it_is_erased(officer, filed):
    agreement = agreements.issued()
    mailing.pump.func()
    token = linking.token(agreement.request, "page")
    assert {name.partition("/")[0] for name in held([token])} == {"mail"}

    erasing.erase_named(agreement.request.reference)

    assert held([token]) == {}
    with pytest.raises(linking.NoLink):
        linking.opened(token, "page")


@pytest.mark.django_db(transaction=True)
def test_a_mail_of_a_kept_person_is_erased_with_them_alone(officer, filed):
    """Erasing one person leaves the other's agreement, documents and mails as they are."""
    agreement = agreements.in_force("one")
    other = submit("two", company="Else AG", email="else@example.com")
    mailing.pump.func()
    texts = traces.strings(agreements.CUSTOMER)
    before = held(texts)

    erasing.erase_named(other.reference)

    assert held(texts) == before != {}
    with pytest.raises(erasing.Kept):
        erasing.erase_named(agreement.request.reference)
    assert held(texts) == before


@pytest.mark.parametrize("reference", ["DPA-2222-2222", "OBJ-2222-2222", "", "x"])
def test_a_reference_that_nothing_has_is_told(db, reference):
    with pytest.raises(erasing.NoSuchReference):
        erasing.erase_named(reference)


# --- retention --------------------------------------------------------------------------------------------------------


def ended(days, **changed):
    request = submit(**changed)
    DpaRequest.objects.filter(pk=request.pk).update(
        state="closed", ended_at=timezone.now() - datetime.timedelta(days=days)
    )
    return request


def over(days=None, *, dry_run=False):
    """The references of those whose time is over."""
    return [due.reference for due in erasing.apply_retention(days, dry_run=dry_run).erased]


def test_retention_erases_what_ended_longer_ago_than_the_profile_says(db):
    due, young, waiting = ended(366, company="Due"), ended(364, company="Young"), submit(company="Waiting")

    assert over(dry_run=True) == [due.reference]
    assert Erasure.objects.count() == 0
    assert over() == [due.reference]
    assert over() == []
    assert set(DpaRequester.objects.values_list("request", flat=True)) == {young.pk, waiting.pk}
    assert over(363) == [young.reference]


NOW, DAY = timezone.now, datetime.timedelta(days=1)
LONG_AGO = datetime.timedelta(days=3000)


@pytest.mark.parametrize(
    ("state", "kept_days"),
    [("declined", 90), ("withdrawn", 90), ("expired", 90), ("closed", 365)],
)
def test_each_end_has_its_own_period(db, state, kept_days):
    request = enter(submit(), state, verified_at=NOW(), ended_at=NOW() - kept_days * DAY + datetime.timedelta(hours=1))
    assert over() == []

    DpaRequest.objects.update(ended_at=NOW() - kept_days * DAY)

    why = f"{state} more than {kept_days} days ago"
    assert erasing.apply_retention(dry_run=True).erased == [(request.reference, why)]
    assert over() == [request.reference]
    assert Erasure.objects.get().ground == "retention"


@pytest.mark.parametrize("state", ["verified", "in_review", "issued", "accepted", "countersigned"])
def test_a_request_in_which_somebody_has_still_to_act_is_kept_however_old(db, state):
    request = enter(submit(), state, received_at=NOW() - LONG_AGO, since=NOW() - LONG_AGO, verified_at=NOW() - LONG_AGO)
    if state == "countersigned":
        agreement(request)

    assert over() == []


def test_a_request_that_was_made_before_addresses_were_verified_waits_for_staff_however_old(db):
    enter(submit(), "received", received_at=NOW() - LONG_AGO, verify_by=None)

    assert over() == []


def test_what_nobody_verified_in_time_has_expired_and_is_erased_in_one_run(db):
    forgotten, fresh = submit(), submit(company="Fresh")
    enter(forgotten, "received", verify_by=NOW() - datetime.timedelta(seconds=1))

    why = "nobody verified the address in time"
    assert erasing.apply_retention(dry_run=True).erased == [(forgotten.reference, why)]
    assert DpaRequest.objects.get(pk=forgotten.pk).state == "received"
    assert over() == [forgotten.reference]

    forgotten.refresh_from_db()
    assert (forgotten.state, forgotten.erased_at is not None) == ("expired", True)
    assert list(forgotten.events.order_by("number").values_list("kind", flat=True)) == ["received", "expired", "erased"]
    assert DpaRequester.objects.get().request == fresh
    # Nobody knows whose address it is: it is told nothing.
    assert set(forgotten.deliveries.values_list("kind", "state")) == {("dpa-check", "cancelled")}


def test_what_the_worker_let_expire_unverified_is_erased_the_next_time(db):
    request = submit()
    enter(request, "received", verify_by=NOW() - DAY)
    dpa.expire(request)

    assert over() == [request.reference]


def test_an_offer_to_an_address_that_nobody_verified_expires_like_any_other(db):
    """Staff took it up and issued a document: it is no forgotten form."""
    request = enter(submit(), "expired", verified_at=None)
    agreement(request, "lapsed")

    assert over() == []
    DpaRequest.objects.update(ended_at=NOW() - 91 * DAY)
    assert over() == [request.reference]


def test_who_verifies_or_is_taken_up_between_the_look_and_the_erasure_stays(db, monkeypatch):
    verified, reopened = submit(), enter(submit(company="Else AG"), "declined", ended_at=NOW() - 91 * DAY)
    enter(verified, "received", verify_by=NOW() - DAY)
    real = erasing._over

    def slow(periods):
        found = list(real(periods))
        enter(verified, "verified")
        enter(reopened, "in_review")
        return found

    monkeypatch.setattr(erasing, "_over", slow)

    assert over() == []
    assert DpaRequester.objects.count() == 2


@pytest.mark.parametrize("state", ["closed", "declined", "withdrawn", "expired"])
def test_an_agreement_keeps_its_request_past_every_period_and_the_list_says_so(db, state):
    request = enter(submit(), state, verified_at=NOW() - LONG_AGO, ended_at=NOW() - LONG_AGO)
    found = agreement(request, "ended", ended_on=timezone.localdate() - 364 * DAY)

    done = erasing.apply_retention()

    assert (done.erased, done.failed) == ([], [])
    days = 365 if state == "closed" else 90
    assert done.held == [
        (request.reference, f"{state} more than {days} days ago, but kept for {found.reference}"),
    ]
    assert str(done) == "People erased: 0, kept for an agreement: 1, failed: 0"
    assert DpaRequester.objects.count() == 1


def test_once_claims_are_time_barred_all_of_it_goes_also_where_nobody_closed_the_request(db):
    closed, left = (enter(submit(company=name), name) for name in ("closed", "countersigned"))
    DpaRequest.objects.filter(pk=closed.pk).update(ended_at=NOW() - LONG_AGO)
    for request in (closed, left):
        agreement(request, "ended", ended_on=timezone.localdate() - LONG_AGO)
    ServiceProfile.objects.update(limitation_years=9)
    assert over() == []

    ServiceProfile.objects.update(limitation_years=8)

    done = erasing.apply_retention()
    assert done.erased == [
        (closed.reference, "closed more than 365 days ago"),
        (left.reference, "its agreement has ended and claims are time-barred"),
    ]
    assert (AgreementFile.objects.count(), Signature.objects.count()) == (0, 0)


def test_a_number_of_days_that_is_given_counts_for_every_end_but_for_no_agreement(db):
    declined = enter(submit(), "declined", verified_at=NOW(), ended_at=NOW() - 6 * DAY)
    kept = enter(submit(company="Kept"), "closed", ended_at=NOW() - 6 * DAY)
    agreement(kept)

    assert over(7) == []
    done = erasing.apply_retention(5)

    assert [due.reference for due in done.erased] == [declined.reference]
    assert [due.reference for due in done.held] == [kept.reference]


def test_retention_erases_closed_objections_and_those_that_nobody_verified(db):
    day, now = datetime.timedelta(days=1), timezone.now()
    closed, waiting, forgotten, fresh = (objections.submit(name) for name in ("one", "two", "three", "four"))
    rows = Objection.objects
    rows.filter(pk=closed.pk).update(state="closed", outcome="rejected", ended_at=now - 366 * day)
    rows.filter(pk=waiting.pk).update(state="answered", received_at=now - 900 * day)
    rows.filter(pk=forgotten.pk).update(received_at=now - (objecting.UNVERIFIED_DAYS + 1) * day)
    rows.filter(pk=fresh.pk).update(received_at=now - (objecting.UNVERIFIED_DAYS - 1) * day)

    assert over() == [closed.reference, forgotten.reference]
    assert set(Objector.objects.values_list("objection", flat=True)) == {waiting.pk, fresh.pk}


def test_retention_erases_subscribers_who_left_and_those_who_never_confirmed(db):
    day, now = datetime.timedelta(days=1), timezone.now()
    left, told, forgotten, fresh, back = (
        notifying.ask(token=name, email=f"{name}@example.com", language="et", scope="all")
        for name in ("one", "two", "three", "four", "five")
    )
    rows = Subscriber.objects
    left_long_ago = {"state": "unsubscribed", "ended_at": now - 366 * day}
    rows.filter(pk=left.pk).update(**left_long_ago, asked_at=now - 400 * day)
    # Asked again yesterday: the mail that asks to confirm is on its way.
    rows.filter(pk=back.pk).update(**left_long_ago, asked_at=now - day)
    rows.filter(pk=told.pk).update(state="confirmed", asked_at=now - 900 * day)
    rows.filter(pk=forgotten.pk).update(asked_at=now - 8 * day)
    rows.filter(pk=fresh.pk).update(asked_at=now - 6 * day)

    assert over() == [left.reference, forgotten.reference]
    assert erasing.erase_named(told.reference) is True
    assert set(SubscriberIdentity.objects.values_list("subscriber", flat=True)) == {fresh.pk, back.pk}


def test_retention_clears_old_counters_and_finished_tasks(db):
    now, day = timezone.now(), datetime.timedelta(hours=26, seconds=1)
    Attempt.objects.create(scope="dpa", origin="old", at=now - day)
    Attempt.objects.create(scope="dpa", origin="new", at=now)
    submit()
    submit(company="Else AG")
    old = DBTaskResult.objects.first()
    DBTaskResult.objects.filter(pk=old.pk).update(status="SUCCESSFUL", finished_at=now - day)

    erasing.apply_retention()

    assert list(Attempt.objects.values_list("origin", flat=True)) == ["new"]
    assert list(DBTaskResult.objects.values_list("status", flat=True)) == ["READY"]


def pages(*tables):
    """The bytes that PostgreSQL holds on disk for these tables, long values included; a superuser may look."""
    whole = b""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone() != (True,):
            pytest.skip("only a superuser may read the files of PostgreSQL")
        cursor.execute("CHECKPOINT")
        for table in tables:
            cursor.execute(
                "SELECT pg_read_binary_file(pg_relation_filepath(oid)) FROM pg_class WHERE oid = %s::regclass OR oid = "
                "(SELECT reltoastrelid FROM pg_class WHERE oid = %s::regclass)",
                [table, table],
            )
            whole += b"".join(bytes(content) for (content,) in cursor.fetchall())
    return whole


def vacuumed():
    """When each table that may hold a person was last vacuumed at somebody's word."""
    tables = [model._meta.db_table for model in erasing._PERSONAL]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT relname, last_vacuum FROM pg_stat_user_tables WHERE schemaname = 'public' AND relname = ANY(%s)",
            [tables],
        )
        return dict(cursor.fetchall())


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite overwrites what it deletes")
def test_the_retention_of_the_day_frees_the_pages_of_every_table_that_may_hold_a_person():
    asked = timezone.now()

    erasing.apply_retention()

    at = vacuumed()
    assert at.keys() == {model._meta.db_table for model in erasing._PERSONAL}
    assert [table for table, moment in at.items() if moment is None or moment < asked] == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite overwrites what it deletes")
def test_after_the_retention_of_the_day_the_pages_of_postgresql_hold_nobody_either(officer, filed):
    record = request_with_traces(officer)
    tables = ("registry_dparequester", "registry_dpanote", "registry_signature", "registry_agreementfile")
    texts = traces.strings({"name": PERSON["name"], "signed": agreements.CUSTOMER["name"], "note": NOTED["note"]})
    before = pages(*tables)
    assert [text for text in texts if text.encode() not in before] == []
    # Documents are there compressed, by a way of PostgreSQL's own.
    pieces = traces.windows(pages("registry_agreementfile"))
    assert len(pieces) > 5

    erasing.erase_named(record.reference)
    assert erasing.apply_retention().failed == []

    left = pages(*tables)
    assert [text for text in texts if text.encode() in left] == []
    assert [piece for piece in pieces if piece in left] == []


@pytest.mark.django_db(transaction=True)
def test_retention_removes_a_file_that_a_dying_worker_left_behind(filed, settings):
    request = submit()
    mailing.pump.func()
    left = {path.name: path.read_bytes() for path in (settings.DATA_DIR / "mail").iterdir()}
    dpa.erase(request)
    for name, text in left.items():
        (settings.DATA_DIR / "mail" / name).write_bytes(text)

    erasing.apply_retention()

    assert list((settings.DATA_DIR / "mail").iterdir()) == []


# --- after a restore --------------------------------------------------------------------------------------------------


def test_a_restored_backup_is_erased_again_at_the_time_that_the_log_says(db):
    request, other, objection = submit(), submit(company="Else AG"), objections.submit()
    at = timezone.now() - datetime.timedelta(days=7)
    log = [
        (request.reference, at, "request"),
        (objection.reference, at, "retention"),
        ("DPA-2222-3333", at, ""),
    ]

    assert erasing.replay_erasures(log) == [request.reference, objection.reference]
    assert erasing.replay_erasures(log) == []

    request.refresh_from_db()
    objection.refresh_from_db()
    assert request.erased_at == objection.erased_at == at
    assert list(DpaRequester.objects.values_list("request", flat=True)) == [other.pk]
    assert Objector.objects.count() == 0
    assert set(Erasure.objects.values_list("reference", "erased_at", "ground")) == set(log)


@pytest.mark.django_db(transaction=True)
def test_a_backup_in_which_an_agreement_is_still_in_force_is_erased_by_the_log_all_the_same(officer, filed):
    """What ended the agreement is younger than the backup; its person was erased after it, and has to stay so."""
    record = agreements.in_force().request
    mailing.pump.func()
    texts = traces.strings(PERSON, agreements.CUSTOMER)
    at = timezone.now() - datetime.timedelta(days=7)
    with pytest.raises(erasing.Kept):
        erasing.erase_named(record.reference)

    assert erasing.replay_erasures([(record.reference, at, "retention")]) == [record.reference]

    assert held(texts) == {}
    found = record.agreements.get()
    assert (found.state, found.erased_at) == ("in_force", at)
    assert Erasure.objects.get().ground == "retention"
    assert eventing.broken(record) == []
    assert erasing.replay_erasures() == []


def test_one_who_has_been_erased_is_neither_kept_nor_due_again(db):
    request = enter(submit(), "closed", ended_at=timezone.now() - LONG_AGO)
    agreement(request)
    erasing.replay_erasures([(request.reference, timezone.now(), "request")])

    done = erasing.apply_retention()

    assert (done.erased, done.held) == ([], [])
    assert erasing.erase_named(request.reference) is False


@pytest.mark.django_db(transaction=True)
def test_erasing_leaves_no_address_of_a_subscriber_anywhere(officer, client, filed, settings):
    subscriber = subscribers.subscribe()
    subscribers.ask(token="quokka-form-0815")
    mailing.pump.func()
    texts = [subscribers.EMAIL, subscribers.EMAIL.lower(), subscriber.identity.secret]
    LogEntry.objects.log_actions(officer.pk, [subscriber], CHANGE, "Looked at.", single_object=True)
    assert told(held(texts)) == set(texts)

    assert erasing.erase_named(subscriber.reference) is True

    assert held([*texts, "quokka-form-0815"]) == {}
    assert not any(subscriber.reference in path.read_text() for path in (settings.DATA_DIR / "mail").glob("*"))
    assert list(Erasure.objects.values_list("reference", "ground")) == [(subscriber.reference, "request")]
    assert erasing.erase_named(subscriber.reference) is False
