import re
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User

from registry.actions import dpa
from registry.models import Delivery, DpaNote, DpaRequest, DpaRequester
from tests.requests import PERSON, submit

LIST = "/admin/registry/dparequest/"


def page_of(request, step="change"):
    return f"{LIST}{request.pk}/{step}/"


def text(response):
    """What a reader sees, in one line."""
    body = re.sub(r"<[^>]+>", " ", response.content.decode().partition("<body")[2])
    return " ".join(unescape(body).split())


def buttons(response):
    return re.findall(r'name="to" value="(\w+)"', response.content.decode())


def seen(request):
    return {"seen_state": request.state, "seen_assignee": request.assignee_id or ""}


@pytest.fixture
def officer(signed_in):
    return signed_in("DPA officer")


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_costs_the_same_for_one_request_and_for_three(officer, db, django_assert_max_num_queries):
    user = User.objects.get(username="DPA-officer")
    dpa.take(submit("1"), user)
    officer.get(LIST)
    with django_assert_max_num_queries(10) as one:
        officer.get(LIST)
    for number in ("2", "3"):
        dpa.take(submit(number, country="DK", language="da", region="us"), user)

    with django_assert_max_num_queries(len(one)):
        officer.get(LIST)


def test_whoever_waits_longest_comes_first_and_what_has_ended_last(officer, db):
    user = User.objects.get(username="DPA-officer")
    ended, older, younger = (submit(token) for token in "123")
    dpa.move(ended, "declined", user)

    listed = re.findall(r">(DPA-[\w-]+)</a>", officer.get(LIST).content.decode())

    assert listed == [older.reference, younger.reference, ended.reference]


def test_the_list_tells_country_language_and_region_by_name(officer, db):
    submit()

    told = text(officer.get(LIST))

    assert "received" in told
    for name in ("Hungary", "Hungarian", "European Union"):
        assert name in told
    assert not [value for value in PERSON.values() if value in told]


@pytest.mark.parametrize(("query", "count"), [("state=received", 1), ("state=closed", 0), ("country=HU", 1)])
def test_requests_are_filtered(officer, db, query, count):
    submit()

    assert len(re.findall(r">DPA-[\w-]+</a>", officer.get(f"{LIST}?{query}").content.decode())) == count


@pytest.mark.parametrize("wanted", [PERSON["company"], PERSON["email"]])
def test_search_by_the_person_is_for_those_who_may_see_them(signed_in, db, wanted):
    request = submit()
    signed_in("superuser")
    blind = signed_in("nobody")
    blind_user = User.objects.get(username="nobody")
    blind_user.user_permissions.add(*_permissions("view_dparequest"))

    found = signed_in("auditor").get(LIST, {"q": wanted})
    hidden = blind.get(LIST, {"q": wanted})

    assert request.reference in text(found)
    assert request.reference not in text(hidden)
    assert request.reference in text(blind.get(LIST, {"q": request.reference}))


def _permissions(*names):
    return Permission.objects.filter(codename__in=names, content_type__app_label="registry")


# --- one request ------------------------------------------------------------------------------------------------------


def test_an_officer_sees_the_request_beside_the_person_and_its_mails(officer, db):
    request = submit()

    response = officer.get(page_of(request))

    told = text(response)
    for value in PERSON.values():
        assert " ".join(value.split()) in told
    assert "Receipt to the requester queued" in told
    assert buttons(response) == ["in_review", "declined"]
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


def test_who_may_not_see_the_person_does_not(signed_in, db):
    request = submit()
    client = signed_in("nobody")
    User.objects.get(username="nobody").user_permissions.add(*_permissions("view_dparequest"))

    told = text(client.get(page_of(request)))

    assert "Your account may not see who asks." in told
    assert not [value for value in PERSON.values() if value in told]


ROLES = {"superuser": "act", "DPA officer": "act", "auditor": "look", "editor": "", "publisher": "", "nobody": ""}


@pytest.mark.parametrize("role", ROLES)
def test_each_group_may_do_what_it_is_for(signed_in, db, role):
    request, client = submit(), signed_in(role)
    may = ROLES[role]

    assert client.get(LIST).status_code == (200 if may else 403)
    assert client.get(page_of(request)).status_code == (200 if may else 403)
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(page_of(request, "delete")).status_code == 403
    assert client.post(page_of(request)).status_code == 403
    assert client.get(page_of(request, "erase")).status_code == (200 if may == "act" else 403)
    assert client.post(page_of(request, "take"), seen(request)).status_code == (302 if may == "act" else 403)
    assert DpaRequest.objects.filter(assignee__isnull=False).exists() == (may == "act")
    if may != "act":
        assert client.post(page_of(request, "move"), {**seen(request), "to": "declined"}).status_code == 403
        assert client.post(page_of(request, "erase")).status_code == 403
        assert DpaRequest.objects.get().state == "received"
        assert DpaRequester.objects.count() == 1
    if may == "look":
        assert buttons(client.get(page_of(request))) == []


