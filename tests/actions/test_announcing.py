import datetime
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail as outbox
from django.db import connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from registry.actions import announcing, claiming, mailing, notifying
from registry.actions.claiming import Hand
from registry.actions.correcting import correct
from registry.actions.entering import CannotPublish
from registry.actions.publishing import publish
from registry.actions.withdrawing import withdraw
from registry.models import Announcement, Delivery, PolicySection, Release, ServiceProfile, Subprocessor, Subscriber
from tests.objections import announce
from tests.releases import REASON
from tests.subscribers import ask, subscribe


def mails(release=None):
    found = Delivery.objects.filter(kind="announcement")
    return found.filter(release=release) if release else found


def told(release):
    return set(mails(release).values_list("subscriber__identity__email", flat=True))


def states():
    return list(mails().order_by("id").values_list("state", flat=True))


def pumps():
    return DBTaskResult.objects.filter(task_path="registry.actions.mailing.pump", status="READY")


def reword():
    section = PolicySection.objects.listed().first()
    for code in ("en", "da", "et", "hu", "lv", "pt_br"):
        setattr(section, f"heading_{code}", f"{getattr(section, f'heading_{code}')} 2")
    section.save()
    return f"sections/{section.key}/heading"


# --- who is told ------------------------------------------------------------------------------------------------------


def test_publishing_queues_a_mail_to_every_subscriber_in_their_language(db):
    subscribe("anna@example.com", language="et")
    subscribe("jens@example.com", language="da")
    # German is not public.
    subscribe("otto@example.com", language="de")
    DBTaskResult.objects.all().delete()

    release = announce()

    rows = (
        mails()
        .order_by("id")
        .values_list(
            "subscriber__identity__email", "language", "release", "priority", "state", "attempts", "event", "problem"
        )
    )
    assert list(rows) == [
        ("anna@example.com", "et", release.number, 2, "queued", 0, "", ""),
        ("jens@example.com", "da", release.number, 2, "queued", 0, "", ""),
        ("otto@example.com", "en", release.number, 2, "queued", 0, "", ""),
    ]
    assert Announcement.objects.get().release == release
    assert pumps().count() == 1


def test_whoever_has_not_confirmed_or_has_ended_or_is_erased_is_not_told(db):
    ask("pending@example.com")
    notifying.unsubscribe(subscribe("gone@example.com"))
    notifying.suppress(subscribe("bounced@example.com"))
    notifying.erase(subscribe("erased@example.com"))
    subscribe("anna@example.com")

    assert told(announce()) == {"anna@example.com"}


def test_without_subscribers_nothing_is_queued_and_the_announcement_is_kept(db):
    DBTaskResult.objects.all().delete()

    release = announce()

    assert (mails().count(), pumps().count(), Announcement.objects.get().pk) == (0, 0, release.number)


def test_it_is_one_statement_however_many_there_are(db, django_assert_num_queries):
    for number in range(30):
        subscribe(f"anna.{number}@example.com")
    release = announce()
    mails().delete()

    # The release that it changes, and the statement itself.
    with django_assert_num_queries(2):
        assert announcing._queue(release, announcing.decode(release.content)) == 30


@pytest.fixture
def everyone(db):
    """A subscriber for each choice."""
    subscribe("all@example.com")
    subscribe("ahead@example.com", scope="announcements")
    subscribe("eu@example.com", scope="regions", regions=["eu"])
    subscribe("us@example.com", scope="regions", regions=["us"])
    subscribe("both@example.com", scope="regions", regions=["eu", "us"])


def of(*names):
    return {f"{name}@example.com" for name in names}


def add_subprocessor(region):
    from registry.models import ProcessingLocation, Region

    new = Subprocessor.objects.create(key="new", legal_name="New, Inc.", country="US", kind="infrastructure")
    place = ProcessingLocation(key="new-place", subprocessor=new, territory="US", use="hosting")
    place.region = Region.objects.get(key=region)
    place.save()


