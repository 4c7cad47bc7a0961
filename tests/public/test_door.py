"""The door before Django, by itself and beside Django."""

import io
import threading
from collections.abc import Iterator
from functools import cache
from typing import Any
from wsgiref.validate import validator

import pytest
from django.core import signals
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections, connection
from django.template import Template
from django.test.utils import CaptureQueriesContext

from registry.public import door as module
from registry.public.door import Door, security_headers
from registry.public.pages import plan
from registry.public.site import Keeper, Serving, keeper

pytestmark = pytest.mark.django_db


class Got:
    def __init__(self, application: Any, path: str, method: str = "GET", **environ: Any) -> None:
        given = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SCRIPT_NAME": "",
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "testserver",
            "REMOTE_ADDR": "203.0.113.9",
            "wsgi.url_scheme": "http",
            "wsgi.version": (1, 0),
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            **environ,
        }

        def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            self.status, self.headers = int(status.split()[0]), dict(headers)
            self.names = sorted(name for name, _value in headers)

        chunks = application(given, start_response)
        self.body = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()


@pytest.fixture
def serving(django_db_setup: None, db: None) -> Keeper:
    """A keeper that has looked once; its threads do not run."""
    found = Keeper()
    site = keeper.current()
    found.serving = Serving(site, {address: render() for address, render in plan(site).items()})
    return found


@pytest.fixture
def door(serving: Keeper) -> Iterator[Door]:
    security_headers.cache_clear()
    # As Django's own test client does: a request must not close the connection that the test rolls back.
    told = (signals.request_started, signals.request_finished)
    for signal in told:
        signal.disconnect(close_old_connections)
    yield Door(WSGIHandler(), serving)
    for signal in told:
        signal.connect(close_old_connections)
    security_headers.cache_clear()


def closed(*values: Any) -> Any:
    pytest.fail("the request went on to Django")


