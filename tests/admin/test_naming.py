import datetime

import pytest
from django.utils.translation import override

from registry.admin.naming import country_choices, name_of, row_name, value_name
from registry.models import ProcessingLocation, Region, Safeguard, SafeguardSet, Subprocessor


@pytest.mark.django_db
def test_rows_have_the_names_that_staff_know_them_by():
    assert name_of(Subprocessor.objects.get(key="aws")) == "Amazon Web Services, LLC"
    assert name_of(Safeguard.objects.get(key="iso-27001")) == "ISO 27001 (compliant)"
    assert name_of(SafeguardSet.objects.get(key="facility-measures")).startswith("facility-measures: ")
    assert " or ISO 27001 (compliant)" in name_of(SafeguardSet.objects.get(key="facility-2019"))
    assert row_name(ProcessingLocation.objects.get(key="aws-eu-germany")) == (
        "Germany (aws-eu-germany) · European Union · hosting"
    )
    with override("hu"):
        assert name_of(Region.objects.get(key="us")) == Region.objects.get(key="us").name_hu


def test_values_are_told_in_words():
    field = Subprocessor._meta.get_field

    assert value_name(field("country"), "DE") == "Germany"
    assert value_name(field("country"), "") == ""
    assert value_name(field("data_categories"), ["files", "contact"]) == "contact data and files and attachments"
    assert value_name(field("listed"), False) == "no"
    assert value_name(field("next_review"), datetime.date(2024, 12, 13)) == "13 December 2024"
    assert value_name(field("kind"), "service") == "service"


def test_countries_stand_in_the_order_of_the_staffs_alphabet():
    with override("da"):
        names = [name for _code, name in country_choices()]

    assert names.index("Zimbabwe") < names.index("Østrig")
    assert [code for code, _name in country_choices(with_eu=True)[:2]] == ["", "EU"]
