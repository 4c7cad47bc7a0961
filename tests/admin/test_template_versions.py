import pytest
from django.urls import reverse

from registry.models import DpaTemplate
from tests.reading import read

from .pages import at, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return staff("DPA officer", "anna")


@pytest.fixture
def template():
    return DpaTemplate.objects.get(key="standard")


def expected(response):
    """What the button would post; empty where there is none."""
    found = read(response.content.decode()).all("input")
    return next((field["value"] for field in found if field.get("name") == "expected"), "")


def versions(template):
    return at("versions", template)


def preview(template, language, page="preview", query=""):
    return reverse(f"admin:registry_dpatemplate_{page}", args=[template.pk, language]) + query


def texts(response, kind="h2"):
    return [heading.text for heading in read(response.content.decode()).all(kind)]


def test_what_nobody_changed_is_not_offered_for_publishing(officer, template):
    response = officer.get(versions(template))

    said = response.content.decode()
    assert "The template says what version 1 says. There is nothing to publish." in said
    assert 'name="expected"' not in said
    assert template.newest.digest in said


def test_a_change_is_shown_and_published(officer, template):
    template.title_en = "Another agreement"
    template.save()
    shown = officer.get(versions(template))
    found = read(shown.content.decode())

    said = [box.text for box in found.all("div", class_="rewording")]
    response = officer.post(versions(template), {"expected": expected(shown)}, follow=True)

    assert any("Another agreement" in words for words in said)
    assert "Version 2 is published. New agreements are made from it." in response.content.decode()
    assert template.newest.number == 2
    assert template.newest.publication.by.username == "anna"


def test_whoever_looked_before_a_change_publishes_nothing(officer, template):
    template.title_en = "Another agreement"
    template.save()
    seen = expected(officer.get(versions(template)))
    template.title_en = "A third one"
    template.save()

    response = officer.post(versions(template), {"expected": seen})

    assert response.status_code == 409
    assert "The template has changed since you looked at it." in response.content.decode()
    assert template.newest.number == 1


def test_what_stands_against_it_is_told_with_the_place_where_it_is_mended(officer, template):
    template.title_en = "{nothing}"
    template.save()

    response = officer.get(versions(template))
    refused = officer.post(versions(template), {"expected": ""})

    told = "there is no fact for {nothing}. Language: English."
    assert "What keeps it from being published" in texts(response)
    assert told in response.content.decode()
    assert 'name="expected"' not in response.content.decode()
    assert (refused.status_code, template.versions.count()) == (422, 1)


def test_languages_that_it_would_not_be_in_are_named(officer, template):
    template.title_hu = ""
    template.save()

    response = officer.get(versions(template))

    assert "Languages that the version would not be in" in texts(response)
    assert 'data-language="hu"' in response.content.decode()


def test_the_preview_shows_a_version_and_the_draft_between_sample_parties(officer, template):
    template.title_en = "Another agreement"
    template.save()

    draft = officer.get(preview(template, "en"))
    version = officer.get(preview(template, "en", query="?version=1"))

    assert ("Another agreement" in texts(draft, "h1"), "Another agreement" in texts(version, "h1")) == (True, False)
    assert "Sample Customer Ltd." in version.content.decode()
    assert "no-store" in draft.headers["Cache-Control"]


def test_the_preview_shows_pages_as_they_are_printed(officer, template):
    response = officer.get(preview(template, "en", "pages", "?version=1"))

    images = read(response.content.decode()).all("img")
    assert len(images) > 5
    assert all(image["src"].startswith("data:image/png;base64,") for image in images)


@pytest.mark.parametrize("query", ["?version=9", "?version=x", "?version=99999999999999999999"])
def test_a_version_that_there_is_not_is_not_found(officer, template, query):
    assert officer.get(preview(template, "en", query=query)).status_code == 404


def test_a_language_that_a_version_does_not_hold_is_not_found(officer, template):
    assert officer.get(preview(template, "de")).status_code == 404


def test_an_editor_reads_versions_and_publishes_none(template):
    editor = staff("editor", "eva")
    template.title_en = "Another agreement"
    template.save()

    response = editor.get(versions(template))

    assert (response.status_code, 'name="expected"' in response.content.decode()) == (200, False)
    assert editor.post(versions(template), {"expected": ""}).status_code == 403
    assert template.versions.count() == 1


def test_others_see_nothing(template):
    translator = staff("translator", "toni")

    assert translator.get(versions(template)).status_code == 403
    assert translator.get(preview(template, "en")).status_code == 403
