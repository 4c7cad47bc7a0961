import pytest

from registry.models import Region
from tests.admin.pages import at, form_data, page, staff


@pytest.fixture
def editor(db):
    return staff("editor", "anna")


def test_a_key_is_made_from_the_name_and_never_changes(editor):
    data = form_data(page(editor, at("add", model=Region)))
    for _time in range(2):
        editor.post(at("add", model=Region), data | {"name_en": "South America", "key": ""})
    assert sorted(Region.objects.filter(name_en="South America").values_list("key", flat=True)) == [
        "south-america",
        "south-america-2",
    ]

    region = Region.objects.get(key="south-america")
    editor.post(at("change", region), form_data(page(editor, at("change", region))) | {"key": "x", "name_en": "North"})

    region.refresh_from_db()
    assert (region.key, region.name_en) == ("south-america", "North")
