import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from registry.actions.reviving import Moved, bring_back, dead_links, left_behind
from registry.history import Trail
from registry.models import ProcessingLocation, Region, Subprocessor


@pytest.fixture
def aws(db):
    return Subprocessor.objects.get(key="aws")


def test_only_what_differs_is_saved_and_the_version_covers_the_rows_below(aws):
    then = timezone.now()
    germany = ProcessingLocation.objects.get(key="aws-eu-germany")
    germany.use = "backup"
    germany.save()

    assert bring_back(Trail(Subprocessor, aws.pk), then, version=aws.version) == 1

    germany.refresh_from_db()
    assert germany.use == "hosting"
    assert Subprocessor.objects.get(pk=aws.pk).version == aws.version + 1
    version = aws.version + 1
    assert bring_back(Trail(Subprocessor, aws.pk), then, version=version) == 0
    assert Subprocessor.objects.get(pk=aws.pk).version == version


def test_another_version_than_the_one_looked_at_is_refused(aws):
    then = timezone.now()

    with pytest.raises(Moved):
        bring_back(Trail(Subprocessor, aws.pk), then, version=aws.version + 1)
    with pytest.raises(Moved):
        bring_back(Trail(Subprocessor, aws.pk), then, version=None)


def test_what_todays_rules_refuse_is_not_brought_back(aws):
    aws.last_review, aws.next_review = "2024-01-01", "2024-06-01"
    aws.save()
    aws.history.filter(pk=aws.history.first().pk).update(next_review="2023-01-01")
    then = timezone.now()
    aws.last_review = aws.next_review = None
    aws.save()

    with pytest.raises(ValidationError) as refused:
        bring_back(Trail(Subprocessor, aws.pk), then, version=aws.version)

    assert refused.value.messages == ["The next review comes after the last one."]
    assert Subprocessor.objects.get(pk=aws.pk).last_review is None


def test_rows_added_since_and_links_to_what_is_gone_are_named(aws):
    region = Region.objects.create(key="south", name_en="South")
    germany = ProcessingLocation.objects.get(key="aws-eu-germany")
    germany.region = region
    germany.save()
    then = timezone.now()
    germany.region = None
    germany.save()
    region.delete()
    added = ProcessingLocation.objects.create(key="aws-fr", subprocessor=aws, territory="FR")
    trail = Trail(Subprocessor, aws.pk)

    assert list(left_behind(Subprocessor, trail.at(timezone.now()), trail.at(then))) == [(ProcessingLocation, added.pk)]
    assert [(entry.pk, field) for entry, field in dead_links(trail.at(then))] == [(germany.pk, "region")]
