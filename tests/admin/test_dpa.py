import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from registry.actions import dpa, linking
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
    since = request.since.isoformat()
    return {"seen_state": request.state, "seen_since": since, "seen_assignee": request.assignee_id or ""}


def verified(token="a form", **changed):
    return dpa.verify(linking.token(submit(token, **changed), "verify"))


def listed(client, query=""):
    return re.findall(r">(DPA-[\w-]+)</a>", client.get(f"{LIST}?{query}").content.decode())


@pytest.fixture
def officer(signed_in):
    return signed_in("DPA officer")


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_costs_the_same_for_one_request_and_for_three(officer, db, django_assert_max_num_queries):
    user = User.objects.get(username="DPA-officer")
    dpa.take(submit("1"), user)
    officer.get(LIST)
    with django_assert_max_num_queries(11) as one:
        officer.get(LIST)
    for number in ("2", "3"):
        dpa.take(submit(number, country="DK", language="da", region="us"), user)

    with django_assert_max_num_queries(len(one)):
        officer.get(LIST)


def test_who_waits_for_staff_comes_first_then_who_is_waited_for_and_what_has_ended_last(officer, db):
    user = User.objects.get(username="DPA-officer")
    unverified, ended, younger, older = submit("1"), verified("2"), verified("3"), verified("4")
    dpa.decline(ended, "No.", user)
    DpaRequest.objects.filter(pk=older.pk).update(since=timezone.now() - timedelta(days=2))

    assert listed(officer) == [older.reference, younger.reference, unverified.reference, ended.reference]


def test_the_queue_tells_what_each_waits_for_since_when_and_what_is_overdue(officer, db):
    submit("1")
    late = verified("2", country="DK", language="da", region="us")
    DpaRequest.objects.filter(pk=late.pk).update(since=timezone.now() - timedelta(days=4))

    rows = re.findall(r"<tr>.*?</tr>", officer.get(LIST).content.decode(), re.S)[1:]

    first, second = (" ".join(unescape(re.sub(r"<[^>]+>", " ", row)).split()) for row in rows)
    assert "review by staff" in first
    assert "(4 days) overdue address verified Denmark Danish United States" in first
    assert "verification by the customer" in second
    assert "(less than a day) received Hungary Hungarian European Union" in second


def test_the_company_is_told_to_those_who_may_see_who_asks_and_nothing_else_of_the_person(officer, signed_in, db):
    submit()
    blind = signed_in("nobody")
    User.objects.get(username="nobody").user_permissions.add(*_permissions("view_dparequest"))

    told = officer.get(LIST)

    assert [name for name, value in PERSON.items() if value in text(told)] == ["company"]
    assert {"private", "no-store"} <= set(told["Cache-Control"].split(", "))
    assert [name for name, value in PERSON.items() if value in text(blind.get(LIST))] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=received", "1"),
        ("state=closed", ""),
        ("country=HU", "123"),
        ("country=DK", "4"),
        ("verified=yes", "2345"),
        ("verified=no", "1"),
        ("waits=staff", "25"),
        ("waits=overdue", "2"),
        ("waits=review", "25"),
        ("waits=verification", "1"),
        ("waits=acceptance", "3"),
        ("waits=countersignature", "4"),
        ("waits=nonsense", "12345"),
    ],
)
def test_requests_are_filtered(officer, db, query, found):
    requests = {"1": submit("1"), "2": verified("2"), "3": verified("3")}
    requests |= {"4": verified("4", country="DK"), "5": verified("5", country="LV")}
    for number, state in (("3", "issued"), ("4", "accepted"), ("5", "in_review")):
        DpaRequest.objects.filter(pk=requests[number].pk).update(state=state)
    DpaRequest.objects.filter(pk=requests["2"].pk).update(since=timezone.now() - timedelta(days=4))
    DpaRequest.objects.filter(pk=requests["4"].pk).update(erased_at=timezone.now())

    # An erased one waits for nobody.
    wanted = set(found) - ({"4"} if query.startswith("waits=") and query != "waits=nonsense" else set())
    assert set(listed(officer, query)) == {requests[number].reference for number in wanted}


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
    assert "Request to verify a requester’s address queued" in told
    assert "The requester has yet to verify the address by the link in a mail." in told
    assert buttons(response) == ["in_review"]
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
        assert client.post(page_of(request, "move"), {**seen(request), "to": "in_review"}).status_code == 403
        assert client.post(page_of(request, "decline"), {**seen(request), "reason": "No."}).status_code == 403
        assert client.post(page_of(request, "erase")).status_code == 403
        assert DpaRequest.objects.get().state == "received"
        assert DpaRequester.objects.count() == 1
    if may == "look":
        assert buttons(client.get(page_of(request))) == []


