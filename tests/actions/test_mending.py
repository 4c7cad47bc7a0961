import pytest
from django.contrib import admin

from registry.actions import mending, publishing
from registry.models import PolicySection, ProcessingLocation, ServiceProfile

pytestmark = pytest.mark.django_db


def test_a_translation_is_mended_on_its_languages_page_and_its_source_in_the_form():
    section = PolicySection.objects.get(key="definition")

    assert mending.passage(section, "body", "pt-br") == (
        "/admin/registry/translationpin/pt-br/?at=sections%2Fdefinition%2Fbody#sections/definition/body"
    )
    assert mending.passage(section, "body", "en") == f"/admin/registry/policysection/{section.pk}/change/#id_body_en"
    assert mending.passage(section, "lists", "") == f"/admin/registry/policysection/{section.pk}/change/#id_lists"


def test_the_profile_and_locations_have_passages_too():
    location = ProcessingLocation.objects.get(key="aws-us-northern-california")

    assert mending.passage(ServiceProfile.load(), "privacy", "da") == (
        "/admin/registry/translationpin/da/?at=profile%2Fprivacy#profile/privacy"
    )
    assert mending.passage(location, "place", "da") == (
        "/admin/registry/translationpin/da/?at=locations%2Faws-us-northern-california%2Fplace#locations/aws-us-northern-california/place"
    )
    assert mending.passage(location, "territory", "") == (
        f"/admin/registry/subprocessor/{location.subprocessor_id}/change/#locations-group"
    )


def test_every_row_that_a_release_names_has_a_form():
    found = publishing.draft()

    rows = [*found.languages, *found.nouns(), *found.safeguard_sets, *found.transfer_mechanisms]
    assert {type(mending.shown_with(row)) for row in rows} <= admin.site._registry.keys()
    assert all(mending.form(row).startswith("/admin/registry/") for row in rows)
