"""What no browser sends: every request through the whole application is answered, and never with a 5xx."""

import io
import string
from html import unescape
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.public import releases
from registry.public.door import Door
from registry.public.site import keeper

from .test_door import Got

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"
ADDRESSES = ["/", "/en/", "/hu/releases/", "/releases/1.json", "/en/dpa/", "/en/on/2024-12-13/", "/admin/login/", "/x"]


@pytest.fixture(scope="module")
def application() -> Door:
    return Door(WSGIHandler(), keeper)


def told(response: Any) -> str:
    return unescape(response.content.decode())


@pytest.mark.parametrize("path", ["/en/\x00/", "/\x00", "/en/on/\x00/"])
def test_a_path_with_a_nul_is_refused(application: Door, path: str) -> None:
    got = Got(application, path, HTTP_ACCEPT_LANGUAGE="en")

    assert got.status == 400
    assert "characters that cannot be read as text" in got.body.decode()


@pytest.mark.parametrize("path", ["/\xff\xfe/", "/en/on/\xc3\x28/", "/en/regions/\xff/", "/en/%00/"])
def test_a_path_in_another_encoding_is_nowhere(application: Door, path: str) -> None:
    assert Got(application, path).status == 404


@pytest.mark.parametrize("query", ["a=%00", "%00", "a=%FF", "a=\xff", "q=%C3%28"])
@pytest.mark.parametrize("path", ["/en/dpa/", "/admin/login/", "/nowhere/"])
def test_a_query_that_is_no_text_is_refused(application: Door, path: str, query: str) -> None:
    assert Got(application, path, QUERY_STRING=query).status == 400


@pytest.mark.parametrize("body", ["a=%00", "a=%FF", "%00=1", b"a=\xff", b"\x00"])
@pytest.mark.parametrize("path", ["/en/dpa/", "/en/", "/admin/login/"])
def test_a_form_that_is_no_text_is_refused(client: Client, path: str, body: Any) -> None:
    response = client.post(path, body, content_type=FORM, headers={"accept-language": "en"})

    assert response.status_code == 400
    assert "characters that cannot be read as text" in told(response)


@pytest.mark.parametrize("value", ["a\x00b", "a\ufffdb"])
def test_a_form_in_parts_is_checked_too(client: Client, value: str) -> None:
    assert client.post("/en/dpa/", {"company": value}).status_code == 400


def test_broken_parts_are_refused(client: Client) -> None:
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "multipart/form-data; boundary=\xff"):
        assert 400 <= client.post("/hu/dpa/", b"--y\r\nnothing", content_type=kind).status_code < 500, kind


@pytest.mark.parametrize("path", ["/hu/", "/hu/dpa/", "/hu/nowhere/"])
@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x", "text/plain", ""])
def test_ten_megabytes_are_too_much(client: Client, path: str, kind: str) -> None:
    response = client.post(path, b"a" * 10 * 1024 * 1024, content_type=kind)

    assert (response.status_code, response["Content-Language"]) == (413, "hu")


def test_staff_may_import_larger_files_but_no_larger_forms(client: Client) -> None:
    megabytes = b"a=" + b"b" * 2 * 1024 * 1024

    assert client.post("/admin/login/", megabytes, content_type=FORM).status_code == 413
    assert (
        client.post("/admin/login/", megabytes * 6, content_type="multipart/form-data; boundary=x").status_code == 413
    )


def test_a_form_with_too_many_fields_is_refused(client: Client) -> None:
    response = client.post("/en/dpa/", "&".join(["a"] * 20_001), content_type=FORM)

    assert response.status_code == 400
    assert "more fields than any form of ours" in told(response)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/xml", "nonsense"])
