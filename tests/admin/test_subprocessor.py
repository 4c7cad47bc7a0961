import datetime

import pytest

from registry.models import ProcessingLocation, ServiceProfile, Subprocessor, TransferMechanism
from tests.admin.pages import at, staff
from tests.reading import read


@pytest.fixture
def editor(db):
    return staff("editor", "anna")


def row(client, key, **headers):
    page = read(client.get(at("changelist", model=Subprocessor), {"q": key}).content.decode())
    return {
        cell["class"].removeprefix("field-").split()[0]: cell.text
        for cell in [*page.all("td"), *page.all("th")]
        if (cell.get("class") or "").startswith("field-")
    }


def test_the_list_says_what_the_job_needs(editor):
    aws = Subprocessor.objects.get(key="aws")
    today = ServiceProfile.load().today()
    aws.country, aws.brand_name, aws.next_review = "US", "AWS", today - datetime.timedelta(days=1)
    aws.save()
    TransferMechanism.objects.create(
        key="dpf", subprocessor=aws, regime="eu", mechanism="dpf", expires_on=today + datetime.timedelta(days=9)
    )

    found = row(editor, "aws")

    assert (found["name"], found["kind"], found["established"]) == (
        "Amazon Web Services, LLC AWS",
        "infrastructure",
        "United States",
    )
    assert found["processes_in"] == "Germany, Ireland, Singapore and United States"
    assert found["review"].endswith("overdue")
    assert found["transfers"].endswith("soon")
    assert found["on_page"] == "listed"


def test_search_finds_names_keys_and_prose(editor):
    openai = Subprocessor.objects.get(key="openai")
    openai.purpose_hu = "Különleges szöveg"
    openai.save()

    for words in ("openai", "OpenAI", "különleges szöveg".capitalize()):
        found = editor.get(at("changelist", model=Subprocessor), {"q": words}).context["cl"].result_list
        assert [one.key for one in found] == ["openai"], words


def test_locations_are_found_by_their_subprocessor(editor):
    found = editor.get(at("changelist", model=ProcessingLocation), {"q": "Websupport"}).context["cl"].result_list

    assert [one.key for one in found] == ["websupport-eu"]
