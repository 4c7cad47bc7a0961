import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from registry.actions import notifying
from registry.models import Delivery, Release, Subscriber, SubscriberIdentity
from tests.reading import read
from tests.subscribers import EMAIL, ask, subscribe

LIST = "/admin/registry/subscriber/"


def page_of(subscriber, step="change"):
    return f"{LIST}{subscriber.pk}/{step}/"


def main(response):
    return read(response.content.decode()).one(id_="content-main")


@pytest.fixture
def officer(signed_in):
    return signed_in("DPA officer")


@pytest.fixture
def some(db):
    """One of each state, the newest first."""
    gone, left, told, asked = (subscribe(f"{name}@marjamaa.example") for name in ("gone", "left", "told", "x"))
    notifying.suppress(gone)
    notifying.unsubscribe(left)
    notifying.erase(asked)
    return [ask(), told, left, gone]


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_names_nobody(officer, some):
    page = officer.get(LIST).content.decode()

    assert [subscriber.reference in page for subscriber in some] == [True] * 4
    assert "marjamaa" not in page.lower()


def test_the_list_counts_by_state_and_leads_to_each(officer, some):
    page = read(officer.get(LIST).content.decode())

    counts = {cell["data-state"]: (cell.text, cell.one("a")["href"]) for cell in page.all("td", data_state=None)}
    assert counts == {
        "pending": ("1", "?state__exact=pending"),
        "confirmed": ("1", "?state__exact=confirmed"),
        "unsubscribed": ("2", "?state__exact=unsubscribed"),
        "suppressed": ("1", "?state__exact=suppressed"),
    }
    shown = read(officer.get(LIST + counts["suppressed"][1]).content.decode())
    assert [row.text for row in shown.all("th", class_="field-reference")] == [some[3].reference]


def test_the_list_asks_as_often_for_three_as_for_one(officer, db, django_assert_max_num_queries):
    subscribe()
    officer.get(LIST)
    with django_assert_max_num_queries(20) as one:
        officer.get(LIST)
    for name in "ab":
        subscribe(f"{name}@marjamaa.example")
    with django_assert_max_num_queries(len(one)):
        officer.get(LIST)


def test_an_address_is_searched_by_those_alone_who_may_see_it(signed_in, some):
    publisher = signed_in("nobody")
    user = User.objects.get(username="nobody")
    user.user_permissions.add(Permission.objects.get(codename="view_subscriber"))

    def found(client, words):
        page = read(client.get(LIST, {"q": words}).content.decode())
        return [row.text for row in page.all("th", class_="field-reference")]

    assert found(signed_in("DPA officer"), EMAIL.lower()) == [some[0].reference]
    assert found(publisher, EMAIL.lower()) == []
    assert found(publisher, some[0].reference) == [some[0].reference]


@pytest.mark.parametrize(
    ("role", "status"), [("DPA officer", 200), ("auditor", 200), ("editor", 403), ("publisher", 403), ("nobody", 403)]
)
def test_who_may_look(signed_in, some, role, status):
    client = signed_in(role)

    assert client.get(LIST).status_code == status
    assert client.get(page_of(some[0])).status_code == status


# --- one subscriber ---------------------------------------------------------------------------------------------------


def test_the_page_tells_what_was_chosen_what_was_sent_and_what_happened(officer, db):
    subscriber = subscribe(language="hu", scope="regions", regions=["us", "eu"])
    notifying.choose(subscriber, language="et", scope="all")
    release = Release.objects.get(number=3)
    Delivery.objects.create(
        kind="announcement", subscriber=subscriber, release=release, state="sent", sent_at=timezone.now()
    )
    ask()

    page = main(officer.get(page_of(subscriber)))

    facts = {row.one("dt").text: row.one("dd").text for row in page.all("dl")[0].all("div")}
    assert (facts["State"], facts["Scope"], facts["Language"]) == ("confirmed", "every change", "Estonian")
    assert "Regions" not in facts
    assert page.all("dl")[1].text == f"E-mail {EMAIL}"
    mails = [row.one("th").text for row in page.one("tbody").all("tr")]
    assert mails == ["Request to confirm a subscription", "Announcement 3", "Link to the preferences of a subscription"]
    assert [item.all("p")[1].text for item in page.one("ol").all("li")] == [
        "Scope: every change",
        "Language: Estonian",
        "State: confirmed",
        "Somebody asked to subscribe this address.",
    ]


def test_regions_are_named(officer, db):
    subscriber = subscribe(scope="regions", regions=["us", "eu"])

    assert "European Union and United States" in main(officer.get(page_of(subscriber))).text
    notifying.choose(subscriber, language="et", scope="regions", regions=["us"])
    assert "Scope: changes that concern some regions (United States)" in main(officer.get(page_of(subscriber))).text


def test_the_address_is_shown_to_those_alone_who_may_see_it(signed_in, some):
    client = signed_in("nobody")
    user = User.objects.get(username="nobody")
    user.user_permissions.add(Permission.objects.get(codename="view_subscriber"))

    page = client.get(page_of(some[0]))

    assert EMAIL not in page.content.decode()
    assert "Your account may not see the address." in main(page).text
    assert "no-store" in page["Cache-Control"]


def test_nobody_subscribes_or_changes_anybody_here(signed_in, some):
    client = signed_in("superuser")

    assert client.get(LIST + "add/").status_code == 403
    assert client.post(page_of(some[0]), {"state": "confirmed"}).status_code == 403
    assert client.post(page_of(some[0], "delete")).status_code == 403
    assert client.get(page_of(some[0])).status_code == 200
    assert Subscriber.objects.get(pk=some[0].pk).state == "pending"


# --- erasing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("posted", "told"), [("not_theirs", "the address was not the subscriber’s own"), ("<x>", "another reason")]
)
def test_an_officer_erases_an_address_and_says_why(officer, db, posted, told):
    subscriber = subscribe()
    asked = main(officer.get(page_of(subscriber, "erase")))
    assert [option["value"] for option in asked.all("option")] == ["asked", "not_theirs", "other"]
    assert SubscriberIdentity.objects.count() == 1

    response = officer.post(page_of(subscriber, "erase"), {"reason": posted}, follow=True)

    assert SubscriberIdentity.objects.count() == 0
    page = main(response)
    lines = [item.all("p")[1].text for item in page.one("ol").all("li")]
    assert lines[:3] == ["State: unsubscribed", "The personal data was erased.", f"Reason: {told}"]
    assert page.one("ol").all("span", class_="case-by")[0].text == "DPA-officer"
    assert "Nothing is kept about the person." in page.text
    assert EMAIL.lower() not in str(list(LogEntry.objects.values())).lower()
    assert officer.post(page_of(subscriber, "erase"), {"reason": "asked"}).status_code == 302


def test_who_may_not_erase_is_not_offered_it(signed_in, some):
    client = signed_in("auditor")

    assert "Erase the personal data" not in main(client.get(page_of(some[0]))).text
    assert client.post(page_of(some[0], "erase"), {"reason": "asked"}).status_code == 403
    assert SubscriberIdentity.objects.filter(subscriber=some[0]).exists()


def test_who_erases_their_own_address_has_asked_for_it(client, officer, db):
    subscriber = subscribe()
    notifying.erase(subscriber, reason=notifying.Reason.ASKED)

    assert "Reason: the person asked for it" in main(officer.get(page_of(subscriber))).text
