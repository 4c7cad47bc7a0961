from datetime import timedelta
from threading import Thread

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from registry.actions import mailing, notifying
from registry.exchange import subscriber_link
from registry.models import Delivery, Erasure, Release, Subscriber, SubscriberIdentity
from tests.subscribers import EMAIL, ask, link, subscribe

DAY = timedelta(days=1)


def kinds(subscriber):
    return list(subscriber.deliveries.order_by("id").values_list("kind", flat=True))


def history(subscriber):
    return list(Subscriber.history.filter(id=subscriber.pk).order_by("history_id").values_list("state", flat=True))


def token(subscriber, purpose):
    return link(subscriber, purpose).split("/")[-2]


# --- asking -----------------------------------------------------------------------------------------------------------


def test_asking_keeps_the_address_apart_and_sends_a_mail_that_asks_back(db):
    subscriber = ask(scope="regions", regions=["us", "eu", "us"])

    assert (subscriber.state, subscriber.language, subscriber.scope, subscriber.regions) == (
        "pending",
        "et",
        "regions",
        "eu us",
    )
    identity = SubscriberIdentity.objects.get()
    assert (identity.subscriber, identity.email, identity.mailbox) == (subscriber, EMAIL, EMAIL.lower())
    delivery = Delivery.objects.get()
    assert (delivery.kind, delivery.language, delivery.priority, delivery.state) == ("confirmation", "et", 0, "queued")
    assert not Subscriber.objects.confirmed().exists()


def test_regions_count_only_where_they_are_chosen(db):
    assert ask(scope="all", regions=["eu"]).regions == ""


def test_the_same_form_twice_is_one_mail_and_one_entry_of_the_history(db):
    first, second = ask(token="one form"), ask(token="one form")

    assert (first, kinds(first), history(first)) == (second, ["confirmation"], ["pending"])


def test_the_queue_holds_no_token_and_no_address(db):
    subscriber = ask(token="one form")

    row = str(list(Delivery.objects.values())) + str(subscriber) + str(subscriber.identity)
    assert "one form" not in row
    assert EMAIL.lower() not in row.lower()


def test_what_is_asked_last_counts_until_it_is_confirmed(db):
    ask(language="hu")
    subscriber = ask(EMAIL.upper(), language="lv", scope="announcements")

    assert (subscriber.language, subscriber.scope, subscriber.identity.email) == ("lv", "announcements", EMAIL.upper())
    assert (Subscriber.objects.count(), kinds(subscriber)) == (1, ["confirmation", "confirmation"])


def test_nobody_changes_what_a_confirmed_subscriber_is_told(db):
    subscriber = subscribe(scope="all")
    ask(EMAIL.upper(), language="lv", scope="announcements")

    subscriber = Subscriber.objects.get()
    assert (subscriber.language, subscriber.scope, subscriber.state) == ("et", "all", "confirmed")
    assert subscriber.identity.email == EMAIL
    assert kinds(subscriber) == ["confirmation", "preferences"]
    assert subscriber.deliveries.get(kind="preferences").language == "lv"


def test_a_mailbox_gets_three_such_mails_a_day_and_no_more(db):
    for _time in range(5):
        subscriber = ask()
    ask("somebody.else@marjamaa.example")

    assert len(kinds(subscriber)) == notifying.ASKED_MAILS_A_DAY == 3
    assert Delivery.objects.count() == 4
    subscriber.deliveries.update(due_at=timezone.now() - DAY)
    ask()
    assert len(kinds(subscriber)) == 4


def test_whoever_has_left_is_asked_again_and_is_told_nothing_before_they_confirm(db):
    subscriber = subscribe()
    notifying.unsubscribe(subscriber)

    again = ask(language="hu")

    assert (again, again.state, again.ended_at is not None) == (subscriber, "unsubscribed", True)
    assert not Subscriber.objects.confirmed().exists()
    assert notifying.mail(again.deliveries.last()) is not None
    notifying.confirm(again)
    again.refresh_from_db()
    assert (again.state, again.ended_at, again.language) == ("confirmed", None, "hu")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_who_ask_for_one_mailbox_at_the_same_moment_make_one_subscription():
    failed = []

    def one(number):
        try:
            ask(EMAIL.upper() if number % 2 else EMAIL)
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=one, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert (Subscriber.objects.count(), SubscriberIdentity.objects.count()) == (1, 1)
    assert Delivery.objects.count() == 3


# --- links ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", ["confirm", "preferences", "unsubscribe"])
def test_a_link_finds_its_subscriber_and_ends_with_the_address(db, purpose):
    subscriber = subscribe()
    subscribe("other@marjamaa.example")
    held = token(subscriber, purpose)

    assert notifying.of_link(purpose, held) == subscriber
    notifying.erase(subscriber)
    with pytest.raises(subscriber_link.Forged):
        notifying.of_link(purpose, held)


