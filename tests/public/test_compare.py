import json

import pytest
from django.test import Client

from registry.actions.publishing import publish
from registry.actions.withdrawing import withdraw
from registry.models import Question
from registry.public import site
from tests.reading import read
from tests.releases import REASON

pytestmark = pytest.mark.django_db


def test_a_comparison_is_public_and_fresh_for_a_second(client: Client) -> None:
    response = client.get("/pt-br/compare/2/3/")

    assert response.status_code == 200
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Content-Language"] == "pt-BR"
    assert response["Cache-Control"] == "public, max-age=1, must-revalidate"
    assert response.cookies == {}
    assert read(response.content.decode()).one("article")["data-after"] == "3"


def test_it_needs_no_database(client: Client, django_assert_num_queries, monkeypatch: pytest.MonkeyPatch) -> None:
    known = site.current()
    monkeypatch.setattr(site, "current", lambda: known)
    monkeypatch.setattr(site, "database_down", lambda: True)

    with django_assert_num_queries(0):
        response = client.get("/en/compare/1/3/")

    assert (response.status_code, response["Trust-Center-State"]) == (200, "last-known")


def test_programs_get_the_same_as_json(client: Client) -> None:
    response = client.get("/da/compare/2/3.json")

    assert response["Content-Type"] == "application/json"
    assert response["Content-Language"] == "da"
    found = json.loads(response.content)
    assert [release["number"] for release in found["releases"]] == [2, 3]
    assert [
        (change["action"], change["noun"], [row["key"] for row in change["rows"]]) for change in found["changes"]
    ] == [
        ("added", "subprocessors", ["quality-unit-sro"]),
        ("removed", "subprocessors", ["linode"]),
        ("removed", "subprocessors", ["websupport"]),
        ("removed", "subprocessors", ["quality-unit-llc"]),
        ("added", "locations", ["aws-eu-germany"]),
        ("added", "locations", ["aws-eu-ireland"]),
        ("removed", "locations", ["aws-not-stated"]),
        ("added", "safeguards", ["soc-1", "soc-2"]),
        ("added", "sections", ["faq"]),
        (
            "added",
            "questions",
            [
                "what-is-a-subprocessor",
                "how-are-they-chosen",
                "which-safeguards",
                "where-is-my-data",
                "how-to-enter-dpa",
            ],
        ),
    ]


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ("/en/compare/3/1/", "/en/compare/1/3/"),
        ("/en/compare/3/1.json", "/en/compare/1/3.json"),
        ("/et/compare/", "/et/compare/2/3/"),
        ("/et/compare/?from=1&to=3", "/et/compare/1/3/"),
        ("/et/compare/?from=3&to=1", "/et/compare/3/1/"),
    ],
)
def test_pairs_are_led_to_their_address_in_order(client: Client, asked: str, address: str) -> None:
    response = client.get(asked)

    assert (response.status_code, response["Location"]) == (302, address)


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/en/compare/2/9/", "There is no such release"),
        ("/en/compare/0/1.json", "There is no such release"),
        ("/en/compare/99999999999999999999999/1/", "There is no such release"),
        ("/en/compare/?from=1&to=99", None),
        ("/en/compare/?from=1", "There is no such release"),
        ("/en/compare/?from=-1&to=x", "There is no such release"),
        ("/en/compare/?from=%D9%A1&to=3", "There is no such release"),
        ("/en/compare/?from=99999999999999999999999&to=3", "There is no such release"),
        ("/de/compare/1/2/", "This page is not published in that language"),
        ("/de/compare/", "This page is not published in that language"),
    ],
)
def test_what_cannot_be_compared_says_what_there_is(client: Client, address: str, heading: str | None) -> None:
    response = client.get(address, follow=True)

    assert response.status_code == 404
    root = read(response.content.decode())
    assert root.one("h1").text == (heading or "There is no such release")
    assert root.one("main").all("a")


def test_a_release_that_was_withdrawn_can_be_compared_and_its_withdrawal_not(client: Client) -> None:
    Question.objects.update(listed=False)
    publish()
    withdraw(4, reason=REASON)

    withdrawn, withdrawal = client.get("/en/compare/3/4/"), client.get("/en/compare/4/5/")

    assert withdrawn.status_code == 200
    assert read(withdrawn.content.decode()).all(class_="pill withdrawn")
    assert withdrawal.status_code == 404
    root = read(withdrawal.content.decode())
    assert root.one("h1").text == "A withdrawal cannot be compared"
    assert [link["href"] for link in root.one("main").all("a")] == ["/en/releases/5/", "/en/releases/"]


@pytest.mark.usefixtures("empty_registry")
def test_before_the_first_release_there_is_nothing_to_compare(client: Client) -> None:
    assert read(client.get("/en/compare/1/2/").content.decode()).one("h1").text == "Nothing has been published yet"
    assert client.get("/en/compare/").status_code == 404


def test_only_reading_is_possible(client: Client) -> None:
    assert client.post("/en/compare/1/2/").status_code == 405
    assert client.head("/en/compare/1/2/").status_code == 200
