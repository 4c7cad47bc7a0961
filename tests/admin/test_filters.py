import datetime

import pytest

from registry.admin.filters import due
from registry.models import ProcessingLocation, ServiceProfile, Subprocessor
from tests.admin.pages import at, staff


@pytest.fixture
def editor(db):
    return staff("editor", "anna")


def keys(client, model, **query):
    response = client.get(at("changelist", model=model), query)
    assert response.status_code == 200
    return {row.key for row in response.context["cl"].result_list}


def test_reviews_are_narrowed_by_what_is_due(editor):
    today = ServiceProfile.load().today()
    for key, days in {"aws": -1, "intuit": 0, "openai": 60, "twilio": 61}.items():
        row = Subprocessor.objects.get(key=key)
        row.next_review = today + datetime.timedelta(days=days)
        row.save()

    assert keys(editor, Subprocessor, review="overdue") == {"aws"}
    assert keys(editor, Subprocessor, review="soon") == {"intuit", "openai"}
    assert {"aws", "intuit", "openai", "twilio"} & keys(editor, Subprocessor, review="unset") == set()
    assert len(keys(editor, Subprocessor, review="nonsense")) == Subprocessor.objects.count()


def test_a_day_is_marked_where_it_is_past_or_near():
    day = datetime.date(2024, 12, 13)

    assert "overdue" in due(day, datetime.date(2024, 12, 14))
    assert "soon" in due(day, datetime.date(2024, 12, 13))
    assert due(day, datetime.date(2024, 1, 1)) == '<span class="due later">13 December 2024 <em></em></span>'
    assert due(None, day) == ""


def test_countries_and_regions_are_chosen_by_name_and_so_is_what_is_not_stated(editor):
    assert keys(editor, ProcessingLocation, territory="DE") == {"aws-eu-germany"}
    assert keys(editor, ProcessingLocation, territory="-") == set(
        ProcessingLocation.objects.filter(territory="").values_list("key", flat=True)
    )
    assert keys(editor, ProcessingLocation, region="us") == {"aws-us-northern-california"}
    assert keys(editor, Subprocessor, region="us") == {"aws"}
    assert "linode" in keys(editor, Subprocessor, region="-")
    assert len(keys(editor, Subprocessor, country="-")) == Subprocessor.objects.count()
