import pytest
from django.utils import timezone

from registry.admin.comparing import Names, compare, labels_by_row
from registry.history import Trail
from registry.models import ProcessingLocation, Subprocessor


@pytest.mark.django_db
def test_the_noun_stands_first_and_the_rows_below_say_what_they_are():
    aws = Subprocessor.objects.get(key="aws")
    before = timezone.now()
    germany = ProcessingLocation.objects.get(key="aws-eu-germany")
    germany.use = "backup"
    germany.save()
    aws.website = "https://aws.example"
    aws.save()
    trail = Trail(Subprocessor, aws.pk)

    rows = compare(trail.at(before), trail.at(timezone.now()), Subprocessor, Names(trail.entries))

    assert labels_by_row(rows) == [
        ("", "Amazon Web Services, LLC", "changed", ["Website"]),
        ("Processing location", "Germany (aws-eu-germany)", "changed", ["Use"]),
    ]
    # A text is compared word by word, a choice as a whole.
    assert rows[0].changes[0].words == [("added", "https://aws.example")]
    assert (rows[1].changes[0].words, rows[1].changes[0].before) == (None, "hosting")


@pytest.mark.django_db
def test_null_and_empty_text_do_not_differ():
    aws = Subprocessor.objects.get(key="aws")
    before = timezone.now()
    aws.purpose_fr = ""
    aws.save()
    aws.purpose_fr = None
    aws.save()
    trail = Trail(Subprocessor, aws.pk)

    assert compare(trail.at(before), trail.at(timezone.now()), Subprocessor, Names(trail.entries)) == []
