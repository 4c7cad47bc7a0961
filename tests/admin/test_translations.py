import pytest

from registry.admin.translations import translated
from registry.models import PolicySection
from tests.admin.pages import at, staff


@pytest.fixture
def editor(db):
    return staff("editor", "anna")


def test_a_list_says_which_translations_are_missing_and_is_narrowed_to_them(editor):
    section = PolicySection.objects.get(key="definition")
    section.body_lv = ""
    section.heading_hu = ""
    section.save()

    assert "missing: Hungarian and Latvian" in translated(section, ["en", "da", "hu", "lv"], "en")
    assert "complete" in translated(section, ["en", "da"], "en")
    for code, expected in {"lv": ["definition"], "hu": ["definition"], "da": []}.items():
        found = editor.get(at("changelist", model=PolicySection), {"lacking": code}).context["cl"].result_list
        assert [row.key for row in found] == expected
