import pytest

from registry.admin.choosing import Lines, time_zones
from registry.models import Subprocessor
from tests.admin.pages import at, page, staff


@pytest.fixture
def editor(db):
    return staff("editor", "anna")


def test_countries_are_chosen_by_name_in_the_staffs_language_and_in_its_order(editor):
    options = (
        page(editor, at("add", model=Subprocessor), accept_language="hu").one("select", name_="country").all("option")
    )

    names = [option.text for option in options]
    assert names[:1] == ["not stated"] or len(names[0]) > 0
    assert {option["value"]: option.text for option in options}["DE"] == "Németország"
    assert names.index("Ausztria") < names.index("Csehország") < names.index("Dánia")


def test_what_is_not_chosen_yet_is_said_in_the_staffs_language(editor):
    kinds = page(editor, at("add", model=Subprocessor), accept_language="hu").one("select", name_="kind").all("option")

    assert kinds[0].text == "Kérjük, válasszon"


def test_a_text_that_a_browser_posts_is_the_text_that_was_there():
    assert Lines().value_from_datadict({"body": "a\r\nb\n"}, {}, "body") == "a\nb\n"


def test_time_zones_stand_by_area_after_utc():
    areas = dict(time_zones())

    assert next(iter(areas)) == "UTC"
    assert ("Europe/Bratislava", "Europe/Bratislava") in areas["Europe"]
    assert ("America/Sao_Paulo", "America/Sao Paulo") in areas["America"]
    assert "Etc" not in areas