def test_a_request_is_taken_moved_and_noted_and_the_page_tells_who_did_what(officer, db):
    request = submit()

    officer.post(page_of(request, "take"), seen(request))
    request.refresh_from_db()
    officer.post(page_of(request, "note"), {**seen(request), "note": "Rang them."})
    response = officer.post(page_of(request, "move"), {**seen(request), "to": "in_review"}, follow=True)

    told = text(response)
    for part in ("The request has been moved. State: in review.", "Taken by: DPA-officer", "Rang them."):
        assert part in told
    assert buttons(response) == ["closed"]
    assert DpaNote.objects.get().by.username == "DPA-officer"


def test_the_page_leads_to_the_next_request_that_waits_for_staff(officer, db):
    first, second, _unverified = verified("1"), verified("2"), submit("3")

    assert f"Next in the queue: {second.reference}" in text(officer.get(page_of(first)))
    assert f"Next in the queue: {first.reference}" in text(officer.get(page_of(second)))
    dpa.decline(first, "No.", User.objects.get())
    assert "Next in the queue" not in text(officer.get(page_of(second)))


def test_get_changes_nothing(officer, db):
    request = verified()

    for step in ("take", "move", "resend", "erase", "decline", "note", "link"):
        officer.get(page_of(request, step), {**seen(request), "to": "in_review", "reason": "No.", "note": "Yes."})

    assert (DpaRequest.history.count(), DpaNote.objects.count(), request.links.count()) == (2, 0, 2)


@pytest.mark.parametrize("to", ["closed", "received", "accepted", "declined", "", "\x01"])
def test_a_move_that_is_not_legal_is_refused(officer, db, to):
    request = verified()

    response = officer.post(page_of(request, "move"), {**seen(request), "to": to})

    assert response.status_code == 409
    assert "This request cannot be moved to that state." in text(response)
    assert DpaRequest.objects.get().state == "verified"


def test_every_move_of_staff_has_a_button_and_no_other_has(officer, db):
    request = verified()
    offered = {}
    for state in DpaRequest.State:
        ended = timezone.now() if state in DpaRequest.ENDED else None
        DpaRequest.objects.filter(pk=request.pk).update(state=state, ended_at=ended)
        page = officer.get(page_of(request))
        may_decline = page_of(request, "decline") in page.content.decode()
        offered[state] = {*buttons(page)} | ({"declined"} if may_decline else set())

    verbs = {"in_review", "closed", "declined"}
    assert offered == {state: verbs & set(to) for state, to in DpaRequest.MOVES.items()}


def test_a_request_is_declined_with_a_reason_in_the_language_that_the_page_names(officer, db):
    request = verified()

    page = officer.get(page_of(request))
    response = officer.post(page_of(request, "decline"), {**seen(request), "reason": "Sajnos nem."}, follow=True)

    assert "Reason, told to the customer. Language: Hungarian" in text(page)
    assert '<textarea id="case-reason" name="reason" rows="5" maxlength="4000" lang="hu" dir="ltr"' in str(page.content)
    told = text(response)
    assert "The request has been declined. The reason is queued as a mail to the requester." in told
    assert "Sajnos nem." in told
    assert DpaRequest.objects.get().state == "declined"
    assert Delivery.objects.filter(kind="dpa-ended", state="queued").count() == 1


