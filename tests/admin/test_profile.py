import pytest

from registry.models import DpaTemplate, Language, Release, ServiceProfile
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


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"unreviewed": "all"}, {"standard_template": "Documents that need no review are issued from it: choose one."}),
        (
            {"unreviewed": "known"},
            {
                "standard_template": "Documents that need no review are issued from it: choose one.",
                "known_domains": "Without a known mail domain, every request needs a review.",
            },
        ),
        ({"known_domains": "example.com\nnot a domain"}, {"known_domains": "Not a mail domain: not a domain"}),
        (
            {"reminder_days": "7; 21"},
            {"reminder_days": "Enter numbers of days from 1 to 365, separated by commas, such as: 7, 21"},
        ),
    ],
)
def test_what_would_issue_no_document_as_meant_is_refused(publisher, changes, wrong):
    profile = ServiceProfile.load()
    data = opened(publisher, at("change", profile)) | {"standard_template": ""}

    refused = publisher.post(at("change", profile), data | changes)

    assert {name: next(iter(found)) for name, found in refused.context["adminform"].form.errors.items()} == wrong


def test_the_rules_of_agreements_and_of_retention_are_set(publisher):
    profile = ServiceProfile.load()
    template = DpaTemplate.objects.create(key="own", title_en="Data processing agreement", body_en="Text.")
    rules = {
        "standard_template": str(template.pk),
        "unreviewed": "known",
        "known_domains": "@Example.com\nexample.org",
        "source_prevails": [],
        "review_days": "5",
        "offer_days": "14",
        "reminder_days": "3, 10",
        "unverified_days": "4",
        "declined_days": "60",
        "limitation_years": "10",
    }

    data = opened(publisher, at("change", profile)) | rules
    assert publisher.post(at("change", profile), data).status_code == 302

    profile = ServiceProfile.load()
    assert profile.standard_template == template
    assert (profile.unreviewed, profile.domains) == ("known", {"example.com", "example.org"})
    assert (profile.source_prevails, profile.review_days, profile.offer_days) == (False, 5, 14)
    assert (profile.reminders, profile.unverified_days, profile.declined_days) == ([3, 10], 4, 60)
    assert profile.limitation_years == 10
