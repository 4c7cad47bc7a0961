from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from registry.actions.publishing import publish
from registry.admin.entry_form import EntryForm
from registry.admin.looking import came_between, just_entered
from registry.models import PolicySection, Publication, Release, Subprocessor

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return User.objects.create(username="anna")


@pytest.fixture
def entry(anna):
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    return publish(by=anna)


def request(user):
    return SimpleNamespace(user=user)


def test_only_who_has_frozen_an_entry_a_moment_ago_has_just_entered_it(anna, entry):
    assert just_entered(request(anna), entry) is True
    assert just_entered(request(User.objects.create(username="ben")), entry) is False
    assert just_entered(request(anna), None) is False


def test_a_minute_later_it_is_a_click_of_its_own(anna, entry):
    entry.published_at = timezone.now() - timedelta(seconds=61)

    assert just_entered(request(anna), entry) is False


def test_an_entry_that_nobody_is_named_for_was_entered_by_nobody(anna, entry):
    Publication.objects.all().delete()

    assert just_entered(request(anna), Release.objects.get(number=4)) is False


def test_before_a_click_nothing_came_between():
    told = came_between(EntryForm(codes=["en"]), "4-a")

    assert (told["expected"], told["moved"], told["edits"]) == ("4-a", None, [])


def test_what_was_looked_at_and_is_still_so_has_not_moved():
    assert came_between(EntryForm({"expected": "4-a"}, codes=["en"]), "4-a")["moved"] is None


def test_what_moved_is_told_with_who_moved_it_since_the_look():
    looked_at = timezone.now().isoformat()
    section = PolicySection.objects.get(key="definition")
    section.save()

    told = came_between(EntryForm({"expected": "4-a", "looked_at": looked_at}, codes=["en"]), "4-b")
    unread = came_between(EntryForm({"expected": "4-a", "looked_at": "then"}, codes=["en"]), "4-b")

    assert str(told["moved"]) == "The draft has changed since you looked at it. Look again, then publish."
    assert [edit.name for edit in told["edits"]] == ["definition"]
    assert (str(unread["moved"]), unread["edits"]) == (str(told["moved"]), [])
