import datetime
import re
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from registry.actions import objecting
from registry.actions.withdrawing import withdraw
from registry.models import Delivery, Objection, ObjectionNote, Objector
from tests.objections import OBJECTOR, announce, submit, verified
from tests.reading import read
from tests.releases import REASON

LIST = "/admin/registry/objection/"


def page_of(objection, step="change"):
    return f"{LIST}{objection.pk}/{step}/"


def text(response):
    """What a reader sees, in one line."""
    body = re.sub(r"<[^>]+>", " ", response.content.decode().partition("<body")[2])
    return " ".join(unescape(body).split())


def steps(response):
    """The forms and buttons that act."""
    page = read(response.content.decode())
    forms = [form["action"].rstrip("/").rpartition("/")[2] for form in page.all("form") if form.get("action")]
    return [name for name in forms if name in {"take", "answer", "reopen", "note", "resend"}]


def seen(objection):
    return {"seen": objecting.version(objection)}


def permissions(*names):
    return Permission.objects.filter(codename__in=names, content_type__app_label="registry")


@pytest.fixture
def officer(signed_in):
    return signed_in("DPA officer")


@pytest.fixture
def user(officer):
    return User.objects.get(username="DPA-officer")


# --- the list ---------------------------------------------------------------------------------------------------------


def test_what_has_to_be_done_comes_first_by_the_day_on_which_the_change_comes(officer, user):
    unverified, closed = submit("1"), verified("2")
    older, younger = verified("3"), verified("4")
    objecting.close(closed, objecting.version(closed), "rejected", user)

    listed = re.findall(r">(OBJ-[\w-]+)</a>", officer.get(LIST).content.decode())

    assert listed == [one.reference for one in (older, younger, unverified, closed)]


def test_the_list_tells_how_the_objections_to_each_release_stand_and_until_when(officer, user):
    closed, _open, _unverified = verified("1"), verified("2"), submit("3")
    objecting.close(closed, objecting.version(closed), "rejected", user)
    release = closed.release

    page = read(officer.get(LIST).content.decode())

    row = page.one("tr", data_release=str(release.number))
    until = f"{release.objection_deadline.day} {release.objection_deadline:%B %Y}"
    day = f"{release.in_force_existing_on.day} {release.in_force_existing_on:%B %Y}"
    assert [cell.text for cell in row.all("td")] == [until, day, "1", "1", "0", "1"]
    assert row.one("a")["href"] == "?release__number__exact=4"
    assert page.all("tr", data_release="3") == []


def test_a_deadline_that_is_over_is_marked_and_a_release_that_may_be_objected_to_is_listed_before_anybody_does(officer):
    release = announce()

    assert "over" not in read(officer.get(LIST).content.decode()).one("tr", data_release="4").text
    submit(release=4)
    with pytest.MonkeyPatch.context() as patch:
        later = timezone.now() + datetime.timedelta(days=365)
        patch.setattr("registry.admin.objection.timezone.localdate", lambda *_at: later.date())
        assert "over" in read(officer.get(LIST).content.decode()).one("tr", data_release=str(release.number)).text


def test_the_list_of_one_release_shows_its_objections_alone(officer):
    objection = submit()

    def listed(query):
        return re.findall(r">(OBJ-[\w-]+)</a>", officer.get(f"{LIST}?{query}").content.decode())

    assert listed("release__number__exact=4") == [objection.reference]
    assert listed("release__number__exact=3") == []
    assert listed("release__number__exact=x") == []
    assert listed("state=closed") == []
    assert listed("language=et") == [objection.reference]


def test_the_list_costs_the_same_for_one_objection_and_for_three(officer, user, django_assert_max_num_queries):
    def taken(number):
        objection = verified(number)
        objecting.take(objection, objecting.version(objection), user)

    taken("1")
    officer.get(LIST)
    with django_assert_max_num_queries(14) as one:
        officer.get(LIST)
    taken("2")
    taken("3")

    with django_assert_max_num_queries(len(one)):
        officer.get(LIST)


def test_the_list_names_nobody_and_search_by_the_person_is_for_those_who_may_see_them(signed_in):
    objection = submit()
    blind = signed_in("nobody")
    User.objects.get(username="nobody").user_permissions.add(*permissions("view_objection"))
    officer = signed_in("DPA officer")

    assert not [value for value in OBJECTOR.values() if value in text(officer.get(LIST))]
    assert objection.reference in text(officer.get(LIST, {"q": OBJECTOR["company"]}))
    assert objection.reference not in text(blind.get(LIST, {"q": OBJECTOR["company"]}))
    assert objection.reference in text(blind.get(LIST, {"q": objection.reference}))


# --- one objection ----------------------------------------------------------------------------------------------------


