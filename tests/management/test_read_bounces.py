import io
import sys
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from registry.exchange import message_id
from registry.models import Delivery, Release, Subscriber
from tests.bounces import bounce, mbox
from tests.subscribers import EMAIL, subscribe


@pytest.fixture
def told(db):
    subscriber, release = subscribe(), Release.objects.get(number=3)
    sent = {"state": "sent", "sent_at": timezone.now(), "priority": 2}
    return Delivery.objects.create(kind="announcement", subscriber=subscriber, release=release, **sent)


def read(*arguments):
    out = io.StringIO()
    call_command("read_bounces", *map(str, arguments), stdout=out)
    return out.getvalue().splitlines()


def test_it_counts_what_came_back_and_names_nobody(told, tmp_path):
    own = message_id.make(told.pk)
    full = bounce(own, status="5.2.2", words="smtp; 552 5.2.2 full")
    away = b"Subject: away\n\nI am away.\n"
    box = tmp_path / "bounces"
    box.write_bytes(mbox(full, bounce(own, recipient=EMAIL), bounce("<abc@example.com>"), away))

    assert read(box) == [
        "Messages read: 4, of them no reports: 1.",
        "Came back for good: 1, noted before: 0.",
        "Delayed, or perhaps deliverable another day: 1.",
        "Not about a mail of ours: 1.",
    ]
    assert Subscriber.objects.get().state == "suppressed"
    assert read(box)[1] == "Came back for good: 0, noted before: 1."
    assert box.stat().st_size == len(mbox(full, bounce(own, recipient=EMAIL), bounce("<abc@example.com>"), away))


def test_an_address_alone_counts_where_it_is_asked_for(told, tmp_path):
    now = timezone.now().strftime("%a, %d %b %Y %H:%M:%S +0000")
    Subscriber.objects.update(confirmed_at=timezone.now() - timedelta(days=1))
    path = tmp_path / "one.eml"
    path.write_bytes(bounce("", recipient=EMAIL, date=now, original=""))

    assert read(path)[3] == "Not about a mail of ours: 1."
    assert read(path, "--by-address")[1] == "Came back for good: 1, noted before: 0."
    assert Subscriber.objects.get().state == "suppressed"


def test_a_mail_server_hands_over_one_message_at_a_time(told, monkeypatch):
    class Standard:
        buffer = io.BytesIO(bounce(message_id.make(told.pk)))

    monkeypatch.setattr(sys, "stdin", Standard())

    assert read("-")[:2] == ["Messages read: 1, of them no reports: 0.", "Came back for good: 1, noted before: 0."]


def test_a_path_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(CommandError, match=r"^.*/none cannot be read: No such file or directory\.$"):
        read(tmp_path / "none")
