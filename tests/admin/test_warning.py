from django.contrib.messages import get_messages

from registry.models import PolicySection, ProcessingLocation, Subprocessor


def told(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_a_form_tells_where_its_row_contradicts_the_registry_and_leads_to_the_field(signed_in):
    own = Subprocessor.objects.get(key="quality-unit-sro")

    page = signed_in("editor").get(f"/admin/registry/subprocessor/{own.pk}/change/").content.decode()

    assert (
        "Quality Unit, s.r.o. is the provider itself, yet it is listed as its own subprocessor. "
        '<a href="#id_legal_name">Go to the field</a>'
    ) in page


def test_the_warnings_of_a_location_stand_on_the_form_of_its_subprocessor(signed_in):
    ProcessingLocation.objects.filter(key="aws-eu-ireland").update(territory="")
    aws = Subprocessor.objects.get(key="aws")

    page = signed_in("auditor").get(f"/admin/registry/subprocessor/{aws.pk}/change/").content.decode()

    assert "Amazon Web Services, LLC, location aws-eu-ireland: the place is not stated." in page
    assert '<a href="#locations-group">Go to the field</a>' in page


def test_a_row_without_contradictions_is_told_nothing(signed_in):
    section = PolicySection.objects.get(key="definition")

    page = signed_in("editor").get(f"/admin/registry/policysection/{section.pk}/change/").content.decode()

    assert "Go to the field" not in page


def test_a_warning_is_text_and_no_markup(signed_in):
    evil = Subprocessor.objects.create(key="evil", legal_name="<script>alert(1)</script>", kind="infrastructure")

    page = signed_in("editor").get(f"/admin/registry/subprocessor/{evil.pk}/change/").content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; has no processing location." in page