def test_nobody_is_declined_without_a_reason(officer, db):
    request = verified()

    response = officer.post(page_of(request, "decline"), {**seen(request), "reason": "  "})

    assert response.status_code == 409
    assert "Say why: the customer is told the reason." in text(response)
    assert DpaRequest.objects.get().state == "verified"


def test_a_new_link_to_the_page_is_mailed_and_the_earlier_one_is_revoked(officer, db):
    request = verified()
    before = linking.token(request, "page")

    response = officer.post(page_of(request, "link"), seen(request), follow=True)

    assert "A new link is queued as a mail to the requester." in text(response)
    with pytest.raises(linking.NoLink):
        linking.opened(before, "page")
    assert linking.opened(linking.token(request, "page"), "page").request == request
    assert Delivery.objects.filter(kind="dpa-link", state="queued").count() == 1


def test_before_the_address_is_verified_no_link_to_the_page_is_offered(officer, db):
    assert "Mail a new link" not in text(officer.get(page_of(submit())))
    assert "Mail a new link" in text(officer.get(page_of(verified("2"))))


def test_who_was_overtaken_is_told_and_keeps_the_note(officer, db):
    request = submit()
    before = seen(request)
    other = User.objects.create_user("other")
    dpa.take(request, other)

    response = officer.post(page_of(request, "decline"), {**before, "reason": "Typed with care."})

    assert response.status_code == 409
    assert "Somebody else has changed this request since you opened it." in text(response)
    assert "Typed with care." in text(response)
    assert buttons(response) == ["in_review"]
    assert DpaRequest.objects.get().state == "received"


def test_a_mail_that_was_refused_can_be_sent_again(officer, db):
    request = verified()
    Delivery.objects.update(state="failed", problem="SMTP 550")
    refused = Delivery.objects.get(kind="dpa-receipt")

    officer.post(page_of(request, "resend"), {**seen(request), "delivery": refused.pk})

    assert dict(Delivery.objects.values_list("kind", "state")) == {
        "dpa-check": "failed",
        "dpa-notice": "failed",
        "dpa-receipt": "queued",
    }
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
    officer.post(page_of(request, "decline"), {**seen(request), "reason": PERSON["name"]})
    officer.post(page_of(request, "erase"))

    entries = list(LogEntry.objects.order_by("id").values_list("object_repr", "change_message"))
    assert [name for name, _message in entries] == [request.reference] * 3
    assert not [value for value in PERSON.values() if value in str(entries)]


def test_the_history_address_leads_to_the_page_that_tells_it(officer, db):
    request = submit()

    assert officer.get(page_of(request, "history"))["Location"] == f"{page_of(request)}#history"


@pytest.mark.parametrize("pk", ["0", "999", "x", "1%00", "9" * 30])
def test_a_request_that_is_not_there_is_a_4xx(officer, db, pk):
    for step in ("change", "take", "move", "decline", "note", "link", "erase", "resend"):
        assert officer.post(f"{LIST}{pk}/{step}/", follow=True).status_code in {400, 403, 404}
        assert officer.get(f"{LIST}{pk}/{step}/", follow=True).status_code in {400, 404}


def test_the_page_costs_the_same_however_much_has_happened(officer, db, django_assert_max_num_queries):
    user = User.objects.get(username="DPA-officer")
    request = dpa.move(verified(), "in_review", user)
    officer.get(page_of(request))
    with django_assert_max_num_queries(50) as short:
        officer.get(page_of(request))
    for to in ("closed", "in_review", "closed", "in_review"):
        request = dpa.move(request, to, user, note="Again.")

    with django_assert_max_num_queries(len(short)):
        officer.get(page_of(request))
