import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone

from registry.actions.reviving import Moved, bring_back, dead_links, left_behind
from registry.history import Trail
from registry.models import PolicySection, ProcessingLocation, Region, Subprocessor, TranslationPin
from registry.translation import Pins, prose, text_digest


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


SOURCE, OTHER, MADE_FROM_SOURCE, MADE_FROM_OTHER = "One name", "Another name", "Et navn", "Et andet navn"


def state(noun, language="da"):
    noun = type(noun).objects.get(pk=noun.pk)
    found = Pins.of(type(noun), [noun.pk]).state(noun, "heading", language, prose(noun, "heading"), "en")
    return noun.heading_en, getattr(noun, f"heading_{language}"), found.value


def said(section, **texts):
    for name, text in texts.items():
        setattr(section, name, text)
    section.save()
    return timezone.now()


def back(section, at):
    version = type(section).objects.get(pk=section.pk).version
    return bring_back(Trail(type(section), section.pk), at, version=version)


@pytest.fixture
def section(db):
    section = PolicySection.objects.get(key="definition")
    said(section, heading_en=SOURCE, heading_da=MADE_FROM_SOURCE)
    return section


def test_a_source_and_the_text_made_from_it_come_back_current(section):
    then = timezone.now()
    said(section, heading_en=OTHER)
    said(section, heading_da=MADE_FROM_OTHER)

    assert back(section, then) == 1

    assert state(section) == (SOURCE, MADE_FROM_SOURCE, "current")


def test_a_text_comes_back_outdated_where_it_was(section):
    then = said(section, heading_en=OTHER)
    said(section, heading_da=MADE_FROM_OTHER)

    back(section, then)

    assert state(section) == (OTHER, MADE_FROM_SOURCE, "outdated")
    assert TranslationPin.objects.get(object_id=section.pk, field="heading", language="da").source_text == SOURCE


def test_a_text_that_nobody_had_pinned_comes_back_without_a_pin(section):
    PolicySection.objects.filter(pk=section.pk).update(heading_da="Past every pin")
    section.refresh_from_db()
    then = said(section, position=3)
    said(section, heading_da=MADE_FROM_SOURCE)

    back(section, then)

    assert state(section) == (SOURCE, "Past every pin", "outdated")


def test_approval_is_as_it_was_then_without_accounts_that_are_gone(section):
    anna = User.objects.create_user("anna")
    then = timezone.now()
    pin = TranslationPin.objects.filter(object_id=section.pk, field="heading", language="da")
    pin.update(status="approved", approved_by=anna, approved_at=then)
    pin.get().save()
    approved = timezone.now()

    assert back(section, then) == 1
    assert state(section) == (SOURCE, MADE_FROM_SOURCE, "current")
    assert back(section, approved) == 1
    assert state(section) == (SOURCE, MADE_FROM_SOURCE, "approved")
    assert pin.get().approved_by == anna
    anna.delete()
    said(section, heading_da=MADE_FROM_OTHER)
    back(section, approved)
    assert (pin.get().status, pin.get().approved_by, pin.get().approved_at) == ("approved", None, then)


def test_a_deleted_row_comes_back_with_the_pins_that_it_had(section):
    fresh = PolicySection.objects.create(key="fresh", heading_en=SOURCE, heading_da=MADE_FROM_SOURCE, body_en="Text")
    outdated = said(fresh, heading_en=OTHER)
    fresh.delete()
    fresh.pk = Trail(PolicySection, PolicySection.history.filter(key="fresh").first().id).pk
    assert not TranslationPin.objects.filter(noun="policysection", object_id=fresh.pk).exists()

    bring_back(Trail(PolicySection, fresh.pk), outdated, version=None)

    assert state(fresh) == (OTHER, MADE_FROM_SOURCE, "outdated")


def test_the_rows_below_come_back_with_their_pins(aws):
    germany = ProcessingLocation.objects.get(key="aws-eu-germany")
    germany.place_en, germany.place_da = "Frankfurt", "Frankfurt (Main)"
    germany.save()
    then = timezone.now()
    germany.place_en = "Berlin"
    germany.save()
    germany.place_da = "Berlin (by)"
    germany.save()

    bring_back(Trail(Subprocessor, aws.pk), then, version=aws.version)

    pin = TranslationPin.objects.get(noun="processinglocation", object_id=germany.pk, field="place", language="da")
    assert (pin.source_text, pin.text_digest) == ("Frankfurt", text_digest("Frankfurt (Main)"))


def test_what_two_states_share_is_left_alone(section):
    then = timezone.now()
    written = TranslationPin.history.count()

    assert back(section, then) == 0

    assert TranslationPin.history.count() == written
