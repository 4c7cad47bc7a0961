import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from django.test import RequestFactory

from registry.admin.mending import address, listing, passage
from registry.models import (
    DpaRequest,
    Language,
    PolicySection,
    ProcessingLocation,
    Publication,
    Subprocessor,
    TransferMechanism,
    Translator,
)


@pytest.fixture
def asked_by(db):
    def ask(role):
        request = RequestFactory().get("/admin/")
        request.user = AnonymousUser()
        if role:
            request.user = User.objects.create_user(role, is_staff=True)
            request.user.groups.add(Group.objects.get(name=role))
        return request

    return ask


def test_a_translated_field_is_mended_in_its_language(asked_by):
    section = PolicySection.objects.get(key="definition")
    change = f"/admin/registry/policysection/{section.pk}/change/"
    request = asked_by("editor")

    assert address(request, section, "body", "pt-br") == f"{change}#id_body_pt_br"
    assert address(request, section, "position") == f"{change}#id_position"
    assert address(request, section) == change


def test_a_translation_is_mended_beside_its_source_by_those_who_may(asked_by):
    section = PolicySection.objects.get(key="definition")
    change = f"/admin/registry/policysection/{section.pk}/change/"
    beside = "/admin/registry/translationpin/da/?at=sections%2Fdefinition%2Fbody#sections/definition/body"

    assert passage(asked_by("editor"), section, "body", "da") == beside
    assert passage(asked_by("auditor"), section, "body", "da") == f"{change}#id_body_da"
    assert passage(asked_by("publisher"), section, "body", "en") == f"{change}#id_body_en"
    assert passage(asked_by(""), section, "body", "da") == ""


def test_a_translator_is_led_to_their_own_languages_alone(asked_by):
    request = asked_by("translator")
    Translator.objects.create(user=request.user).languages.add(Language.objects.get(code="lv"))
    location = ProcessingLocation.objects.get(key="aws-us-northern-california")

    assert passage(request, location, "place", "lv") == (
        "/admin/registry/translationpin/lv/?at=locations%2Faws-us-northern-california%2Fplace#locations/aws-us-northern-california/place"
    )
    assert passage(request, location, "place", "da") == ""


def test_a_row_of_a_subprocessor_is_mended_on_the_page_of_its_subprocessor(asked_by):
    aws = Subprocessor.objects.get(key="aws")
    location = ProcessingLocation.objects.get(key="aws-eu-ireland")
    mechanism = TransferMechanism.objects.create(key="m", subprocessor=aws, regime="eu", mechanism="dpf")
    change = f"/admin/registry/subprocessor/{aws.pk}/change/"
    request = asked_by("editor")

    assert address(request, location, "territory") == f"{change}#locations-group"
    assert address(request, mechanism, "expires_on") == f"{change}#transfer_mechanisms-group"
    assert address(request, aws, "transfer_mechanisms") == f"{change}#transfer_mechanisms-group"


def test_a_first_row_is_added_by_whoever_may(asked_by):
    assert address(asked_by("editor"), PolicySection) == "/admin/registry/policysection/add/"
    assert address(asked_by("auditor"), PolicySection) == ""


def test_who_may_only_read_is_led_there_and_who_may_not_is_not(asked_by):
    section = PolicySection.objects.get(key="definition")

    assert address(asked_by("auditor"), section) == f"/admin/registry/policysection/{section.pk}/change/"
    assert address(asked_by(""), section) == ""
    assert listing(asked_by("editor"), DpaRequest) == ""
    assert listing(asked_by("DPA officer"), DpaRequest) == "/admin/registry/dparequest/"


def test_what_has_no_page_has_no_address(asked_by):
    request = asked_by("publisher")

    assert address(request, None, "summary", "en") == ""
    assert address(request, Publication.objects.get(pk=1)) == ""
    assert address(request, Publication) == ""
    assert listing(request, Publication) == ""
    assert listing(request, Language, "?public=1") == "/admin/registry/language/?public=1"
