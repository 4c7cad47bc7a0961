import pytest

from registry.models import Region
from tests.admin.pages import at, opened, staff
from tests.reading import read


@pytest.fixture
def editor(db):
    return staff("editor", "anna")


def test_countries_of_a_region_are_ticked_and_named_in_the_list(editor):
    region = Region.objects.get(key="eu")
    editor.post(at("change", region), opened(editor, at("change", region)) | {"countries": ["IE", "DE"]})

    assert sorted(Region.objects.get(key="eu").countries) == ["DE", "IE"]
    page = read(editor.get(at("changelist", model=Region)).content.decode())
    assert "Germany and Ireland" in [cell.text for cell in page.all("td", class_="field-kept_in")]


def test_a_region_that_a_location_names_is_not_deleted(editor):
    region = Region.objects.create(key="new", name_en="New")
    region.locations.add(Region.objects.get(key="eu").locations.first())

    assert "The processing location aws-eu-germany names it." in editor.get(at("delete", region)).context["protected"]
