import re

import pytest

from registry.actions import publishing
from registry.actions.correcting import correct
from registry.actions.withdrawing import withdraw
from registry.exchange.localized import day
from registry.models import PolicySection, Release, Subprocessor
from tests.reading import read
from tests.releases import REASON, publish_at_once

LIST = "/admin/registry/release/"


def reword():
    """Another heading of one section in each language."""
    section = PolicySection.objects.get(key="definition")
    for code in ("en", "da", "hu", "lv", "et", "pt_br"):
        setattr(section, f"heading_{code}", f"{getattr(section, f'heading_{code}')}!")
    section.save()


def cells(response, name):
    return [
        " ".join(re.sub(r"<[^>]+>", " ", cell).split())
        for cell in re.findall(rf'<t[dh] class="field-{name}[^"]*"[^>]*>(.*?)</t[dh]>', response.content.decode(), re.S)
    ]


def test_the_list_tells_number_status_days_and_digest_of_every_release_with_the_newest_first(signed_in):
    response = signed_in("auditor").get(LIST)

    assert cells(response, "name") == ["Release 3", "Release 2", "Release 1"]
    assert cells(response, "status") == ["in force", "superseded", "superseded"]
    assert cells(response, "in_force_on") == ["13 December 2024", "2 October 2023", "28 October 2019"]
    assert cells(response, "short_digest") == [f"{release.digest[:12]}…" for release in Release.objects.all()]
    assert re.findall(r'href="(/(?:en/)?releases/[^"]+)"', response.content.decode()) == [
        address for number in (3, 2, 1) for address in (f"/en/releases/{number}/", f"/releases/{number}.json")
    ]


def test_the_way_back_from_the_list_is_the_overview_alone(signed_in):
    page = signed_in("auditor").get(LIST).content.decode()

    crumbs = re.search(r'<ol class="breadcrumbs">(.*?)</ol>', page, re.S).group(1)
    assert re.findall(r'href="([^"]+)"', crumbs) == ["/admin/"]


def test_the_way_back_from_a_release_is_the_list_and_the_overview(signed_in):
    page = signed_in("auditor").get(f"{LIST}3/change/").content.decode()

    crumbs = re.search(r'<ol class="breadcrumbs">(.*?)</ol>', page, re.S).group(1)
    assert re.findall(r'href="([^"]+)"', crumbs) == ["/admin/", LIST]
    assert '<li aria-current="page">Release 3</li>' in crumbs


@pytest.fixture
def announced(db):
    """A subprocessor more, announced for thirty days hence, and for new customers from today."""
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    return publishing.publish()


def spoken(when):
    return day(when, "en")


def test_an_announced_release_is_told_with_both_clocks_and_until_when_objections_are_possible(signed_in, announced):
    response = signed_in("auditor").get(LIST)

    existing, new = spoken(announced.in_force_existing_on), spoken(announced.in_force_new_on)
    assert cells(response, "status") == ["announced", "in force", "superseded", "superseded"]
    assert cells(response, "kind_name") == ["Change"] * 4
    assert cells(response, "in_force_on")[:2] == [f"{existing} New customers: {new}", "13 December 2024"]
    assert cells(response, "objections_until") == [spoken(announced.objection_deadline), "–", "–", "–"]


def test_every_status_and_kind_has_its_word_in_the_list(signed_in, announced):
    reword()
    correct(["sections/definition/heading"])
    withdraw(6, reason=REASON)
    publish_at_once()

    response = signed_in("auditor").get(LIST)

    assert list(zip(cells(response, "name"), cells(response, "status"), cells(response, "kind_name"), strict=True)) == [
        ("Release 8", "in force", "Urgent replacement"),
        ("Release 7: withdrawal of release 6", "withdrawal", "–"),
        ("Release 6", "withdrawn", "Change"),
        ("Release 5", "superseded", "Editorial correction"),
        ("Release 4", "replaced before its day", "Change"),
        ("Release 3", "superseded", "Change"),
        ("Release 2", "superseded", "Change"),
        ("Release 1", "superseded", "Change"),
    ]


def test_the_page_of_an_announced_release_tells_every_day_and_leads_to_what_can_be_done(signed_in, announced):
    page = read(signed_in("publisher").get(f"{LIST}4/change/").content.decode())

    facts = {row["class"].split()[-1]: row.one(class_="readonly").text for row in page.all() if is_fact(row)}
    assert {name: facts[name] for name in ("field-kind_name", "field-announced", "field-objections_until")} == {
        "field-kind_name": "Change",
        "field-announced": spoken(announced.announced_on),
        "field-objections_until": spoken(announced.objection_deadline),
    }
    assert facts["field-in_force_new"] == spoken(announced.in_force_new_on)
    assert facts["field-in_force_existing"] == spoken(announced.in_force_existing_on)
    assert not facts.keys() & {"field-reason", "field-ending", "field-ended"}
    assert [link["href"] for link in page.one(class_="object-tools").all("a")] == [
        "/admin/registry/announcement/4/change/",
        "/admin/registry/release/correct/",
        "/admin/registry/release/4/withdraw/",
        "/en/releases/4/",
        "/releases/4.json",
        "/admin/registry/release/verify/",
    ]


