from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from registry.actions import announcing
from registry.models import Delivery, DpaRequest, Release
from registry.public import health
from tests.objections import announce
from tests.subscribers import subscribe

pytestmark = pytest.mark.django_db
OK = {
    "ready": True,
    "release": 3,
    "database": "ok",
    "pages": "current",
    "queue": {"oldest_due_seconds": 0, "late": False},
}


def test_alive_needs_no_database(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")


def test_ready_tells_what_it_looked_at(client: Client) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.json(), response["Cache-Control"]) == (200, OK, "no-store")


def test_a_mail_that_nobody_sends_is_told(client: Client) -> None:
    request = DpaRequest.objects.create(form_token="t", language="en", country="DK", release=Release.objects.newest())
    Delivery.objects.create(kind=Delivery.Kind.DPA_NOTICE, request=request, due_at=timezone.now() - timedelta(hours=1))

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["queue"]["late"] is True
    assert 3600 <= response.json()["queue"]["oldest_due_seconds"] < 3660


@pytest.fixture
def announced(db: None) -> list[Delivery]:
    """Two mails to all subscribers, due for an hour."""
    for number in range(2):
        subscribe(f"anna.{number}@example.com")
    announce()
    hour_ago = timezone.now() - timedelta(hours=1)
    Delivery.objects.exclude(kind="announcement").delete()
    Delivery.objects.update(due_at=hour_ago)
    return list(Delivery.objects.order_by("id"))


def test_mails_to_all_may_wait_their_turn_while_others_go_out(client: Client, announced: list[Delivery]) -> None:
    minute_ago = timezone.now() - timedelta(minutes=1)
    Delivery.objects.filter(pk=announced[0].pk).update(state="sent", sent_at=minute_ago)

    queue = client.get("/readyz").json()["queue"]

    assert queue["late"] is False
    assert 60 <= queue["oldest_due_seconds"] < 120


@pytest.mark.parametrize("sent", [False, True])
def test_mails_to_all_of_which_none_goes_out_any_more_are_told(
    client: Client, announced: list[Delivery], sent: bool
) -> None:
    if sent:
        long_ago = timezone.now() - timedelta(minutes=20)
        Delivery.objects.filter(pk=announced[0].pk).update(state="sent", sent_at=long_ago)

    response = client.get("/readyz")

    assert (response.status_code, response.json()["queue"]["late"]) == (503, True)


def test_mails_to_all_wait_without_being_late_while_urgent_ones_go_out(
    client: Client, announced: list[Delivery]
) -> None:
    sent = {"priority": Delivery.Priority.URGENT, "state": "sent", "sent_at": timezone.now()}
    Delivery.objects.filter(pk=announced[0].pk).update(**sent)

    assert client.get("/readyz").json()["queue"]["late"] is False


def test_urgent_mails_of_which_none_goes_out_are_late(client: Client, announced: list[Delivery]) -> None:
    Delivery.objects.filter(pk=announced[0].pk).update(priority=Delivery.Priority.URGENT)
    Delivery.objects.filter(pk=announced[1].pk).update(due_at=timezone.now())

    assert client.get("/readyz").json()["queue"]["late"] is True


def test_mails_that_staff_have_paused_are_not_late(client: Client, announced: list[Delivery]) -> None:
    announcing.pause(announced[0].release_id or 0)

    assert client.get("/readyz").json()["queue"] == {"oldest_due_seconds": 0, "late": False}


def test_a_mail_that_somebody_waits_for_is_late_although_others_go_out(
    client: Client, announced: list[Delivery]
) -> None:
    Delivery.objects.filter(pk=announced[0].pk).update(state="sent", sent_at=timezone.now())
    request = DpaRequest.objects.create(form_token="t", language="en", country="DK", release=Release.objects.newest())
    Delivery.objects.create(kind=Delivery.Kind.DPA_NOTICE, request=request, due_at=timezone.now() - timedelta(hours=1))

    assert client.get("/readyz").json()["queue"]["late"] is True


def test_without_a_release_there_is_nothing_to_serve(client: Client, empty_registry: None) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (503, {**OK, "ready": False, "release": None})


def test_a_database_that_fails_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Any:
        raise OperationalError("connection refused")

    monkeypatch.setattr(health, "_queue", fail)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"ready": False, "release": 3, "database": "down", "pages": "last-known"}


def test_a_database_known_to_be_silent_is_not_asked(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    from registry.public import site

    found = site.current()
    monkeypatch.setattr(site, "database_down", lambda: True)
    monkeypatch.setattr(site, "current", lambda: found)

    with django_assert_num_queries(0):
        response = client.get("/readyz")

    assert (response.status_code, response.json()["database"]) == (503, "down")


def test_a_schema_that_is_behind_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", lambda: False)

    response = client.get("/readyz")

    assert (response.status_code, response.json()["database"]) == (503, "not migrated")
