"""The door before Django: ready pages are answered here, all else goes on to Django."""

import threading
from collections.abc import Callable, Iterable
from functools import cache
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from django.utils.http import parse_header_parameters
from django.utils.module_loading import import_string

from . import errors
from .answer import LAST_KNOWN, Answer, Headers, answers, encoding, matches
from .client import settle
from .middleware import UTF_8
from .site import Keeper, Serving

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# Of the eight threads of a worker (gunicorn.conf.py): a database that hangs holds these, and ready pages have the rest.
DYNAMIC = 6
# Seconds that a request waits for one of them.
PATIENCE = 1.0
# Forged Host headers must not fill the memory.
MOST_HOSTS = 100


class Door:
    def __init__(self, django: Application, keeper: Keeper) -> None:
        self.django, self.keeper = django, keeper
        self.shelf: tuple[Serving | None, dict[str, dict[str, Answer]]] = (None, {})
        self.hosts: set[str] = set()
        self.scheme = urlsplit(settings.PUBLIC_URL).scheme
        self.dynamic = threading.BoundedSemaphore(DYNAMIC)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        settle(environ)
        method = environ["REQUEST_METHOD"]
        if method == "GET" or method == "HEAD":
            serving, shelf = self.shelf
            if serving is not self.keeper.serving:
                shelf = self._stock()
            found = shelf.get(environ["PATH_INFO"])
            if found is not None and self._ours(environ):
                answer = found[encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))]
                return self._give(answer, environ, start_response, method)
        return self._go_on(environ, start_response)

    def _give(
        self, answer: Answer, environ: Environ, start_response: Callable[..., Any], method: str
    ) -> Iterable[bytes]:
        more = [LAST_KNOWN] if self.keeper.database_down else []
        held = environ.get("HTTP_IF_NONE_MATCH")
        if held is not None and matches(held, answer.etag):
            start_response("304 Not Modified", answer.not_modified + more)
            return ()
        start_response("200 OK", answer.headers + more)
        return (answer.body,) if method == "GET" else ()

    def _stock(self) -> dict[str, dict[str, Answer]]:
        """The answers of the state that the keeper has switched to."""
        serving = self.keeper.serving
        found = serving.pages if serving else {}
        more = security_headers()
        shelf = {address: answers(page, more) for address, page in found.items()}
        self.shelf = (serving, shelf)
        return shelf

    def _ours(self, environ: Environ) -> bool:
        """Whether Django would neither refuse the Host nor redirect to https; if not, it does so itself."""
        if environ["wsgi.url_scheme"] != self.scheme and self.scheme == "https":
            return False
        host = environ.get("HTTP_HOST")
        if host in self.hosts:
            return True
        if not host or not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
            return False
        if len(self.hosts) < MOST_HOSTS:
            self.hosts.add(host)
        return True

    def _go_on(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        _settle_type(environ)
        if environ["PATH_INFO"].startswith(settings.STATIC_URL) or self.keeper.database_down:
            # Neither waits for the database: views ask `site.database_down` first.
            return self._django(environ, start_response)
        if not self.dynamic.acquire(timeout=PATIENCE):
            return _send(errors.busy(WSGIRequest(environ)), start_response)
        try:
            return self._django(environ, start_response)
        finally:
            self.dynamic.release()

    def _django(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        response = self.django(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return response
        # Django leaves it to the server to drop the body, and gunicorn logs a warning each time.
        if hasattr(response, "close"):
            response.close()
        return ()


def _settle_type(environ: Environ) -> None:
    """Where Django could not even make a request object ("charset=rot13"), let BadInput refuse the type."""
    try:
        charset = parse_header_parameters(environ.get("CONTENT_TYPE", ""))[1].get("charset", "")
    except (ValueError, LookupError):
        charset = "unreadable"
    if charset.lower() not in UTF_8:
        environ["CONTENT_TYPE"] = "application/x-unreadable; charset=x-unreadable"


def _send(response: HttpResponse, start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response(f"{response.status_code} {response.reason_phrase}", [*response.items(), *security_headers()])
    return [response.content]


@cache
def security_headers() -> Headers:
    """The headers that the middleware adds to a page that only informs, from the middleware itself."""

    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    chain: Callable[[HttpRequest], HttpResponse] = page
    for name in reversed(settings.MIDDLEWARE):
        chain = import_string(name)(chain)
    public = urlsplit(settings.PUBLIC_URL)
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "HTTP_HOST": settings.ALLOWED_HOSTS[0].lstrip("."),
            "wsgi.url_scheme": public.scheme,
            "wsgi.input": BytesIO(),
        }
    )
    own = {"content-type", "content-length"}
    return [(name, value) for name, value in chain(request).items() if name.lower() not in own]
