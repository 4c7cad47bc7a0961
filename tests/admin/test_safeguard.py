import pytest

from registry.models import ProcessingLocation, Safeguard, SafeguardSet
from tests.admin.pages import at, opened, staff
from tests.reading import read


@pytest.fixture
def editor(db):
    return staff("editor", "anna")


def test_a_set_that_a_location_names_is_not_deleted(editor):
    unreleased = SafeguardSet.objects.create(key="new", match="all")
    ProcessingLocation.objects.get(key="aws-eu-germany").safeguard_sets.add(unreleased)

    response = editor.get(at("delete", unreleased))

    assert "The processing location aws-eu-germany names it." in response.context["protected"]


def test_a_set_is_chosen_from_certifications_and_facilities_by_kind_never_contractual_ones(editor):
    found = SafeguardSet.objects.get(key="facility-2019")
    page = read(editor.get(at("change", found)).content.decode())
    offered = {int(box["value"]) for box in page.all("input", name_="safeguards")}

    contractual = set(Safeguard.objects.filter(kind="contractual").values_list("pk", flat=True))
    assert offered == set(Safeguard.objects.values_list("pk", flat=True)) - contractual
    assert "certification" in page.text
    data = opened(editor, at("change", found)) | {"safeguards": [next(iter(contractual))]}
    assert "safeguards" in editor.post(at("change", found), data).context["adminform"].form.errors


def test_a_certification_has_a_name_and_another_safeguard_has_none(editor):
    data = opened(editor, at("add", model=Safeguard))

    refused = editor.post(at("add", model=Safeguard), data | {"kind": "certification", "text_en": "x"})
    assert refused.context["adminform"].form.non_field_errors() == [
        "A certification needs its name; another safeguard has a text instead, and no claim."
    ]
    saved = data | {"kind": "certification", "name": "ISO 27701", "claim": "certified"}
    assert editor.post(at("add", model=Safeguard), saved).status_code == 302
    assert Safeguard.objects.get(key="iso-27701").name == "ISO 27701"
