import os
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.test import Client

from registry.exchange.pdf import Unprintable
from registry.models import Language, PolicySection
from registry.public import policy_pdf, site
from registry.public.policy_pdf import Busy, made
from tests.reading import read
from tests.releases import publish_at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "site" / "pdf"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """What is made, in place of making it."""
    found: list[tuple[int, str]] = []

    def note(site: Any, entry: Any, code: str) -> bytes:
        found.append((entry.number, code))
        return f"%PDF-{entry.number}-{code}".encode()

    monkeypatch.setattr(policy_pdf, "policy_pdf", note)
    return found


def test_the_policy_in_force_and_its_release_are_the_same_document(client: Client) -> None:
    policy, release = client.get("/da/policy.pdf"), client.get("/da/releases/3/policy.pdf")

    assert (policy.status_code, policy["Content-Type"], policy["Content-Language"]) == (200, "application/pdf", "da")
    assert policy["Content-Disposition"] == 'inline; filename="policy-3-da.pdf"'
    assert policy["Link"] == '<http://127.0.0.1:8000/da/releases/3/>; rel="canonical"'
    assert not policy.has_header("X-Robots-Tag")
    assert policy.content == release.content
    assert pypdf.PdfReader(BytesIO(policy.content)).trailer["/Root"]["/Lang"] == "da"


def test_an_archived_release_asks_search_engines_to_leave_it_out(client: Client, compiled: list[Any]) -> None:
    response = client.get("/en/releases/1/policy.pdf")

    assert (response.status_code, response["X-Robots-Tag"]) == (200, "noindex")


def test_a_document_is_made_once_and_kept(client: Client, compiled: list[Any], folder: Path) -> None:
    for address in ("/en/policy.pdf", "/en/releases/3/policy.pdf", "/en/policy.pdf?again", "/hu/policy.pdf"):
        assert client.get(address).status_code == 200

    assert compiled == [(3, "en"), (3, "hu")]
    assert len(list(folder.glob("*.pdf"))) == 2


def test_what_the_visitor_holds_already_is_not_sent_again(client: Client, compiled: list[Any]) -> None:
    tag = client.get("/en/policy.pdf")["ETag"]

    same = client.get("/en/policy.pdf", headers={"if-none-match": tag})
    other = client.get("/hu/policy.pdf", headers={"if-none-match": tag})

    assert (same.status_code, b"".join(same), same["ETag"]) == (304, b"", tag)
    assert (other.status_code, other.content) == (200, b"%PDF-3-hu")


def test_head_says_the_same_without_the_body(client: Client, compiled: list[Any]) -> None:
    get, head = client.get("/en/policy.pdf"), client.head("/en/policy.pdf")

    assert dict(head.items()) == dict(get.items())
    assert (head.status_code, head.content) == (200, b"")


def test_the_document_needs_no_database(
    client: Client, compiled: list[Any], monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    found = site.current()
    monkeypatch.setattr(site.keeper, "current", lambda: found)

    with django_assert_num_queries(0):
        assert client.get("/en/policy.pdf").status_code == 200


def test_a_release_that_is_superseded_is_made_anew_and_says_so(client: Client) -> None:
    before = client.get("/en/releases/3/policy.pdf").content
    Language.objects.update(when_incomplete="notice")
    section = PolicySection.objects.get(key="definition")
    section.heading_en += " today"
    section.save()

    publish_at_once()

    after = client.get("/en/releases/3/policy.pdf").content
    told = pypdf.PdfReader(BytesIO(after)).pages[0].extract_text()
    assert "This release is no longer in force." in told
    assert "This release is no longer in force." not in pypdf.PdfReader(BytesIO(before)).pages[0].extract_text()


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/en/releases/9/policy.pdf", "There is no such release"),
        ("/de/policy.pdf", "This page is not published in that language"),
        ("/de/releases/1/policy.pdf", "This page is not published in that language"),
    ],
)
def test_a_document_that_is_none_is_told_in_words(client: Client, address: str, heading: str) -> None:
    response = client.get(address, headers={"accept-language": "en"})

    assert response.status_code == 404
    assert read(response.content.decode()).one("h1").text == heading


