from datetime import UTC, datetime, timedelta
from importlib import import_module

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from registry.models import DpaRequest
from tests.requests import submit

START = datetime(2024, 1, 1, tzinfo=UTC)
tell_since = import_module("registry.migrations.0010_requests_since").tell_since


def migrated(request):
    loader = MigrationLoader(connection)
    tell_since(loader.project_state(("registry", "0010_requests_since")).apps, None)
    request.refresh_from_db()
    return request.since


def saved(request, day, **values):
    for name, value in values.items():
        setattr(request, name, value)
    request._history_date = START + timedelta(days=day)
    request.save()
    return request._history_date


def test_a_request_is_in_its_state_since_its_history_first_says_so_without_a_break(db):
    request = submit()
    request.history.all().delete()
    saved(request, 1, state="in_review")
    saved(request, 2, state="received")
    back = saved(request, 3, state="in_review")
    saved(request, 4, country="DK")

    assert migrated(request) == back
    assert request.state == "in_review"


def test_a_request_without_a_history_is_in_its_state_since_it_was_received(db):
    request = submit()
    request.history.all().delete()
    DpaRequest.objects.update(received_at=START)

    assert migrated(request) == START
