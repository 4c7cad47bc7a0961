"""What a visitor is told when a request cannot be answered: localized, with a way on, and never a traceback."""

import logging
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import override

from ..exchange import page
from ..exchange.localized import tag
from ..exchange.published import Site
from . import language, site
from .known import OUT_OF_REACH

log = logging.getLogger(__name__)

# Seconds after which trying again makes sense while the database is away.
RETRY_AFTER = 30

View = Callable[..., HttpResponseBase]
Links = Iterable[tuple[str, str]]


def tell(
    request: HttpRequest, status: int, said: Callable[[Site, str], tuple[str, str, Links]], **headers: str
) -> HttpResponse:
    """A plain page; `said` gives heading, text and links in the language that is active by then."""
    found = site.current()
    if status == 404 and not found.entries and site.database_down():
        # A start without a database and without anything on disk: what there is, nobody knows.
        return unavailable(request)
    code = language.of(request, found)
    with override(code):
        heading, text, links = said(found, code)
        body = page.message(found, code, heading=heading, text=text, links=links)
    response = HttpResponse(body, status=status)
    response.headers["Content-Language"] = tag(code)
    response.headers["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    patch_vary_headers(response, ["Accept-Language"])
    return response


def ways_on(found: Site, code: str) -> list[tuple[str, str]]:
    """The pages that there are."""
    links = []
    if found.current and code in found.languages:
        links.append((_("The list of subprocessors in force"), f"/{code}/"))
    if found.entries and code in found.languages:
        links.append((_("All releases"), f"/{code}/releases/"))
    return links


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    def said(found: Site, code: str) -> tuple[str, str, Links]:
        if not found.entries:
            return nothing_yet()
        return (
            _("There is no such page"),
            _("Nothing stands at this address. These pages may help:"),
            ways_on(found, code),
        )

    return tell(request, 404, said)


def nothing_yet() -> tuple[str, str, Links]:
    # 404, not 503: nothing is out of order, and a crawler or a monitor need not be alarmed.
    return _("Nothing has been published yet"), _("The first release of this policy is still being prepared."), []


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    if isinstance(exception, DisallowedHost):
        # Nothing about a host that is not ours: no page, no link.
        return HttpResponse("Bad request: unknown host.\n", status=400, content_type="text/plain; charset=utf-8")
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    if isinstance(exception, (TooManyFieldsSent, TooManyFilesSent)):
        return refused(request, too_many_fields)
    return refused(request, unreadable)


def refused(request: HttpRequest, why: Callable[[], str], status: int = 400) -> HttpResponse:
    return tell(request, status, lambda found, code: (_("This request cannot be read"), why(), ways_on(found, code)))


def too_many_fields() -> str:
    return _("It has more fields than any form of ours.")


def unreadable() -> str:
    return _("Something in it is not as a browser would send it. Go back, reload the page and try again.")


def not_text() -> str:
    return _("It holds characters that cannot be read as text (UTF-8).")


def not_a_form() -> str:
    return _("It is not sent as a form.")


def too_large(request: HttpRequest) -> HttpResponse:
    return tell(
        request,
        413,
        lambda found, code: (
            _("This is too much at once"),
            _("The request is larger than we accept. Go back, shorten what you entered and send it again."),
            ways_on(found, code),
        ),
    )


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return tell(
        request,
        403,
        lambda found, code: (
            _("You may not open this page"),
            _("Your account does not have the permission that this page needs."),
            ways_on(found, code),
        ),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return tell(
        request,
        403,
        lambda found, code: (
            _("This form has expired"),
            _("Go back, reload the page and send the form again. Your browser must accept cookies from this site."),
            ways_on(found, code),
        ),
    )


def only(*methods: str) -> Callable[[View], View]:
    """A view for these methods; another one is answered 405, with Allow."""

    def decorate(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method in methods:
                return view(request, *args, **kwargs)
            return tell(
                request,
                405,
                lambda found, code: (
                    _("This page cannot do that"),
                    _("The address exists, but not for this kind of request."),
                    ways_on(found, code),
                ),
                Allow=", ".join(methods),
            )

        # A view that only reads refuses a POST by itself, in better words than those about a missing token.
        if "POST" not in methods:
            inner.csrf_exempt = True  # type: ignore[attr-defined]
        return inner

    return decorate


reads = only("GET", "HEAD")


def unavailable(request: HttpRequest) -> HttpResponse:
    return tell(
        request,
        503,
        lambda found, code: (
            _("This is not possible just now"),
            _("Our database does not answer. The published pages stay readable. Please try again in a minute."),
            ways_on(found, code),
        ),
        Retry_After=str(RETRY_AFTER),
    )


def busy(request: HttpRequest) -> HttpResponse:
    return tell(
        request,
        503,
        lambda found, code: (
            _("Too many requests at once"),
            _("We are busy just now. Please try again in a minute."),
            ways_on(found, code),
        ),
        Retry_After=str(RETRY_AFTER),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """The fault is in the log. Where even this page fails, a plain sentence must do."""
    try:
        if isinstance(sys.exc_info()[1], OUT_OF_REACH):
            return unavailable(request)
        return tell(
            request,
            500,
            lambda found, code: (
                _("Something went wrong on our side"),
                _("The fault has been recorded. Please try again later."),
                ways_on(found, code),
            ),
        )
    except Exception:
        log.exception("The error page cannot be made.")
        return HttpResponse(
            "Something went wrong on our side. Please try again later.\n",
            status=500,
            content_type="text/plain; charset=utf-8",
        )