@pytest.mark.parametrize("address", ["/en/policy.pdf", "/en/releases/1/policy.pdf"])
def test_before_the_first_release_there_is_none(client: Client, empty_registry: None, address: str) -> None:
    Language.objects.create(code="en", public=True)

    response = client.get(address)

    assert response.status_code == 404
    assert read(response.content.decode()).one("h1").text in {
        "Nothing has been published yet",
        "There is no such release",
    }


def test_it_takes_no_other_method(client: Client) -> None:
    response = client.post("/en/policy.pdf")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")


def test_what_cannot_be_printed_is_told_and_not_tried_again(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def fail(site: Any, entry: Any, code: str) -> bytes:
        tried.append(entry.number)
        raise Unprintable("漢")

    monkeypatch.setattr(policy_pdf, "policy_pdf", fail)

    responses = [client.get("/en/policy.pdf") for _time in range(2)]

    page = read(responses[1].content.decode())
    assert [response.status_code for response in responses] == [404, 404]
    assert page.one("h1").text == "This release cannot be had as PDF"
    assert 'href="/en/releases/3/"' in responses[1].content.decode()
    assert tried == [3]


def test_many_readers_at_once_have_it_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = site.current()
    made_times: list[str] = []

    def slowly(site: Any, entry: Any, code: str) -> bytes:
        made_times.append(code)
        time.sleep(0.1)
        return b"%PDF"

    monkeypatch.setattr(policy_pdf, "policy_pdf", slowly)
    got: list[bytes] = []
    threads = [threading.Thread(target=lambda: got.append(made(found, found.current, "en"))) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (made_times, got) == (["en"], [b"%PDF"] * 4)


@pytest.fixture
def all_waiting() -> Iterator[None]:
    for _thread in range(4):
        policy_pdf._WAITING.acquire()
    yield
    for _thread in range(4):
        policy_pdf._WAITING.release()


def test_where_too_many_wait_the_next_is_asked_to_come_again_at_once(client: Client, all_waiting: None) -> None:
    began = time.monotonic()

    response = client.get("/en/policy.pdf")

    # A thread that waited would be missing to the pages.
    assert time.monotonic() - began < 1

    assert (response.status_code, response.has_header("Retry-After")) == (503, True)
    with pytest.raises(Busy):
        made(site.current(), site.current().current, "hu")


def test_a_disk_that_is_full_or_read_only_hinders_no_reader(
    client: Client, compiled: list[Any], settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DATA_DIR = Path("/dev/null/none")

    assert client.get("/en/policy.pdf").content == b"%PDF-3-en"


def test_what_an_earlier_build_made_is_removed(client: Client, compiled: list[Any], folder: Path) -> None:
    folder.mkdir(parents=True)
    old, fresh = folder / "old-1.pdf", folder / "old-2.pdf"
    for file in (old, fresh):
        file.write_bytes(b"%PDF")
    long_ago = time.time() - policy_pdf.KEPT_FOR - 1
    os.utime(old, (long_ago, long_ago))

    client.get("/en/policy.pdf")

    assert (old.exists(), fresh.exists()) == (False, True)


def test_the_pages_lead_to_their_documents(client: Client) -> None:
    def documents(address: str) -> set[str]:
        page = read(client.get(address).content.decode())
        return {link["href"] for link in page.all("a", type="application/pdf")}

    assert documents("/hu/") == {"/hu/policy.pdf"}
    assert documents("/hu/releases/2/") == {"/hu/releases/2/policy.pdf"}
    assert documents("/hu/releases/") == {f"/hu/releases/{number}/policy.pdf" for number in (1, 2, 3)}