def test_a_request_is_taken_and_moved_with_a_note_and_the_page_tells_who_did_what(officer, db):
    request = submit()

    officer.post(page_of(request, "take"), seen(request))
    request.refresh_from_db()
    response = officer.post(
        page_of(request, "move"), {**seen(request), "to": "in_review", "note": "Rang them."}, follow=True
    )

    told = text(response)
    for part in ("The request has been moved. State: in review.", "Taken by: DPA-officer", "Rang them."):
        assert part in told
    assert buttons(response) == ["closed", "declined", "received"]
    assert DpaNote.objects.get().by.username == "DPA-officer"


def test_get_changes_nothing(officer, db):
    request = submit()

    for step in ("take", "move", "resend", "erase"):
        officer.get(page_of(request, step), {**seen(request), "to": "declined"})

    assert DpaRequest.history.count() == 1


@pytest.mark.parametrize("to", ["closed", "received", "accepted", "", "\x01"])
def test_a_move_that_is_not_legal_is_refused_and_keeps_the_note(officer, db, to):
    request = submit()

    response = officer.post(page_of(request, "move"), {**seen(request), "to": to, "note": "Typed with care."})

    assert response.status_code == 409
    assert "Typed with care." in text(response)
    assert (DpaRequest.objects.get().state, DpaNote.objects.count()) == ("received", 0)


def test_who_was_overtaken_is_told_and_keeps_the_note(officer, db):
    request = submit()
    before = seen(request)
    other = User.objects.create_user("other")
    dpa.take(request, other)

    response = officer.post(page_of(request, "move"), {**before, "to": "declined", "note": "Typed with care."})

    assert response.status_code == 409
    assert "Somebody else has changed this request since you opened it." in text(response)
    assert "Typed with care." in text(response)
    assert buttons(response) == ["in_review", "declined"]
    assert DpaRequest.objects.get().state == "received"


def test_a_mail_that_was_refused_can_be_sent_again(officer, db):
    request = submit()
    Delivery.objects.update(state="failed", problem="SMTP 550")
    refused = Delivery.objects.get(kind="dpa-receipt")

    officer.post(page_of(request, "resend"), {**seen(request), "delivery": refused.pk})

    assert dict(Delivery.objects.values_list("kind", "state")) == {"dpa-notice": "failed", "dpa-receipt": "queued"}
    for number in ("", "x", "999", "9" * 40):
        answer = officer.post(page_of(request, "resend"), {**seen(request), "delivery": number})
        assert answer.status_code == 404


def test_erasing_asks_first_and_then_erases(officer, db):
    request = submit()

    asked = officer.get(page_of(request, "erase"))
    assert f"Erase the personal data of {request.reference}?" in asked.content.decode()
    assert DpaRequester.objects.count() == 1
    response = officer.post(page_of(request, "erase"), follow=True)

    told = text(response)
    assert "The personal data of this request has been erased." in told
    assert "Nothing is kept about the person." in told
    assert buttons(response) == []
    assert DpaRequester.objects.count() == 0
    assert DpaRequest.history.latest().history_user.username == "DPA-officer"


def test_the_admins_log_names_nobody(officer, db):
    request = submit()
    officer.post(page_of(request, "take"), seen(request))
    request.refresh_from_db()
    officer.post(page_of(request, "move"), {**seen(request), "to": "declined", "note": PERSON["name"]})
    officer.post(page_of(request, "erase"))

    entries = list(LogEntry.objects.order_by("id").values_list("object_repr", "change_message"))
    assert [name for name, _message in entries] == [request.reference] * 3
    assert not [value for value in PERSON.values() if value in str(entries)]


def test_the_history_address_leads_to_the_page_that_tells_it(officer, db):
    request = submit()

    assert officer.get(page_of(request, "history"))["Location"] == f"{page_of(request)}#history"


@pytest.mark.parametrize("pk", ["0", "999", "x", "1%00", "9" * 30])
def test_a_request_that_is_not_there_is_a_4xx(officer, db, pk):
    for step in ("change", "take", "move", "erase", "resend"):
        assert officer.post(f"{LIST}{pk}/{step}/", follow=True).status_code in {400, 403, 404}
        assert officer.get(f"{LIST}{pk}/{step}/", follow=True).status_code in {400, 404}


def test_the_page_costs_the_same_however_much_has_happened(officer, db, django_assert_max_num_queries):
    user = User.objects.get(username="DPA-officer")
    request = submit()
    officer.get(page_of(request))
    with django_assert_max_num_queries(14) as short:
        officer.get(page_of(request))
    for to in ("in_review", "closed", "in_review", "closed", "in_review"):
        request = dpa.move(request, to, user, note="Again.")

    with django_assert_max_num_queries(len(short)):
        officer.get(page_of(request))