def test_those_who_do_not_publish_are_led_to_no_page_that_does(signed_in, announced):
    page = signed_in("auditor").get(f"{LIST}4/change/").content.decode()

    assert "/withdraw/" not in page
    assert "/correct/" not in page


def test_a_withdrawal_and_what_it_withdrew_name_each_other(signed_in, announced):
    withdraw(4, reason=REASON)
    client = signed_in("auditor")

    withdrawal, withdrawn = (read(client.get(f"{LIST}{number}/change/").content.decode()) for number in (5, 4))

    assert withdrawal.one("h1").text == "Release 5: withdrawal of release 4"
    assert withdrawal.one(class_="form-row field-ending").one("a")["href"] == f"{LIST}4/change/"
    assert withdrawal.one(class_="form-row field-reason").one("dd", lang="lv").text == REASON["lv"]
    shown = {row["class"].split()[-1] for row in withdrawal.all() if is_fact(row)}
    assert not shown & {"field-kind_name", "field-in_force_existing", "field-summary", "field-changes", "field-origin"}
    assert withdrawn.one(class_="form-row field-ended").one("a")["href"] == f"{LIST}5/change/"


def test_an_urgent_release_tells_its_reason(signed_in):
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    publish_at_once()

    page = read(signed_in("auditor").get(f"{LIST}4/change/").content.decode())

    assert [said.text for said in page.one(class_="form-row field-reason").all("dd")] == [
        REASON[code] for code in ("en", "da", "et", "hu", "lv", "pt-br")
    ]


def is_fact(element):
    return element.name == "div" and (element.get("class") or "").startswith("form-row field-")


def test_a_release_is_shown_readably_and_cannot_be_edited(signed_in):
    response = signed_in("superuser").get(f"{LIST}3/change/")

    page = response.content.decode()
    assert response.status_code == 200
    assert "<h1>Release 3</h1>" in page
    assert "New subprocessor: Quality Unit, s.r.o." in page
    assert "in the following countries: Germany and Ireland" in page
    assert '<dd lang="pt-BR" dir="ltr">' in page
    assert Release.objects.get(number=2).digest in page
    assert "&quot;legal_name&quot;: &quot;Twilio, Inc.&quot;" in page
    assert 'name="_save"' not in page
    assert not re.findall(r"<(?:input|textarea|select)[^>]+name=\"(?!csrf)", page.split('id="content"')[1])


@pytest.mark.parametrize("role", ["superuser", "publisher", "editor", "DPA officer", "auditor", "nobody"])
def test_nobody_adds_changes_or_removes_a_release(signed_in, role):
    client = signed_in(role)
    before = list(Release.objects.values_list("number", "digest"))

    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}add/", {"number": 9}).status_code == 403
    assert client.post(f"{LIST}3/change/", {"kind": "urgent"}).status_code == 403
    assert client.get(f"{LIST}3/delete/").status_code == 403
    assert client.post(f"{LIST}3/delete/", {"post": "yes"}).status_code == 403
    assert client.post(LIST, {"action": "delete_selected", "_selected_action": ["3"], "post": "yes"}).status_code in {
        200,
        302,
        403,
    }
    assert list(Release.objects.values_list("number", "digest")) == before


@pytest.mark.parametrize(
    ("role", "status"),
    [("superuser", 200), ("publisher", 200), ("editor", 200), ("DPA officer", 200), ("auditor", 200), ("nobody", 403)],
)
def test_every_group_reads_releases(signed_in, role, status):
    client = signed_in(role)

    assert client.get(LIST).status_code == status
    assert client.get(f"{LIST}1/change/").status_code == status


@pytest.mark.parametrize(("role", "buttons"), [("publisher", 1), ("editor", 0)])
def test_the_list_leads_those_to_publishing_who_may(signed_in, role, buttons):
    page = signed_in(role).get(LIST).content.decode()

    assert page.count('href="/admin/registry/release/publish/"') == buttons
    assert page.count('href="/admin/registry/release/verify/"') == 1


def test_the_list_costs_the_same_queries_for_three_releases_and_for_six(signed_in, django_assert_max_num_queries):
    client = signed_in("auditor")
    client.get(LIST)
    with django_assert_max_num_queries(50) as few:
        client.get(LIST)
    for number in range(3):
        Subprocessor.objects.create(key=f"s{number}", legal_name="S", country="DE", kind="service")
        publish_at_once()
    with django_assert_max_num_queries(50) as many:
        client.get(LIST)

    assert len(few) == len(many) == 8
    assert not [query["sql"] for query in many if '"content"' in query["sql"]]