def test_an_officer_sees_who_objects_why_and_to_what_and_in_which_language_to_answer(officer):
    objection = verified()

    response = officer.get(page_of(objection))

    told, page = text(response), read(response.content.decode())
    for value in OBJECTOR.values():
        assert " ".join(value.split()) in told
    release = objection.release
    until = f"{release.objection_deadline.day} {release.objection_deadline:%B %Y}"
    assert f"Objections until {until}" in told
    assert "Answer to the objector. Language: Estonian" in told
    assert page.one("textarea", name_="answer")["lang"] == "et"
    in_estonian, here = page.one("ul", class_="case-changes"), page.one("ul", class_="case-changes quiet")
    assert (in_estonian["lang"], "Saksamaa" in in_estonian.text) == ("et", True)
    assert "Germany" in here.text
    assert steps(response) == ["take", "answer", "note"]
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


def test_an_objection_to_a_release_as_a_whole_says_so(officer):
    assert "Kõik selle redaktsiooni muudatused" in text(officer.get(page_of(verified(change=""))))


def test_what_became_of_the_release_is_told(officer):
    objection = verified()
    withdraw(objection.release_id, reason=REASON)

    assert "Release 4 (withdrawn)" in text(officer.get(page_of(objection)))


def test_who_may_not_see_the_person_sees_neither_grounds_nor_answers(signed_in):
    objection = verified()
    client = signed_in("nobody")
    nobody = User.objects.get(username="nobody")
    nobody.user_permissions.add(*permissions("view_objection"))
    objecting.answer(objection, objecting.version(objection), "Tere, xylophon!", nobody)

    told = text(client.get(page_of(objection)))

    assert "Your account may not see who objects." in told
    assert not [value for value in OBJECTOR.values() if " ".join(value.split()) in told]
    assert "Tere, xylophon!" not in told


ROLES = {
    "superuser": "act",
    "DPA officer": "act",
    "auditor": "look",
    "publisher": "know",
    "editor": "",
    "nobody": "",
}


@pytest.mark.parametrize("role", ROLES)
def test_each_group_may_do_what_it_is_for(signed_in, role):
    objection, client, may = verified(), signed_in(role), ROLES[role]
    sees = OBJECTOR["company"] in text(client.get(page_of(objection)))

    assert sees == (may in {"act", "look"})
    assert client.get(LIST).status_code == (200 if may else 403)
    assert client.get(page_of(objection)).status_code == (200 if may else 403)
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(page_of(objection, "delete")).status_code == 403
    assert client.post(page_of(objection)).status_code == 403
    assert client.get(page_of(objection, "erase")).status_code == (200 if may == "act" else 403)
    if may != "act":
        for step in ("take", "answer", "reopen", "note", "erase"):
            sent = {**seen(objection), "answer": "x", "note": "x", "do": "answer"}
            assert client.post(page_of(objection, step), sent).status_code == 403
        assert (Objection.objects.get().state, Objector.objects.count()) == ("open", 1)
        assert ObjectionNote.objects.count() == 0
    if may in {"look", "know"}:
        assert steps(client.get(page_of(objection))) == []


def test_an_objection_is_taken_answered_and_closed_and_the_page_tells_who_did_what(officer, user):
    objection = verified()

    officer.post(page_of(objection, "take"), seen(objection))
    answered = officer.post(
        page_of(objection, "answer"), {**seen(objection), "do": "answer", "answer": "Me kuulame."}, follow=True
    )
    officer.post(page_of(objection, "note"), {**seen(objection), "note": "Rang them."})
    closed = officer.post(
        page_of(objection, "answer"),
        {**seen(objection), "do": "close", "answer": "Loobume.", "outcome": "upheld"},
        follow=True,
    )

    assert "The answer is queued as a mail to the objector." in text(answered)
    told = text(closed)
    for part in (
        "The objection has been closed. Outcome: the change is not made.",
        "Taken by: DPA-officer",
        "State: answered",
        "Answer Me kuulame.",
        "Note Rang them.",
        "Answer Loobume.",
        "Outcome: the change is not made",
        "The objection was received.",
    ):
        assert part in told
    assert steps(closed) == ["reopen", "note"]
    assert set(ObjectionNote.objects.values_list("text", "answer", "by")) == {
        ("Me kuulame.", True, user.pk),
        ("Rang them.", False, user.pk),
        ("Loobume.", True, user.pk),
    }
    again = officer.post(page_of(objection, "reopen"), seen(objection), follow=True)
    assert "The objection is open again." in text(again)
    assert steps(again) == ["answer", "note"]


def test_an_objection_that_nobody_has_verified_waits_for_its_objector(officer):
    objection = submit()

    response = officer.get(page_of(objection))
    sent = officer.post(page_of(objection, "answer"), {**seen(objection), "do": "answer", "answer": "x"})

    assert "The objector has yet to confirm the objection" in text(response)
    assert steps(response) == ["note"]
    assert (sent.status_code, Objection.objects.get().state) == (409, "unverified")


def test_get_changes_nothing(officer):
    objection = verified()

    for step in ("take", "answer", "reopen", "note", "resend", "erase"):
        officer.get(page_of(objection, step), {**seen(objection), "do": "close", "outcome": "upheld", "answer": "x"})

    assert (Objection.history.count(), ObjectionNote.objects.count(), Objector.objects.count()) == (2, 0, 1)