def test_what_is_not_a_form_is_refused(client: Client, kind: str) -> None:
    response = client.post("/en/dpa/", b"{}", content_type=kind)

    assert response.status_code == 415
    assert "It is not sent as a form." in told(response)


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "rot13", "\x01", "x" * 20_000])
@pytest.mark.parametrize("kind", [FORM, PARTS, "text/html"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_charset_is_refused(application: Door, charset: str, kind: str, method: str) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--b--\r\n'
    more = {"CONTENT_TYPE": f"{kind}; charset={charset}", "CONTENT_LENGTH": "3", "wsgi.input": io.BytesIO(body)}

    assert Got(application, "/en/dpa/", method, QUERY_STRING="a=b", **more).status == 415


def test_a_parameter_in_an_unknown_encoding_is_refused(application: Door) -> None:
    got = Got(application, "/en/dpa/", CONTENT_TYPE=f"{FORM}; charset*=nonsense''x")

    assert got.status == 415


def test_a_missing_token_is_told_in_words(application: Door) -> None:
    body = b"a=1"
    more = {"CONTENT_TYPE": FORM, "CONTENT_LENGTH": "3", "wsgi.input": io.BytesIO(body), "HTTP_ACCEPT_LANGUAGE": "en"}

    got = Got(application, "/admin/login/", "POST", **more)

    assert got.status == 403
    assert "This form has expired" in got.body.decode()


def test_a_database_that_fails_in_a_view_is_a_503(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*values: Any) -> Any:
        raise OperationalError("the pool is exhausted")

    monkeypatch.setattr(releases, "_day", fail)

    response = client.get("/hu/on/2024-12-13/")

    assert (response.status_code, response["Retry-After"], response["Content-Language"]) == (503, "30", "hu")


def test_staff_pages_do_not_try_a_database_that_is_down(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    found = keeper.current()
    monkeypatch.setattr(type(keeper), "database_down", True)
    monkeypatch.setattr(keeper, "current", lambda: found)

    with django_assert_num_queries(0):
        response = client.get("/admin/", headers={"accept-language": "en"})

    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert "Our database does not answer." in told(response)


anything = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
wire = st.text(st.characters(max_codepoint=255), max_size=60)
header = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=80)
method = st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "X"])
segment = st.one_of(
    st.sampled_from(
        ["en", "hu", "de", "releases", "on", "regions", "dpa", "thanks", "privacy", "admin", "static", ".."]
    ),
    st.integers().map(str),
    st.dates().map(str),
    st.text(max_size=12).map(lambda text: text.encode().decode("latin-1") if text.isprintable() else text[:0]),
    wire,
)


def answered(got: Got) -> None:
    assert got.status < 500
    assert got.headers["X-Content-Type-Options"] == "nosniff"


@anything
@given(path=st.lists(segment, max_size=5), end=st.sampled_from(["", "/", ".json"]), method=method)
def test_any_path_is_answered(application: Door, path: list[str], end: str, method: str) -> None:
    answered(Got(application, "/" + "/".join(path) + end, method))


@anything
@given(
    path=st.sampled_from(ADDRESSES),
    query=st.one_of(wire, st.lists(st.tuples(st.text(), st.text())).map(urlencode), st.text().map(quote)),
    method=method,
)
def test_any_query_is_answered(application: Door, path: str, query: str, method: str) -> None:
    answered(Got(application, path, method, QUERY_STRING=query))


NAMES = ["HOST", "ACCEPT_LANGUAGE", "ACCEPT_ENCODING", "IF_NONE_MATCH", "COOKIE", "RANGE", "ORIGIN", "REFERER"]
NAMES += ["X_FORWARDED_FOR", "X_FORWARDED_PROTO", "X_CSRFTOKEN", "USER_AGENT", "IF_MODIFIED_SINCE", "ACCEPT"]


@anything
@given(
    path=st.sampled_from(ADDRESSES),
    headers=st.dictionaries(st.sampled_from([f"HTTP_{name}" for name in NAMES]), header),
    method=method,
)
def test_any_header_is_answered(application: Door, path: str, headers: dict[str, str], method: str) -> None:
    answered(Got(application, path, method, **headers))


KINDS = [FORM, f"{FORM}; charset=utf-16", PARTS, "multipart/form-data", "text/plain", ""]
part = st.binary(max_size=60).map(
    lambda data: b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + data + b"\r\n"
)


@anything
@given(
    path=st.sampled_from(ADDRESSES),
    body=st.one_of(
        st.binary(max_size=200),
        st.dictionaries(st.text(), st.text()).map(lambda form: urlencode(form).encode()),
        st.lists(part, max_size=3).map(lambda parts: b"".join(parts) + b"--b--\r\n"),
    ),
    kind=st.one_of(st.sampled_from(KINDS), st.text(string.printable[:95], max_size=40)),
    method=method,
)
def test_any_body_is_answered(application: Door, path: str, body: bytes, kind: str, method: str) -> None:
    more = {"CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body)}

    answered(Got(application, path, method, **more))
