"""The feed at its door: its type, its language, what a reader that polls gets, and where it is found."""

from html import unescape
from typing import Any

import feedparser
import pytest
from django.test import Client

from registry.actions.correcting import correct
from registry.actions.publishing import publish
from registry.actions.withdrawing import withdraw
from registry.models import Language, PolicySection, Subprocessor
from registry.public.pages import plan
from registry.public.site import current
from tests.public.test_door import Got, door, serving  # noqa: F401 - fixtures
from tests.reading import read
from tests.releases import REASON

pytestmark = pytest.mark.django_db


def test_the_feed_has_the_type_and_the_language_of_its_own(client: Client) -> None:
    response = client.get("/pt-br/feed.atom")

    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert response["Content-Language"] == "pt-BR"
    assert response["Cache-Control"] == "public, max-age=1, must-revalidate"
    assert response.cookies == {}


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
def test_a_reader_that_polls_is_told_before_django_that_nothing_is_new(door: Any, encoding: str) -> None:  # noqa: F811
    first = Got(door, "/hu/feed.atom", HTTP_ACCEPT_ENCODING=encoding)

    again = Got(door, "/hu/feed.atom", HTTP_ACCEPT_ENCODING=encoding, HTTP_IF_NONE_MATCH=first.headers["ETag"])

    assert (first.status, first.headers["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    assert first.headers.get("Content-Encoding", "identity") == encoding
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert "Content-Type" not in again.headers


def test_both_doors_give_the_same_feed(door: Any, client: Client) -> None:  # noqa: F811
    before, after = Got(door, "/lv/feed.atom"), client.get("/lv/feed.atom")

    assert before.body == after.content
    assert before.headers["ETag"] == after["ETag"]


@pytest.mark.parametrize("address", ["/de/feed.atom", "/xx/feed.atom", "/pt/feed.atom"])
def test_a_feed_of_an_unknown_language_is_a_404_in_one_that_the_reader_knows(client: Client, address: str) -> None:
    response = client.get(address, headers={"accept-language": "da"})

    assert (response.status_code, response["Content-Language"]) == (404, "da")
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert 'href="/hu/"' in unescape(response.content.decode())


@pytest.mark.usefixtures("empty_registry")
def test_before_the_first_release_there_is_no_feed_and_no_page_that_names_one(client: Client) -> None:
    Language.objects.create(code="en", public=True)

    response = client.get("/en/feed.atom")

    assert response.status_code == 404
    assert "Nothing has been published yet" in response.content.decode()
    assert "feed.atom" not in response.content.decode()


def test_a_feed_takes_no_post(client: Client) -> None:
    response = client.post("/en/feed.atom")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


def test_every_page_of_a_language_names_the_feed_of_that_language() -> None:
    site = current()
    pages = {address: made() for address, made in plan(site).items()}
    html = {address: page for address, page in pages.items() if page.content_type.startswith("text/html")}

    assert len(html) > 20
    for address, page in html.items():
        link = read(page.bodies["identity"].decode()).one("link", type="application/atom+xml")

        code = address.split("/")[1]
        assert (link["rel"], link["href"]) == ("alternate", f"/{code}/feed.atom"), address
        assert link["title"].startswith("LiveAgent"), address


def test_a_form_and_a_404_name_it_too(client: Client) -> None:
    for address, status in (("/et/dpa/", 200), ("/et/nowhere/", 404)):
        response = client.get(address)

        assert response.status_code == status
        found = read(response.content.decode()).one("link", type="application/atom+xml")
        assert found["href"] == "/et/feed.atom"


@pytest.mark.parametrize("address", ["/en/releases/", "/en/subscribe/"])
def test_the_list_of_releases_and_the_form_for_mails_lead_people_to_it(client: Client, address: str) -> None:
    (found,) = read(client.get(address).content.decode()).all("a", type="application/atom+xml")

    assert (found.text, found["href"]) == ("Follow the changes in a feed reader (Atom)", "/en/feed.atom")


def test_what_staff_do_is_in_the_feed_at_once_and_each_event_once(client: Client) -> None:
    """A correction announces the announced release again: that is the correction's event, not another one."""
    Subprocessor.objects.create(key="example", legal_name="Example GmbH", country="DE", kind="service")
    announced = publish()
    section = PolicySection.objects.get(key="definition")
    for code in ("en", "da", "et", "hu", "lv", "pt_br"):
        setattr(section, f"heading_{code}", f"{getattr(section, f'heading_{code}')}!")
    section.save()
    corrected, again = correct(["sections/definition/heading"])
    withdraw(again.number, reason=REASON)

    found = feedparser.parse(client.get("/en/feed.atom").content)

    assert [(entry.title, entry.link.split("/")[-2]) for entry in found.entries[:3]] == [
        (f"Withdrawal of release {again.number}", "7"),
        (f"Editorial correction: release {corrected.number}", "5"),
        (f"Announced change: release {announced.number}", "4"),
    ]
    assert len(found.entries) == 6
    assert "It cannot wait." in found.entries[0].content[0].value
    assert f"as release {again.number}." in found.entries[1].content[0].value
    assert "Example GmbH" in found.entries[2].content[0].value
