import pytest
from django.contrib.auth.models import Group, User
from django.test import RequestFactory

from registry.actions.correcting import correct
from registry.actions.publishing import publish
from registry.actions.withdrawing import withdraw
from registry.admin.release_detail import changes, ender, fields, link, name, texts, ways
from registry.models import Objection, PolicySection, Release, Subprocessor
from tests.releases import REASON

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced():
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    return publish(summary={code: f"{text} {{service}}" for code, text in REASON.items()})


def asking(group, standing, release):
    request = RequestFactory().get("/")
    request.user = User.objects.create(username=group, is_staff=True)
    request.user.groups.add(Group.objects.get(name=group))
    release.standing = standing
    return request


def test_an_entry_tells_what_it_says_something_about(announced):
    entry = withdraw(4, reason=REASON)

    assert fields(Release.objects.get(number=3))[:8] == [
        "status",
        "kind_name",
        "announced",
        "in_force_new",
        "in_force_existing",
        "objections_until",
        "published_on",
        "published_by",
    ]
    assert fields(entry) == [
        "status",
        "announced",
        "ending",
        "published_on",
        "published_by",
        "reason",
        "whole_digest",
        "whole_previous_digest",
        "readable",
    ]
    assert "ended" in fields(Release.objects.get(number=4))


def test_an_entry_is_called_by_what_it_is(announced):
    entry = withdraw(4, reason=REASON)

    assert (name(announced), name(entry)) == ("Release 4", "Release 5: withdrawal of release 4")
    assert link(entry) == '<a href="/admin/registry/release/5/change/">Release 5: withdrawal of release 4</a>'
    assert ender(Release.objects.get(number=4)) == entry
    assert ender(entry) is None


def test_texts_stand_in_each_language_with_their_facts_and_the_binding_one_first(announced):
    shown = texts(announced, "summary")

    assert shown.startswith('<dl class="summaries"><dt>English</dt><dd lang="en" dir="ltr">It cannot wait. ')
    assert "{service}" not in shown
    assert shown.count("<dd") == 6
    assert texts(announced, "reason") == "–"


def test_changes_are_told_from_the_release_that_it_changes(announced):
    assert changes(announced) == ["New subprocessor: Example GmbH"]


ANNOUNCEMENT = ("How the announcement goes", "/admin/registry/announcement/4/change/")
CORRECT = ("Correct the wording", "/admin/registry/release/correct/")
WITHDRAW = ("Withdraw", "/admin/registry/release/4/withdraw/")


@pytest.mark.parametrize(
    ("group", "standing", "found"),
    [
        ("publisher", "announced", [ANNOUNCEMENT, CORRECT, WITHDRAW]),
        ("publisher", "in_force", [ANNOUNCEMENT, CORRECT]),
        ("publisher", "superseded", [ANNOUNCEMENT]),
        ("auditor", "announced", [ANNOUNCEMENT]),
        ("editor", "announced", []),
    ],
)
def test_each_is_led_to_what_they_may_see_and_do(announced, group, standing, found):
    assert [(way.text, way.address) for way in ways(asking(group, standing, announced), announced)] == found


def test_objections_are_counted_once_their_address_is_verified(announced):
    request = asking("publisher", "superseded", announced)
    for number, state in enumerate(("unverified", "open", "open")):
        Objection.objects.create(release=announced, form_token=str(number), state=state, language="en")

    found = [(way.text, way.address) for way in ways(request, announced)]

    assert found == [ANNOUNCEMENT, ("2 objections", "/admin/registry/objection/?release__number__exact=4")]


def test_objections_to_what_a_correction_replaced_stand_with_what_took_its_place(announced):
    request = asking("publisher", "superseded", announced)
    Objection.objects.create(release=announced, form_token="a", state="open", language="en")
    section = PolicySection.objects.get(key="definition")
    for code in ("en", "da", "hu", "lv", "et", "pt_br"):
        setattr(section, f"heading_{code}", f"{getattr(section, f'heading_{code}')}!")
    section.save()
    _corrected, again = correct(["sections/definition/heading"])
    Objection.objects.create(release=again, form_token="b", state="open", language="en")
    again.standing = "superseded"

    assert [(way.text, way.address) for way in ways(request, again)] == [
        ("1 objection", "/admin/registry/objection/?release__number__exact=6"),
        ("Release 4: 1 objection", "/admin/registry/objection/?release__number__exact=4"),
    ]
    entry = withdraw(6, reason=REASON)
    entry.standing = "withdrawal"
    assert [way.text for way in ways(request, entry)] == ["How the announcement goes"]
