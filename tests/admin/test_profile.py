import pytest

from registry.models import Language, Release, ServiceProfile
from tests.admin.pages import at, form_data, staff
from tests.reading import read


@pytest.fixture
def publisher(db):
    return staff("publisher")


def opened(client, address):
    return form_data(read(client.get(address).content.decode()))


def test_the_list_of_the_one_profile_is_its_form(publisher):
    response = publisher.get(at("changelist", model=ServiceProfile))

    assert response.url == at("change", ServiceProfile.load())
    assert publisher.get(at("add", model=ServiceProfile)).status_code == 403


def test_an_empty_registry_begins_with_its_profile(empty_registry):
    client = staff("publisher")
    address = client.get(at("changelist", model=ServiceProfile)).url
    assert address == at("add", model=ServiceProfile)

    data = opened(client, address) | {
        "provider": "Example GmbH",
        "service": "Example",
        "service_address": "*.example.com",
        "contact": "privacy@example.com",
        "time_zone": "Europe/Berlin",
        "privacy_en": "{provider} keeps it for {retention_days} days.",
    }
    assert client.post(address, data).status_code == 302

    assert ServiceProfile.load().provider == "Example GmbH"


def test_the_privacy_notice_is_checked_against_the_facts_of_the_same_form(publisher):
    profile = ServiceProfile.load()
    data = opened(publisher, at("change", profile)) | {"privacy_en": "At {provider_address}."}

    refused = publisher.post(at("change", profile), data)
    assert list(refused.context["adminform"].form.errors) == ["privacy_en"]

    assert publisher.post(at("change", profile), data | {"provider_address": "1 Street"}).status_code == 302


def test_the_source_language_is_one_of_the_public_ones_and_fixed_by_the_first_release(publisher):
    profile = ServiceProfile.load()
    assert Release.objects.exists()

    publisher.post(at("change", profile), opened(publisher, at("change", profile)) | {"source_language": "da"})

    assert ServiceProfile.load().source_language == "en"
    page = read(publisher.get(at("change", profile)).content.decode())
    offered = {option["value"] for option in page.one("select", name_="source_language").all("option")}
    assert offered == set(Language.objects.public().codes())


def test_time_zones_are_chosen(publisher):
    profile = ServiceProfile.load()
    data = opened(publisher, at("change", profile))

    assert publisher.post(at("change", profile), data | {"time_zone": "Mars/Olympus"}).status_code == 200
    assert publisher.post(at("change", profile), data | {"time_zone": "Europe/Bratislava"}).status_code == 302
    assert ServiceProfile.load().time_zone == "Europe/Bratislava"