def test_every_page_is_answered_before_django_without_a_query_or_a_template(
    serving: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    security_headers()
    monkeypatch.setattr(Template, "render", lambda *values: pytest.fail("a template was rendered"))
    door = Door(closed, serving)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        for address, page in serving.serving.pages.items():
            for method, body in (("GET", page.bodies["identity"]), ("HEAD", b"")):
                got = Got(door, address, method)
                assert (got.status, got.body) == (200, body), address

    assert len(queries) == 0


def test_both_doors_give_every_page_the_same_headers(
    door: Door, serving: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Made anew by Django once, rather than for each of the six times that it is asked.
    monkeypatch.setattr(keeper, "page", cache(keeper.page))
    for address in serving.serving.pages:
        for encoding in ("identity", "gzip", "br"):
            fast = Got(door, address, HTTP_ACCEPT_ENCODING=encoding)
            django = Got(door.django, address, HTTP_ACCEPT_ENCODING=encoding)
            assert (fast.status, fast.body, fast.headers) == (django.status, django.body, django.headers), address
            held = {"HTTP_ACCEPT_ENCODING": encoding, "HTTP_IF_NONE_MATCH": fast.headers["ETag"]}
            fast, django = Got(door, address, **held), Got(door.django, address, **held)
            assert (fast.status, fast.body, fast.headers) == (304, b"", django.headers), address
            assert django.status == 304


def test_no_public_page_sets_a_cookie_and_all_are_safe(door: Door, serving: Keeper) -> None:
    addresses = [*serving.serving.pages, "/", "/en/on/2024-12-13/", "/nowhere/", "/de/", "/healthz", "/readyz"]
    # Answered by middleware: a missing slash, a NUL, a static file that is not there.
    addresses += ["/en", "/\x00", "/static/nothing.css"]
    for address in addresses:
        got = Got(door, address)
        policy = dict(rule.split(" ", 1) for rule in got.headers["Content-Security-Policy"].split("; "))

        assert "Set-Cookie" not in got.headers, address
        assert "Cookie" not in got.headers.get("Vary", ""), address
        assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'", address
        assert "unsafe" not in got.headers["Content-Security-Policy"], address
        assert got.headers["X-Content-Type-Options"] == "nosniff", address
        assert got.headers["X-Frame-Options"] == "DENY", address
        assert got.headers["Referrer-Policy"] == "same-origin", address
        assert got.headers["Cross-Origin-Opener-Policy"] == "same-origin", address
        assert got.headers["Cross-Origin-Resource-Policy"] == "same-origin", address
        assert "camera=()" in got.headers["Permissions-Policy"], address
        assert len(got.names) == len(set(got.names)), address


def test_a_query_and_a_range_change_nothing(serving: Keeper) -> None:
    got = Got(Door(closed, serving), "/en/", QUERY_STRING="a=%00&b", HTTP_RANGE="bytes=0-9")

    assert (got.status, got.body) == (200, serving.serving.pages["/en/"].bodies["identity"])


def test_a_foreign_host_is_refused_and_nothing_is_said(door: Door) -> None:
    for host in ("evil.example", "testserver.evil.example", "testserver:80:80", "", "a b"):
        got = Got(door, "/en/", HTTP_HOST=host)

        assert (got.status, got.body) == (400, b"Bad request: unknown host.\n"), host
    assert Got(door, "/en/", HTTP_HOST="testserver:8000").status == 200


def test_forged_hosts_do_not_fill_the_memory(door: Door, settings: Any) -> None:
    settings.ALLOWED_HOSTS = [".example.com"]

    for number in range(module.MOST_HOSTS + 20):
        assert Got(door, "/en/", HTTP_HOST=f"x{number}.example.com").status == 200

    assert len(door.hosts) == module.MOST_HOSTS


def test_under_https_plain_http_is_redirected_and_hsts_is_set(serving: Keeper, settings: Any) -> None:
    settings.PUBLIC_URL = "https://testserver"
    settings.SECURE_SSL_REDIRECT = settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SECURE_HSTS_SECONDS = 63072000
    security_headers.cache_clear()
    site = keeper.current()
    serving.serving = Serving(site, {address: render() for address, render in plan(site).items()})
    door = Door(WSGIHandler(), serving)

    plain = Got(door, "/en/", QUERY_STRING="a=1")
    secure = Got(door, "/en/", **{"wsgi.url_scheme": "https"})
    django = Got(door.django, "/en/", **{"wsgi.url_scheme": "https"})
    security_headers.cache_clear()

    assert (plain.status, plain.headers["Location"]) == (301, "https://testserver/en/?a=1")
    assert plain.headers["X-Frame-Options"] == "DENY"
    assert plain.headers["Content-Security-Policy"] == secure.headers["Content-Security-Policy"]
    assert secure.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains; preload"
    assert secure.headers == django.headers


def test_a_proxy_that_nobody_trusts_cannot_claim_https(serving: Keeper, settings: Any) -> None:
    settings.PUBLIC_URL = "https://testserver"
    settings.SECURE_SSL_REDIRECT = True
    door = Door(WSGIHandler(), serving)

    got = Got(door, "/en/", HTTP_X_FORWARDED_PROTO="https")

    assert got.status == 301


def test_other_methods_go_on_to_django(door: Door) -> None:
    assert Got(door, "/en/", "POST").status == 405
    assert Got(door, "/en/", "OPTIONS").headers["Allow"] == "GET, HEAD"


def test_head_is_answered_without_a_body_and_closes_what_django_opened(door: Door) -> None:
    for path, status in (("/readyz", 200), ("/en/releases/9/", 404), ("/", 302), ("/en/dpa/", 200)):
        got = Got(door, path, "HEAD")

        assert (got.status, got.body) == (status, b""), path
        assert "Content-Length" in got.headers, path


def test_a_new_state_is_served_from_the_next_request_on(door: Door, serving: Keeper) -> None:
    before = Got(door, "/en/")
    state = serving.serving
    page = state.pages["/hu/"]

    serving.serving = Serving(state.site, {"/en/": page})

    assert Got(door, "/en/").body == page.bodies["identity"] != before.body


def test_while_the_database_is_down_pages_say_so_and_keep_their_tags(
    serving: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = Door(closed, serving)
    before = Got(door, "/en/")
    monkeypatch.setattr(Keeper, "database_down", True)

    after = Got(door, "/en/")
    held = Got(door, "/en/", HTTP_IF_NONE_MATCH=before.headers["ETag"])

    assert after.body == before.body
    assert after.headers == {**before.headers, "Trust-Center-State": "last-known"}
    assert (held.status, held.headers["Trust-Center-State"]) == (304, "last-known")


def test_pages_do_not_wait_for_requests_that_hang(serving: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    hanging, go_on = threading.Barrier(module.DYNAMIC + 1), threading.Event()

    def hang(environ: Any, start_response: Any) -> list[bytes]:
        hanging.wait(10)
        go_on.wait(10)
        start_response("200 OK", [])
        return []

    door = Door(hang, serving)
    threads = [threading.Thread(target=Got, args=(door, "/admin/")) for _thread in range(module.DYNAMIC)]
    for thread in threads:
        thread.start()
    hanging.wait(10)

    page, refused = Got(door, "/en/"), Got(door, "/hu/dpa/")
    go_on.set()
    for thread in threads:
        thread.join(10)

    assert page.status == 200
    assert (refused.status, refused.headers["Retry-After"], refused.headers["Content-Language"]) == (503, "30", "hu")
    assert refused.headers["X-Content-Type-Options"] == "nosniff"
    hanging.reset()


def test_a_request_that_fails_gives_its_place_back(serving: Keeper) -> None:
    def fail(environ: Any, start_response: Any) -> list[bytes]:
        raise RuntimeError

    door = Door(fail, serving)
    for _request in range(module.DYNAMIC + 1):
        with pytest.raises(RuntimeError):
            Got(door, "/admin/")


def test_the_door_keeps_to_the_wsgi_standard(serving: Keeper) -> None:
    for method, more in (("GET", {}), ("HEAD", {}), ("GET", {"HTTP_IF_NONE_MATCH": "*"})):
        got = Got(validator(Door(closed, serving)), "/en/", method, **more)

        assert got.status == (304 if more else 200)