@pytest.mark.parametrize(
    ("step", "sent", "said"),
    [
        ("answer", {"do": "answer", "answer": " ", "outcome": "upheld"}, "There is no answer to send yet."),
        ("answer", {"do": "close", "answer": "Typed with care.", "outcome": ""}, "Choose an outcome first"),
        ("answer", {"do": "close", "answer": "Typed with care.", "outcome": "\x01"}, "Choose an outcome first"),
        ("reopen", {}, "This objection cannot be moved to that state."),
        ("note", {"note": " "}, "There is no note to keep yet."),
    ],
)
def test_what_cannot_be_done_is_told_and_nothing_typed_is_lost(officer, step, sent, said):
    objection = verified()

    response = officer.post(page_of(objection, step), {**seen(objection), **sent})

    page = read(response.content.decode())
    assert (response.status_code, said in text(response)) == (409, True)
    assert page.one("textarea", name_="answer").text == sent.get("answer", "").strip()
    chosen = [option["value"] for option in page.one("select").all("option", selected=None)]
    assert chosen == [value for value in [sent.get("outcome")] if value == "upheld"]
    assert (Objection.objects.get().state, ObjectionNote.objects.count()) == ("open", 0)


@pytest.mark.parametrize("seen_then", [None, "", "x", "9" * 40])
def test_who_was_overtaken_is_told_and_keeps_the_answer(officer, seen_then):
    objection = verified()
    before = seen(objection) if seen_then is None else {"seen": seen_then}
    objecting.take(objection, objecting.version(objection), User.objects.create_user("other"))

    response = officer.post(
        page_of(objection, "answer"), {**before, "do": "answer", "answer": "Typed with care.", "outcome": "rejected"}
    )

    assert response.status_code == 409
    assert "Somebody else has changed this objection since you opened it." in text(response)
    page = read(response.content.decode())
    assert page.one("textarea", name_="answer").text == "Typed with care."
    assert page.one("option", selected=None)["value"] == "rejected"
    assert Objection.objects.get().state == "open"
    # The page is the one of now: sent again, it holds.
    now = {"seen": page.all("input", name_="seen")[0]["value"], "do": "answer", "answer": "Typed with care."}
    assert officer.post(page_of(objection, "answer"), now).status_code == 302


def test_a_mail_that_was_refused_can_be_sent_again(officer):
    objection = verified()
    Delivery.objects.update(state="failed", problem="SMTP 550")
    refused = Delivery.objects.get(kind="objection-receipt")

    assert steps(officer.get(page_of(objection))).count("resend") == 3
    officer.post(page_of(objection, "resend"), {**seen(objection), "delivery": refused.pk})

    assert dict(Delivery.objects.values_list("kind", "state")) == {
        "objection-check": "failed",
        "objection-notice": "failed",
        "objection-receipt": "queued",
    }


def test_erasing_asks_first_and_then_erases(officer):
    objection = verified()

    asked = officer.get(page_of(objection, "erase"))
    assert f"Erase the personal data of {objection.reference}?" in asked.content.decode()
    assert Objector.objects.count() == 1
    response = officer.post(page_of(objection, "erase"), follow=True)

    told = text(response)
    assert "The personal data of this objection has been erased." in told
    assert "Nothing is kept about the person." in told
    assert steps(response) == []
    assert (Objector.objects.count(), Objection.history.latest().history_user.username) == (0, "DPA-officer")
    assert "erased already" in text(officer.get(page_of(objection, "erase")))


def test_the_admins_log_names_nobody(officer):
    objection = verified()
    officer.post(page_of(objection, "note"), {**seen(objection), "note": OBJECTOR["name"]})
    officer.post(page_of(objection, "answer"), {**seen(objection), "do": "answer", "answer": OBJECTOR["name"]})
    officer.post(page_of(objection, "erase"))

    entries = list(LogEntry.objects.order_by("id").values_list("object_repr", "change_message"))
    assert [name for name, _message in entries] == [objection.reference] * 3
    assert not [value for value in OBJECTOR.values() if value in str(entries)]


@pytest.mark.parametrize("pk", ["0", "999", "x", "1%00", "9" * 30])
def test_an_objection_that_is_not_there_is_a_4xx(officer, pk):
    for step in ("change", "take", "answer", "reopen", "note", "erase", "resend"):
        assert officer.post(f"{LIST}{pk}/{step}/", follow=True).status_code in {400, 403, 404}
        assert officer.get(f"{LIST}{pk}/{step}/", follow=True).status_code in {400, 404}


def test_the_page_costs_the_same_however_much_has_happened(officer, user, django_assert_max_num_queries):
    objection = verified()
    objection = objecting.answer(objection, objecting.version(objection), "Once.", user)
    officer.get(page_of(objection))
    with django_assert_max_num_queries(20) as short:
        officer.get(page_of(objection))
    for _time in range(5):
        objection = objecting.answer(objection, objecting.version(objection), "Again.", user)

    with django_assert_max_num_queries(len(short)):
        officer.get(page_of(objection))
