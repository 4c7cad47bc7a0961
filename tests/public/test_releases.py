import json
from html import unescape
from typing import Any

import pytest
from django.test import Client

from registry.models import Language, PolicySection, Release
from registry.public.pages import plan
from registry.public.site import current
from tests.reading import read
from tests.releases import publish_at_once

pytestmark = pytest.mark.django_db


def told(response: Any) -> str:
    return unescape(response.content.decode())


def test_every_ready_address_has_a_view_that_gives_its_bytes(client: Client) -> None:
    for address, render in plan(current()).items():
        response = client.get(address)

        assert response.status_code == 200, address
        assert response.content == render().bodies["identity"], address


def test_head_says_the_same_without_the_body(client: Client) -> None:
    get, head = client.get("/da/releases/"), client.head("/da/releases/")

    assert dict(head.items()) == dict(get.items())
    assert (head.status_code, head.content) == (200, b"")


def test_what_the_visitor_holds_already_is_not_sent_again(client: Client) -> None:
    tag = client.get("/en/", headers={"accept-encoding": "gzip"})["ETag"]

    same = client.get("/en/", headers={"accept-encoding": "gzip", "if-none-match": f'W/{tag}, "x"'})
    other = client.get("/en/", headers={"accept-encoding": "br", "if-none-match": tag})

    assert (same.status_code, b"".join(same), same.has_header("Content-Type")) == (304, b"", False)
    assert (other.status_code, other["Content-Encoding"]) == (200, "br")


def test_queries_and_ranges_are_ignored(client: Client) -> None:
    plain = client.get("/en/")

    assert client.get("/en/?utm_source=x&%20", headers={"range": "bytes=0-10"}).content == plain.content


@pytest.mark.parametrize(("accepted", "address"), [("hu", "/hu/"), ("pt-PT,en;q=0.5", "/pt-br/"), ("", "/en/")])
def test_the_root_leads_to_the_best_language(client: Client, accepted: str, address: str) -> None:
    response = client.get("/", headers={"accept-language": accepted})

    assert (response.status_code, response["Location"]) == (302, address)
    assert response["Vary"] == "Accept-Language"


@pytest.mark.parametrize(
    ("day", "number"),
    [
        ("2019-10-28", 1),
        ("2023-10-01", 1),
        ("2023-10-02", 2),
        ("2024-12-12", 2),
        ("2024-12-13", 3),
        ("9999-12-31", 3),
    ],
)
def test_a_day_leads_to_the_release_in_force_on_it(client: Client, day: str, number: int) -> None:
    response = client.get(f"/lv/on/{day}/")

    assert (response.status_code, response["Location"]) == (302, f"/lv/releases/{number}/")


def test_a_day_before_the_first_release_is_told_since_when_there_is_one(client: Client) -> None:
    response = client.get("/en/on/2019-10-27/")

    assert response.status_code == 404
    assert "The first release came into force on: 28 October 2019." in told(response)
    assert 'href="/en/releases/1/"' in told(response)


@pytest.mark.parametrize(
    "day", ["2024-02-30", "0000-00-00", "2024-13-01", "2024-1-1", "20241213", "2024-W50-5", "٢٠٢٤-١٢-١٣", "x", "-"]
)
def test_a_day_that_is_none_is_a_404_that_shows_how_days_are_written(client: Client, day: str) -> None:
    response = client.get(f"/en/on/{day}/")

    assert response.status_code == 404
    assert "Days are written as in this example: 2024-12-13." in told(response)


def test_a_language_that_is_not_public_is_told_those_that_are(client: Client) -> None:
    for address in ("/de/", "/de/releases/", "/de/releases/1/", "/de/regions/eu/", "/de/on/2024-12-13/", "/xx/"):
        response = client.get(address, headers={"accept-language": "en"})

        assert (response.status_code, response["Content-Language"]) == (404, "en"), address
        for code in ("da", "en", "et", "hu", "lv", "pt-br"):
            assert f'href="/{code}/"' in told(response), address


