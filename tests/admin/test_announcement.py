"""Staff see how an announcement goes, pause and resume it, and export who was told."""

import csv
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from registry.actions.publishing import publish
from registry.models import Announcement, Delivery, Subprocessor
from tests.reading import read
from tests.subscribers import subscribe

PAGE = "/admin/registry/announcement/4/change/"
State = Delivery.State


@pytest.fixture
def told(db):
    for name in "abc":
        subscribe(f"{name}@example.com")
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    publish()


def text(response):
    return " ".join(response.content.decode().split())


def states():
    return sorted(Delivery.objects.filter(release=4).values_list("state", flat=True))


def test_the_page_counts_what_is_queued_sent_and_refused_with_a_bar_and_an_estimate(signed_in, told):
    first, second, _third = Delivery.objects.filter(release=4)
    Delivery.objects.filter(pk=first.pk).update(state=State.SENT, sent_at=timezone.now())
    Delivery.objects.filter(pk=second.pk).update(state=State.FAILED)

    page = read(signed_in("publisher").get(PAGE).content.decode())

    assert (page.one("progress")["max"], page.one("progress")["value"]) == ("3", "2")
    counts = {state: page.one("div", data_state=state).one("dd").text for state in ("queued", "sent", "failed")}
    assert counts == {"queued": "1", "sent": "1", "failed": "1"}
    assert "About one minute to go." in page.text


def test_a_queue_that_does_not_move_is_told(signed_in, told):
    assert "Nothing was sent within the last minute." in text(signed_in("publisher").get(PAGE))


@pytest.mark.parametrize(("sent_of", "told_as"), [(50, "50 minutes"), (1, "50 hours")])
def test_long_waits_are_told_in_minutes_and_hours(signed_in, told, monkeypatch, sent_of, told_as):
    left = timedelta(minutes=50 * 60 / sent_of if sent_of == 1 else 50)
    monkeypatch.setattr("registry.actions.progress.Progress.left", left, raising=False)
    monkeypatch.setattr("registry.admin.announcement.progress", lambda number: _going(left))

    assert f"About {told_as} to go." in text(signed_in("publisher").get(PAGE))


def _going(left):
    from collections import Counter

    from registry.actions.progress import Progress

    return Progress(Counter({"queued": 2, "sent": 1}), Counter({"et": 1}), left)


def test_a_publisher_pauses_and_resumes(signed_in, told):
    client = signed_in("publisher")

    client.post("/admin/registry/announcement/4/pause/")
    assert states() == ["paused"] * 3
    page = text(client.get(PAGE))
    assert "Resume" in page
    assert "data-running" not in page
    client.post("/admin/registry/announcement/4/resume/")

    assert states() == ["queued"] * 3
    assert Announcement.history.filter(release_id=4).count() == 3


def test_what_was_refused_is_sent_again(signed_in, told):
    Delivery.objects.filter(release=4).update(state=State.FAILED)

    response = signed_in("publisher").post("/admin/registry/announcement/4/again/", follow=True)

    assert states() == ["queued"] * 3
    assert "3 mails are queued again." in text(response)


def test_the_evidence_is_a_file_of_who_was_told(signed_in, told):
    response = signed_in("auditor").get("/admin/registry/announcement/4/evidence.csv")

    rows = list(csv.DictReader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))
    assert response["Content-Disposition"] == 'attachment; filename="release-4-told.csv"'
    assert "no-store" in response["Cache-Control"]
    assert sorted(row["email"] for row in rows) == ["a@example.com", "b@example.com", "c@example.com"]


@pytest.mark.parametrize(
    ("role", "page", "pause", "export"),
    [
        ("publisher", 200, 302, 200),
        ("DPA officer", 200, 403, 200),
        ("auditor", 200, 403, 200),
        ("editor", 403, 403, 403),
        ("nobody", 403, 403, 403),
    ],
)
def test_each_group_does_what_its_work_needs(signed_in, told, role, page, pause, export):
    client = signed_in(role)

    assert client.get(PAGE).status_code == page
    assert client.post("/admin/registry/announcement/4/pause/").status_code == pause
    assert client.get("/admin/registry/announcement/4/evidence.csv").status_code == export


@pytest.mark.parametrize("step", ["pause", "resume", "again"])
def test_looking_changes_nothing(signed_in, told, step):
    assert signed_in("publisher").get(f"/admin/registry/announcement/4/{step}/").status_code == 405
    assert states() == ["queued"] * 3


@pytest.mark.parametrize("number", ["3", "99", "x"])
def test_what_was_never_announced_has_no_page(signed_in, told, number):
    assert signed_in("publisher").get(f"/admin/registry/announcement/{number}/change/").status_code == 404


def test_the_list_names_each_announcement_with_its_progress(signed_in, told):
    page = text(signed_in("publisher").get("/admin/registry/announcement/"))

    assert "Release 4" in page
    assert "0 of 3" in page


def test_an_announcement_to_nobody_is_told_so(signed_in, db):
    Announcement.objects.create(release_id=3)

    page = text(signed_in("publisher").get("/admin/registry/announcement/3/change/"))

    assert "When this was published, nobody had subscribed to what it changes." in page
    assert "evidence.csv" not in page


def test_the_list_counts_each_announcement_once(signed_in, told):
    client = signed_in("publisher")
    with CaptureQueriesContext(connection) as captured:
        client.get("/admin/registry/announcement/")

    assert sum('FROM "registry_delivery"' in query["sql"] and "GROUP BY" in query["sql"] for query in captured) == 1