def test_a_change_of_one_region_is_not_told_to_whoever_chose_another(everyone):
    add_subprocessor("us")

    assert told(publish()) == of("all", "ahead", "us", "both")


def test_its_withdrawal_is_told_to_the_same_people(everyone):
    add_subprocessor("us")
    release = publish()

    assert told(withdraw(release.number, reason=REASON)) == of("all", "ahead", "us", "both")


def test_an_urgent_replacement_is_told_to_whoever_asked_for_announcements(everyone):
    add_subprocessor("us")

    assert told(publish(kind="urgent", reason=REASON)) == of("all", "ahead", "us", "both")


def test_a_removal_at_once_is_not_told_to_whoever_asked_for_announcements_alone(everyone):
    gone = Subprocessor.objects.filter(listed=True).last()
    gone.listed = False
    gone.save()
    today = ServiceProfile.load().today()

    assert "ahead@example.com" not in told(publish(in_force_on=today))
    assert "all@example.com" in told(Release.objects.newest())


def test_a_correction_is_told_to_all_but_those_and_once_though_it_makes_two_releases(everyone):
    announced = announce()
    corrected, again = correct([reword()])

    assert again.ends == announced
    assert told(corrected) == of("all", "eu", "us", "both")
    assert (told(again), Announcement.objects.filter(pk=again.pk).exists()) == (set(), False)


def test_nobody_is_told_of_an_archive(empty_registry):
    from registry.actions.sample import load_sample

    assert Announcement.objects.count() == 0
    load_sample()
    assert (Release.objects.count(), Announcement.objects.count(), mails().count()) == (3, 0, 0)


# --- before and after the commit --------------------------------------------------------------------------------------


def test_what_is_not_published_tells_nobody(db):
    subscribe()
    DBTaskResult.objects.all().delete()

    with pytest.raises(CannotPublish):
        publish()
    with transaction.atomic():
        announce()
        transaction.set_rollback(True)

    assert (mails().count(), pumps().count(), Announcement.objects.count()) == (0, 0, 0)


def test_each_subscriber_gets_one_mail_in_their_language_with_the_way_out(db):
    subscribe("anna@example.com", language="et")
    subscribe("jens@example.com", language="da")
    release = announce()

    mailing.pump.func()
    mailing.pump.func()

    assert states() == ["sent", "sent"]
    found = {message.to[0]: message for message in outbox.outbox}
    assert sorted(found) == ["anna@example.com", "jens@example.com"]
    for address, language in (("anna@example.com", "et"), ("jens@example.com", "da")):
        message = found[address]
        assert message.extra_headers["Content-Language"] == language
        assert f"/{language}/object/{release.number}/" in message.body
        assert f"/{language}/subscribe/preferences/" in message.body
        assert "Example GmbH" in message.body
        assert release.digest in message.body
    assert (
        found["anna@example.com"].extra_headers["Message-ID"] != found["jens@example.com"].extra_headers["Message-ID"]
    )


def test_whoever_unsubscribes_while_mails_wait_is_not_told(db):
    subscriber = subscribe()
    announce()
    # A cancellation that came too late to reach the row.
    Subscriber.objects.filter(pk=subscriber.pk).update(state="unsubscribed", ended_at=timezone.now())

    mailing.pump.func()

    assert (outbox.outbox, states()) == ([], ["cancelled"])


# --- pausing ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def release(db):
    for number in range(3):
        subscribe(f"anna.{number}@example.com")
    return announce()


