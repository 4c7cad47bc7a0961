import json
import re
import threading

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client

from registry.actions import publishing
from registry.actions.correcting import correct
from registry.actions.withdrawing import withdraw
from registry.models import Language, Objection, PolicySection, Release, ServiceProfile, Subprocessor
from tests.admin.pages import filled, two_subscribers
from tests.releases import REASON

WITHDRAW = "/admin/registry/release/4/withdraw/"


def announce(**values):
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    return publishing.publish(**values)


@pytest.fixture
def announced(db):
    return announce()


def reasons(texts=REASON):
    return {f"reason_{code}": text for code, text in texts.items()}


def text(response):
    """A page as its reader sees it: without tags, one space between words."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def today():
    return ServiceProfile.load().today()


def test_a_release_is_withdrawn_with_its_reason_and_the_click_leads_to_the_entry(signed_in, announced):
    client = signed_in("publisher")

    response = client.post(WITHDRAW, filled(client.get(WITHDRAW), **reasons()), follow=True)

    entry = Release.objects.get(number=5)
    assert response.redirect_chain == [("/admin/registry/release/5/change/", 302)]
    assert "Release 4 is withdrawn." in text(response)
    assert (entry.type, entry.ends_id, entry.publication.by.username) == ("withdrawal", 4, "publisher")
    assert json.loads(entry.content)["reason"]["text"] == REASON


def test_what_follows_is_told_before_the_click(signed_in, announced):
    for state in ("open", "answered", "unverified"):
        Objection.objects.create(release=announced, form_token=state, state=state, language="en")
    two_subscribers()

    assert signed_in("publisher").get(WITHDRAW).context["follows"] == [
        "Release 4 never comes into force for existing customers.",
        "Release 3 stays in force for them.",
        f"New customers get release 3 again. Whoever joined since {spoken(today())} keeps what they agreed to.",
        "Release 4 and the reason for its withdrawal stay public.",
        "2 subscribers are told by mail at once.",
        "2 objections to it are open: they still have to be answered or closed.",
    ]


def spoken(day):
    return f"{day.day} {day:%B} {day.year}"


@pytest.mark.parametrize(
    ("texts", "errors"),
    [
        ({}, {"reason_en": ["Say why the release is withdrawn: customers read the reason."]}),
        ({"da": "Fordi."}, {"reason_en": ["Say why the release is withdrawn: customers read the reason."]}),
        (
            {**REASON, "hu": ""},
            {"reason_hu": ["Reason: the translation is missing. Language: Hungarian."]},
        ),
        (
            {**REASON, "en": "x" * 4001},
            {"reason_en": ["Ensure this value has at most 4000 characters (it has 4001)."]},
        ),
    ],
)
def test_a_reason_is_checked_and_its_problem_stands_beside_its_language(signed_in, announced, texts, errors):
    client = signed_in("publisher")
    blank = dict.fromkeys(reasons(), "")

    response = client.post(WITHDRAW, filled(client.get(WITHDRAW), **reasons(texts)))

    assert response.status_code == 200
    assert response.context["form"].errors == errors
    kept = filled(response)
    assert {name: kept[name] for name in blank} == {**blank, **reasons(texts)}
    assert Release.objects.count() == 4


def test_only_languages_of_the_release_are_asked_for(signed_in, announced):
    Language.objects.create(code="de", public=True)

    response = signed_in("publisher").get(WITHDRAW)

    assert [box.name for box in response.context["form"].reasons] == [
        f"reason_{code}" for code in ("en", "da", "et", "hu", "lv", "pt-br")
    ]


def test_the_second_click_of_one_person_leads_to_the_entry_of_the_first(signed_in, announced):
    client = signed_in("publisher")
    data = filled(client.get(WITHDRAW), **reasons())

    first, second = client.post(WITHDRAW, data), client.post(WITHDRAW, data)

    assert (first.status_code, second.status_code) == (302, 302)
    assert second.headers["Location"] == "/admin/registry/release/5/change/"
    assert Release.objects.count() == 5


def test_somebody_else_is_told_that_it_is_withdrawn_and_keeps_what_was_typed(signed_in, announced):
    one, other = signed_in("publisher", "one"), signed_in("publisher", "other")
    data, same = filled(one.get(WITHDRAW), **reasons()), filled(other.get(WITHDRAW), **reasons())
    one.post(WITHDRAW, data)

    response = other.post(WITHDRAW, same)

    assert response.status_code == 409
    assert "Release 4 is withdrawn already." in text(response)
    assert 'href="/admin/registry/release/5/change/"' in response.content.decode()
    assert filled(response)["reason_lv"] == REASON["lv"]
    assert Release.objects.count() == 5


def test_a_release_that_goes_on_with_corrected_wording_is_withdrawn_under_its_new_number(signed_in, announced):
    client = signed_in("publisher")
    data = filled(client.get(WITHDRAW), **reasons())
    section = PolicySection.objects.get(key="definition")
    for code in ("en", "da", "hu", "lv", "et", "pt_br"):
        setattr(section, f"heading_{code}", f"{getattr(section, f'heading_{code}')}!")
    section.save()
    correct(["sections/definition/heading"])

    response = client.post(WITHDRAW, data)

    assert response.status_code == 409
    assert "Release 4 goes on as release 6, with corrected wording." in text(response)
    assert 'href="/admin/registry/release/6/withdraw/"' in response.content.decode()
    assert client.post("/admin/registry/release/6/withdraw/", data).status_code == 302


def test_what_is_in_force_cannot_be_withdrawn_and_the_page_says_what_to_do_instead(signed_in, announced):
    client = signed_in("publisher")
    address = "/admin/registry/release/3/withdraw/"

    looked, clicked = client.get(address), client.post(address, reasons())

    for response in (looked, clicked):
        assert "Release 3 is in force for existing customers, or was." in text(response)
        assert "Change the draft and publish a release that puts it right." in text(response)
        assert response.content.decode().count('type="submit" class="default"') == 0
    assert (looked.status_code, clicked.status_code) == (200, 409)
    assert Release.objects.count() == 4


@pytest.mark.parametrize("number", ["9", "0", "99999999999999999999", "5"])
def test_what_is_no_release_has_no_such_page(signed_in, announced, number):
    withdraw(4, reason=REASON)

    assert signed_in("publisher").get(f"/admin/registry/release/{number}/withdraw/").status_code == 404


def test_looking_changes_nothing(signed_in, announced):
    signed_in("publisher").get(WITHDRAW)

    assert Release.objects.count() == 4


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_who_withdraw_at_the_same_moment_one_wins_and_the_other_is_told():
    announce()
    clients = []
    for name in ("one", "other"):
        user = User.objects.create_user(name, is_staff=True)
        user.groups.add(Group.objects.get(name="publisher"))
        clients.append(Client())
        clients[-1].force_login(user)
    forms = [filled(client.get(WITHDRAW), **reasons()) for client in clients]
    barrier, statuses = threading.Barrier(2), []

    def click(client, data):
        try:
            barrier.wait()
            statuses.append(client.post(WITHDRAW, data).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=pair) for pair in zip(clients, forms, strict=True)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    assert sorted(statuses) == [302, 409]
    assert Release.objects.count() == 5


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("superuser", True),
        ("publisher", True),
        ("editor", False),
        ("DPA officer", False),
        ("auditor", False),
        ("nobody", False),
    ],
)
def test_only_those_withdraw_who_may_publish(signed_in, announced, role, may):
    client = signed_in(role)

    assert client.get(WITHDRAW).status_code == (200 if may else 403)
    assert client.post(WITHDRAW, reasons()).status_code == (302 if may else 403)
    assert Release.objects.count() == (5 if may else 4)


def test_whoever_is_not_signed_in_is_asked_to(client, db):
    assert client.get(WITHDRAW).headers["Location"] == f"/admin/login/?next={WITHDRAW}"
