from base64 import b64encode
from datetime import UTC, datetime, timedelta
from types import ModuleType, SimpleNamespace

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from registry.exchange import message_id
from registry.models import Delivery, Release, Subscriber
from registry.public import mail_events
from tests.subscribers import EMAIL, subscribe


@pytest.fixture
def told(db):
    subscriber = subscribe()
    Subscriber.objects.update(confirmed_at=timezone.now() - timedelta(days=1))
    sent = {"state": "sent", "sent_at": timezone.now(), "priority": 2}
    release = Release.objects.get(number=3)
    return Delivery.objects.create(kind="announcement", subscriber=subscriber, release=release, **sent)


def tell(told, event_type="bounced", **changed):
    """As django-anymail tells it; the provider's number of the mail is none of ours."""
    event = {
        "event_type": event_type,
        "timestamp": datetime.now(UTC),
        "message_id": "0a1b2c",
        "metadata": {"message_id": message_id.make(told.pk)},
        "recipient": EMAIL,
        "reject_reason": "bounced",
        "mta_response": "smtp; 550 5.1.1 no such user",
        "esp_event": {},
    }
    mail_events.tracked(sender=None, event=SimpleNamespace(**{**event, **changed}), esp_name="Provider")
    return Delivery.objects.get(pk=told.pk).state, Subscriber.objects.get().state


GONE, AS_BEFORE = ("bounced", "suppressed"), ("sent", "confirmed")


@pytest.mark.parametrize(
    ("changed", "states"),
    [
        ({}, GONE),
        ({"metadata": None}, GONE),
        ({"metadata": {}, "recipient": "", "message_id": ""}, AS_BEFORE),
        ({"metadata": {}, "recipient": "other@marjamaa.example"}, AS_BEFORE),
        ({"mta_response": "smtp; 552 5.2.2 mailbox full"}, AS_BEFORE),
        ({"mta_response": "550 5.7.1 blocked", "esp_event": {"Type": "HardBounce"}}, AS_BEFORE),
        ({"mta_response": None}, AS_BEFORE),
        ({"mta_response": None, "reject_reason": "invalid"}, GONE),
        ({"mta_response": None, "esp_event": {"Type": "HardBounce"}}, GONE),
        ({"mta_response": "no such user", "esp_event": {"bounce": {"bounceType": "Permanent"}}}, GONE),
        ({"mta_response": None, "esp_event": {"Type": "SoftBounce"}}, AS_BEFORE),
        ({"event_type": "rejected"}, GONE),
        ({"event_type": "deferred"}, AS_BEFORE),
        ({"event_type": "delivered"}, AS_BEFORE),
        ({"event_type": "opened"}, AS_BEFORE),
    ],
)
def test_only_a_final_bounce_of_our_mail_counts(told, changed, states):
    assert tell(told, **changed) == states


@pytest.mark.parametrize("event_type", ["complained", "unsubscribed"])
def test_a_complaint_is_an_unsubscription(told, event_type):
    assert tell(told, event_type) == ("sent", "unsubscribed")


def test_without_a_secret_there_is_no_webhook(client, db):
    assert mail_events.urlpatterns() == []
    assert client.post("/anymail/postmark/tracking/", "{}", content_type="application/json").status_code == 404


@override_settings(ANYMAIL={"WEBHOOK_SECRET": "hook:" + "x" * 30})
def test_with_a_secret_there_are_those_that_tell_what_became_of_a_mail():
    (tree,) = mail_events.urlpatterns()
    names = {str(pattern.name) for pattern in tree.url_patterns}

    assert {"postmark_tracking_webhook", "mailgun_tracking_webhook", "amazon_ses_tracking_webhook"} <= names
    assert [name for name in names if "inbound" in name] == []


# --- through the door, as a provider posts it -------------------------------------------------------------------------

SECRET = "hook:" + "x" * 30


@pytest.fixture
def webhook(client, told):
    """Posts a bounce as Postmark does, with a secret."""
    from anymail.signals import tracking

    with override_settings(ANYMAIL={"WEBHOOK_SECRET": SECRET}, INSTALLED_APPS=[*settings.INSTALLED_APPS, "anymail"]):
        urls = ModuleType("urls_with_webhooks")
        urls.urlpatterns = mail_events.urlpatterns()
        urls.handler400 = "registry.public.errors.bad_request"
        told_by = {"Type": "HardBounce", "Details": "550 5.1.1 unknown", "BouncedAt": "2026-11-23T10:00:00Z"}
        event = {"RecordType": "Bounce", "Email": EMAIL, "MessageID": "0a1b", "ID": 1, **told_by}
        event["Metadata"] = {"message_id": message_id.make(told.pk)}

        def post(secret):
            authorization = "Basic " + b64encode(secret.encode()).decode()
            return client.post(
                "/anymail/postmark/tracking/", event, "application/json", headers={"Authorization": authorization}
            )

        with override_settings(ROOT_URLCONF=urls):
            mail_events.listen()
            yield post
            tracking.disconnect(dispatch_uid="registry.public.mail_events")


def test_a_provider_with_the_secret_is_believed(webhook):
    assert webhook(SECRET).status_code == 200
    assert Subscriber.objects.get().state == "suppressed"


def test_nobody_else_is(webhook):
    assert webhook("hook:" + "y" * 30).status_code == 400
    assert Subscriber.objects.get().state == "confirmed"
