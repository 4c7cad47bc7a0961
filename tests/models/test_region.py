import pytest
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError

from registry.models import ProcessingLocation, Region, Subprocessor


def test_a_region_names_iso_countries_alone(db):
    Region(key="nordics", countries=["SE", "NO"]).full_clean(exclude=["name"])

    with pytest.raises(ValidationError) as refused:
        Region(key="nordics", countries=["SE", "EU"]).full_clean(exclude=["name"])
    assert refused.value.message_dict == {"countries": ["“EU” is no ISO 3166-1 country code."]}


def test_a_region_that_a_location_names_stays(db):
    region = Region.objects.create(key="nordics")
    ProcessingLocation.objects.create(key="new", subprocessor=Subprocessor.objects.get(key="aws"), region=region)

    with pytest.raises(ProtectedError):
        region.delete()


def test_regions_stand_in_their_order(db):
    Region.objects.create(key="first", position=0)

    assert list(Region.objects.values_list("key", flat=True)) == ["first", "eu", "us", "apac"]
