import pytest
from django.core.exceptions import ValidationError

from registry.models.territories import EEA_MEMBERS, EU_MEMBERS, EUROPE, countries, validate_territory, within


def test_there_are_249_iso_countries():
    assert len(countries()) == 249
    assert {"DE", "SG", "GB", "AQ"} <= countries()
    assert not {"EU", "UK", "XK", "ZZ", "UN", "AC"} & countries()


def test_the_union_has_27_members_and_the_economic_area_30():
    assert (len(EU_MEMBERS), len(EEA_MEMBERS)) == (27, 30)
    assert countries() >= EU_MEMBERS
    assert countries() >= EUROPE


@pytest.mark.parametrize(
    ("territory", "area", "lies"),
    [
        ("DE", "EU", True),
        ("DE", "150", True),
        ("EU", "150", True),
        ("GB", "EU", False),
        ("GB", "150", True),
        ("SG", "150", False),
        ("US", "US", True),
        ("CY", "150", False),
    ],
)
def test_what_lies_within_what(territory, area, lies):
    assert within(territory, area) is lies


@pytest.mark.parametrize("code", ["", "uk", "UK", "150", "Germany"])
def test_no_code_of_a_territory(code):
    with pytest.raises(ValidationError):
        validate_territory(code)