def test_a_language_switched_on_is_public_at_once(client: Client) -> None:
    Language.objects.create(code="de", public=True)

    response = client.get("/de/")

    assert (response.status_code, response["Content-Language"]) == (200, "de")


@pytest.mark.parametrize("address", ["/en/releases/4/", "/releases/4.json", "/en/releases/0/", "/en/releases/003/"])
def test_a_release_that_is_none_is_told_the_newest(client: Client, address: str) -> None:
    response = client.get(address, headers={"accept-language": "en"})

    assert response.status_code == 404
    assert "The newest release has the number 3." in told(response)
    assert 'href="/en/releases/3/"' in told(response)


def test_a_region_that_is_none_is_told_those_that_are(client: Client) -> None:
    response = client.get("/hu/regions/mars/")

    assert (response.status_code, response["Content-Language"]) == (404, "hu")
    for region in json.loads(Release.objects.newest().content)["regions"]:
        assert f'href="/hu/regions/{region["key"]}/"' in told(response)


@pytest.mark.parametrize("address", ["/en/nothing/", "/nothing.txt", "/en/releases/x/", "/%E2%82%AC/"])
def test_an_address_that_is_none_leads_on(client: Client, address: str) -> None:
    response = client.get(address, headers={"accept-language": "en"})

    assert response.status_code == 404
    assert 'href="/en/"' in told(response)
    assert 'href="/en/releases/"' in told(response)


@pytest.mark.parametrize("address", ["/", "/en/", "/en/releases/", "/releases/1.json", "/robots.txt", "/readyz"])
def test_pages_that_inform_take_no_other_method(client: Client, address: str) -> None:
    for method in ("post", "put", "patch", "delete", "options", "trace"):
        response = getattr(client, method)(address)

        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD"), method


def test_a_405_speaks_the_language_of_the_address(client: Client) -> None:
    assert client.post("/hu/")["Content-Language"] == "hu"


@pytest.mark.parametrize(
    "address", ["/", "/en/", "/en/releases/", "/en/releases/1/", "/en/regions/x/", "/en/on/2024-01-01/"]
)
def test_before_the_first_release_there_is_a_page_that_says_so(
    client: Client, empty_registry: None, address: str
) -> None:
    response = client.get(address)

    assert response.status_code == 404
    if address != "/en/on/2024-01-01/":
        assert "Nothing has been published yet" in told(response)


def test_an_archived_release_says_what_was_translated_then(client: Client) -> None:
    Language.objects.update(when_incomplete="notice")
    section = PolicySection.objects.get(key="definition")
    section.heading_en += " today"
    section.save()
    publish_at_once()
    section.heading_da += " i dag"
    section.save()
    publish_at_once()

    then, now = read(told(client.get("/da/releases/4/"))), read(told(client.get("/da/")))

    assert then.one(data_outdated="1").one("a")["href"] == "#text:section:definition:heading"
    assert then.one("span", data_state="outdated").text == "Hvad en underprocessor er"
    assert then.one(class_="current-text").text == "What a subprocessor is today"
    assert now.all(data_outdated=None) == now.all(data_state=None) == []
    assert read(told(client.get("/et/"))).one(data_outdated="1").one("a")["href"] == "#text:section:definition:heading"
    states = [
        {row["key"]: row for row in client.get(f"/releases/{number}.json").json()["sections"]}["definition"]["heading"]
        for number in (4, 5)
    ]
    assert [found["state"]["da"] for found in states] == ["outdated", "current"]
    assert [found["state"]["et"] for found in states] == ["outdated", "outdated"]
    (line,) = read(told(client.get("/da/releases/"))).one("article", data_release="5").one(class_="changes").all("li")
    assert "Hvad en underprocessor er i dag" in line.text
    assert line.text.endswith(": dansk)")
