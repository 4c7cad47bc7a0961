import re
from datetime import timedelta

import pytest

from registry.actions import publishing
from registry.models import Release, ServiceProfile, Subprocessor

LIST = "/admin/registry/release/"


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


def test_a_release_announced_for_a_later_day_is_told_so(signed_in):
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    publishing.publish(in_force_on=ServiceProfile.load().today() + timedelta(days=1))

    response = signed_in("auditor").get(LIST)

    assert cells(response, "status") == ["announced", "in force", "superseded", "superseded"]


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
        publishing.publish(in_force_on=ServiceProfile.load().today())
    with django_assert_max_num_queries(50) as many:
        client.get(LIST)

    assert len(few) == len(many) == 8
    assert not [query["sql"] for query in many if '"content"' in query["sql"]]
