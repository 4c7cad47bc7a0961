"""The ready pages through Django, for what the door passes on, and the addresses that lead to them."""

import re
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from ..exchange.localized import autonym, day
from ..exchange.placeholders import Facts, fill
from ..exchange.published import Entry, Site
from . import errors, language, site
from .answer import FRESH, LAST_KNOWN, Answer, answers, encoding, matches
from .errors import Links, reads, tell

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@reads
def ready(request: HttpRequest, **named: Any) -> HttpResponseBase:
    """The page of this address; Http404 where the site state has none."""
    found = site.page(request.path_info)
    if found is None:
        raise Http404
    return give(request, answers(found)[encoding(request.headers.get("Accept-Encoding", ""))])


def give(request: HttpRequest, answer: Answer) -> HttpResponseBase:
    """The answer, or 304 where the visitor holds it already."""
    held = request.headers.get("If-None-Match")
    fresh = held is not None and matches(held, answer.etag)
    # A stream, because Django gives any other 304 a Content-Length of 0, which is not the page's (RFC 9110, 8.6).
    response = StreamingHttpResponse((), status=304) if fresh else HttpResponse(answer.body)
    del response.headers["Content-Type"]
    for name, value in answer.not_modified if fresh else answer.headers:
        response.headers[name] = value
    if site.database_down():
        response.headers[LAST_KNOWN[0]] = LAST_KNOWN[1]
    return response


@reads
def front(request: HttpRequest) -> HttpResponse:
    """To the best language for the reader."""
    found = site.current()
    if not found.languages:
        return errors.not_found(request)
    return _go(f"/{language.of(request, found)}/", Vary="Accept-Language")


@reads
def policy(request: HttpRequest, code: str) -> HttpResponseBase:
    return _ready_or(request, code, nothing_in_force)


@reads
def releases(request: HttpRequest, code: str) -> HttpResponseBase:
    return _ready_or(request, code, lambda found, told: errors.nothing_yet())


@reads
def feed(request: HttpRequest, code: str) -> HttpResponseBase:
    return _ready_or(request, code, lambda found, told: errors.nothing_yet())


@reads
def release(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    return _ready_or(request, code, no_such_release)


@reads
def exact(request: HttpRequest, number: int) -> HttpResponseBase:
    """The bytes that a release's digest is over."""
    if site.page(request.path_info) is None:
        return tell(request, 404, no_such_release)
    return ready(request)


@reads
def region(request: HttpRequest, code: str, key: str) -> HttpResponseBase:
    return _ready_or(request, code, _no_such_region)


@reads
def on(request: HttpRequest, code: str, written: str) -> HttpResponse:
    """To the release that existing customers had on a day."""
    found = site.current()
    if not found.entries:
        return errors.not_found(request)
    if code not in found.languages:
        return tell(request, 404, no_such_language)
    wanted = _day(written)
    if wanted is None:
        return tell(request, 404, _no_such_day)
    entry = found.in_force(wanted)
    if entry is None:
        return tell(request, 404, _before_the_first)
    return _go(f"/{code}/releases/{entry.number}/")


def _go(address: str, **headers: str) -> HttpResponse:
    return HttpResponseRedirect(address, headers={"Cache-Control": FRESH, **headers})


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if _DAY.fullmatch(written) else None
    except ValueError:
        return None


def _ready_or(request: HttpRequest, code: str, said: Any) -> HttpResponseBase:
    found = site.current()
    if found.languages and code not in found.languages:
        return tell(request, 404, no_such_language)
    if site.page(request.path_info) is None:
        return tell(request, 404, said if found.entries else lambda _found, _code: errors.nothing_yet())
    return ready(request)


# --- what there is instead --------------------------------------------------------------------------------------------


def no_such_language(found: Site, told: str) -> tuple[str, str, Links]:
    return (
        _("This page is not published in that language"),
        _("It can be read in these languages:"),
        [(autonym(code), f"/{code}/") for code in found.languages],
    )


def no_such_release(found: Site, told: str) -> tuple[str, str, Links]:
    if found.last is None:
        return errors.nothing_yet()
    return (
        _("There is no such release"),
        _("The newest release has the number %(number)s.") % {"number": found.last.number},
        _links_to(found.last, found, told),
    )


def _no_such_region(found: Site, told: str) -> tuple[str, str, Links]:
    if found.current is None:
        return nothing_in_force(found, told)
    service = found.current.content["service"]
    links = []
    for region in found.current.content["regions"]:
        texts = region["name"]["text"]
        spoken = told if told in texts else language.binding(found)
        links.append((fill(texts[spoken], Facts(service, spoken)), f"/{told}/regions/{region['key']}/"))
    if not links:
        return (
            _("There is no such region"),
            _("The release in force names no regions."),
            errors.ways_on(found, told),
        )
    return _("There is no such region"), _("The release in force names these regions:"), links


def _no_such_day(found: Site, told: str) -> tuple[str, str, Links]:
    text = _("The address does not hold a day of the calendar. Days are written as in this example: 2024-12-13.")
    return _("There is no such day"), text, errors.ways_on(found, told)


def _before_the_first(found: Site, told: str) -> tuple[str, str, Links]:
    first = next((entry for entry in found.entries if entry.ended_by is None), None)
    if first is None:
        # Announced once, and withdrawn before its day.
        return _("Nothing is in force yet"), _("No release is in force or announced."), errors.ways_on(found, told)
    return (
        _("Nothing is recorded for that day"),
        _("The first release came into force on: %(day)s.") % {"day": day(first.in_force_on, told)}
        if first.status != "announced"
        else _("The first release comes into force on: %(day)s.") % {"day": day(first.in_force_on, told)},
        _links_to(first, found, told),
    )


def nothing_in_force(found: Site, told: str) -> tuple[str, str, Links]:
    """Releases there are, but the first one is still to come."""
    return (_("Nothing is in force yet"), *_before_the_first(found, told)[1:])


def _links_to(entry: Entry, found: Site, told: str) -> list[tuple[str, str]]:
    label = _("Release %(number)s") % {"number": entry.number}
    return [(label, f"/{told}/releases/{entry.number}/"), *errors.ways_on(found, told)]