def test_what_is_paused_is_not_sent_until_it_is_resumed(release, admin_user):
    assert announcing.pause(release.number, admin_user) is True
    assert announcing.pause(release.number, admin_user) is False
    mailing.pump.func()
    assert (outbox.outbox, states()) == ([], ["paused"] * 3)

    DBTaskResult.objects.all().delete()
    assert announcing.resume(release.number, admin_user) is True
    assert announcing.resume(release.number, admin_user) is False
    assert pumps().count() == 1
    mailing.pump.func()

    assert (len(outbox.outbox), states()) == (3, ["sent"] * 3)
    assert [(record.paused_at is None, record.history_user) for record in Announcement.history.all()] == [
        (True, admin_user),
        (False, admin_user),
        (True, None),
    ]


def test_what_a_worker_has_in_hand_is_paused_too(release, monkeypatch):
    monkeypatch.setattr(claiming, "LOOK", datetime.timedelta(0))
    send = mailing.Postbox.send

    def pausing(box, message):
        announcing.pause(release.number)
        send(box, message)

    monkeypatch.setattr(mailing.Postbox, "send", pausing)

    mailing.pump.func()

    assert (len(outbox.outbox), states()) == (1, ["sent", "paused", "paused"])


def test_what_is_resumed_while_a_worker_holds_it_back_is_queued(release):
    with Hand() as hand:
        delivery = hand.next()
        announcing.pause(release.number)
        announcing.resume(release.number)
        mailing._hold(delivery, hand)

    assert states() == ["queued"] * 3


def test_a_mail_that_waits_for_the_server_is_paused_once_it_is_due(release):
    announcing.pause(release.number)
    mails().filter(pk=mails().first().pk).update(state="queued")

    mailing.pump.func()

    assert (outbox.outbox, states()) == ([], ["paused"] * 3)


def test_what_was_refused_for_good_can_be_queued_again(release):
    mails().update(state="failed", problem="SMTP 550")
    DBTaskResult.objects.all().delete()

    assert announcing.send_refused_again(release.number) == 3
    assert announcing.send_refused_again(release.number) == 0

    assert set(mails().values_list("state", "problem")) == {("queued", "")}
    assert pumps().count() == 1


def test_what_was_refused_stays_with_what_is_paused(release):
    announcing.pause(release.number)
    mails().update(state="failed")

    announcing.send_refused_again(release.number)

    assert states() == ["paused"] * 3


# --- many at once -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="threads need a server; SQLite has one writer at a time")
def test_two_workers_share_the_work(settings, monkeypatch):
    from tests.smtp import sink

    monkeypatch.setattr(claiming, "BATCH", 10)
    for number in range(120):
        subscribe(f"anna.{number}@example.com")
    announce()
    Delivery.objects.exclude(kind="announcement").delete()

    def work(_number):
        try:
            mailing.pump.func()
        finally:
            connection.close()

    with sink() as server:
        settings.MAILERS = {
            "default": {
                "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "OPTIONS": {"host": "127.0.0.1", "port": server.port, "timeout": 5},
            }
        }
        while mails().filter(state="queued").exists():
            with ThreadPoolExecutor(2) as threads:
                list(threads.map(work, range(2)))
        ids = server.message_ids()

    assert (len(ids), len(set(ids))) == (120, 120)
    assert set(mails().values_list("state", "attempts")) == {("sent", 1)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has one writer at a time")
def test_a_subscriber_who_changes_their_choices_meanwhile_waits_and_stops_no_publication(monkeypatch):
    subscriber = subscribe(language="et")
    insert, thread, waiting = announcing._insert, ThreadPoolExecutor(1), []

    def choose():
        try:
            return notifying.choose(subscriber, language="da", scope="all")
        finally:
            connection.close()

    def meanwhile(*arguments, **values):
        waiting.append(thread.submit(choose))
        time.sleep(0.5)
        assert not waiting[0].done()
        return insert(*arguments, **values)

    monkeypatch.setattr(announcing, "_insert", meanwhile)

    announce()

    assert waiting[0].result(20) is True
    assert list(mails().values_list("language", "state")) == [("et", "queued")]
    subscriber.refresh_from_db()
    assert subscriber.language == "da"
    thread.shutdown()