def test_links_for_mails_need_no_query_where_the_subscriber_is_loaded(db, django_assert_num_queries):
    subscribe()
    identity = SubscriberIdentity.objects.select_related("subscriber").get()

    with django_assert_num_queries(0):
        links = notifying.links(identity, "hu")

    assert links.preferences == "http://127.0.0.1:8000" + link(identity.subscriber, "preferences", "hu")
    assert links.unsubscribe == "http://127.0.0.1:8000" + link(identity.subscriber, "unsubscribe", "hu")


def test_confirming_twice_is_once(db):
    subscriber = ask()

    assert (notifying.confirm(subscriber), notifying.confirm(subscriber)) == (True, False)
    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.confirmed_at is not None, history(subscriber)) == (
        "confirmed",
        True,
        ["pending", "confirmed"],
    )


def test_choosing_what_was_chosen_already_makes_no_history(db):
    subscriber = subscribe()

    assert notifying.choose(subscriber, language="hu", scope="regions", regions=["us"])
    assert not notifying.choose(subscriber, language="hu", scope="regions", regions=["us"])
    assert len(history(subscriber)) == 3


def test_unsubscribing_ends_at_once_what_waits_to_be_sent(db):
    subscriber = subscribe()
    other = subscribe("other@marjamaa.example")
    for told in (subscriber, other):
        Delivery.objects.create(kind="announcement", subscriber=told, release=Release.objects.get(number=3), priority=2)

    assert notifying.unsubscribe(subscriber)
    assert not notifying.unsubscribe(subscriber)

    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.ended_at is not None) == ("unsubscribed", True)
    assert subscriber.deliveries.get(kind="announcement").state == "cancelled"
    assert other.deliveries.get(kind="announcement").state == "queued"
    assert subscriber.deliveries.get(kind="confirmation").state == "sent"


@pytest.mark.parametrize("state", ["pending", "unsubscribed"])
def test_only_who_is_told_can_be_suppressed(db, state):
    subscriber = ask() if state == "pending" else subscribe()
    if state == "unsubscribed":
        notifying.unsubscribe(subscriber)

    assert not notifying.suppress(subscriber)
    subscriber.refresh_from_db()
    assert subscriber.state == state


# --- erasing ----------------------------------------------------------------------------------------------------------


def test_erasing_leaves_what_names_nobody(db):
    subscriber = subscribe()
    ask()

    assert (notifying.erase(subscriber), notifying.erase(subscriber)) == (True, False)

    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.ended_at is not None, subscriber.erased_at is not None) == (
        "unsubscribed",
        True,
        True,
    )
    assert SubscriberIdentity.objects.count() == 0
    assert Erasure.objects.get().reference == subscriber.reference
    assert sorted(Delivery.objects.values_list("kind", "state")) == [
        ("confirmation", "sent"),
        ("preferences", "cancelled"),
    ]


def test_an_address_that_nobody_confirmed_was_never_subscribed(db):
    subscriber = ask()
    notifying.erase(subscriber)

    subscriber.refresh_from_db()
    assert (subscriber.state, subscriber.ended_at, subscriber.erased_at is not None) == ("pending", None, True)


def test_whoever_comes_back_after_an_erasure_is_somebody_new(db):
    first = subscribe()
    notifying.erase(first)

    assert ask() != first
    assert not notifying.confirm(first)
    assert not notifying.choose(first, language="hu", scope="all")


# --- mails ------------------------------------------------------------------------------------------------------------


def test_the_mails_are_sent_in_the_language_of_the_form(db):
    subscriber = ask(language="hu")
    mailing.pump.func()

    (asked,) = mail.outbox
    assert asked.to == [EMAIL]
    assert link(subscriber, "confirm", "hu").rpartition(".")[0].rpartition(".")[0] in asked.body
    assert asked.extra_headers["Content-Language"] == "hu"
    notifying.confirm(subscriber)
    ask(language="lv")
    mailing.pump.func()
    assert link(subscriber, "preferences", "lv") in mail.outbox[1].body


@pytest.mark.parametrize("why", ["erased", "confirmed meanwhile"])
def test_a_mail_that_nobody_needs_any_more_is_not_sent(db, why):
    subscriber = ask()
    if why == "erased":
        notifying.erase(subscriber)
    else:
        notifying.confirm(subscriber)

    assert notifying.mail(subscriber.deliveries.get()) is None


def test_who_unsubscribed_meanwhile_gets_no_link_to_preferences(db):
    subscriber = subscribe()
    ask()
    notifying.unsubscribe(subscriber)

    assert notifying.mail(subscriber.deliveries.get(kind="preferences")) is None
