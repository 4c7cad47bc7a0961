"""What changed between any two releases. Not ready-made, for there are as many pages as pairs; it needs no database."""

import json

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _

from ..exchange import compared
from ..exchange.localized import tag
from ..exchange.published import Entry, Site
from . import errors, site
from .answer import FRESH, LAST_KNOWN
from .errors import Links, reads, tell
from .pages import HTML
from .releases import no_such_language, no_such_release

JSON = "application/json"
# More digits than any release has, and fewer than Python refuses to read.
_MOST_DIGITS = 9


@reads
def choose(request: HttpRequest, code: str) -> HttpResponse:
    """From the form of the page (?from=1&to=3) to the address of a pair; without one, to what changed last."""
    found = site.current()
    if code not in found.languages:
        return errors.not_found(request) if not found.languages else tell(request, 404, no_such_language)
    asked = [_number(request.GET.get(name, "")) for name in ("from", "to")]
    newest = found.newest
    before = newest and found.before(newest)
    if None not in asked:
        return _go(code, asked[0] or 0, asked[1] or 0)
    if request.GET or before is None or newest is None:
        return tell(request, 404, no_such_release if request.GET else _nothing_to_compare)
    return _go(code, before.number, newest.number)


@reads
def page(request: HttpRequest, code: str, a: int, b: int) -> HttpResponse:
    return _answer(request, code, a, b, program=False)


@reads
def program(request: HttpRequest, code: str, a: int, b: int) -> HttpResponse:
    return _answer(request, code, a, b, program=True)


def _answer(request: HttpRequest, code: str, a: int, b: int, *, program: bool) -> HttpResponse:
    found = site.current()
    if code not in found.languages:
        return errors.not_found(request) if not found.languages else tell(request, 404, no_such_language)
    entries = [found.entry(number) for number in (a, b)]
    before, after = entries
    if before is None or after is None:
        return tell(request, 404, no_such_release)
    withdrawal = next((entry for entry in (before, after) if entry.is_withdrawal), None)
    if withdrawal:
        return tell(request, 404, lambda found, told: _no_policy(withdrawal, told))
    if a > b:
        return _go(code, b, a, program=program)
    if program:
        values = compared.values(before, after, code)
        response = HttpResponse(json.dumps(values, ensure_ascii=False, indent=1), content_type=JSON)
    else:
        response = HttpResponse(compared.compared(found, before, after, code), content_type=HTML)
    response.headers["Content-Language"] = tag(code)
    response.headers["Cache-Control"] = FRESH
    if site.database_down():
        response.headers[LAST_KNOWN[0]] = LAST_KNOWN[1]
    return response


def _go(code: str, a: int, b: int, *, program: bool = False) -> HttpResponse:
    address = f"/{code}/compare/{a}/{b}" + (".json" if program else "/")
    return HttpResponseRedirect(address, headers={"Cache-Control": FRESH})


def _number(written: str) -> int | None:
    return int(written) if written.isascii() and written.isdigit() and len(written) <= _MOST_DIGITS else None


def _nothing_to_compare(found: Site, told: str) -> tuple[str, str, Links]:
    if not found.entries:
        return errors.nothing_yet()
    text = _("A comparison needs two releases.")
    return _("There is nothing to compare yet"), text, errors.ways_on(found, told)


def _no_policy(entry: Entry, told: str) -> tuple[str, str, Links]:
    number = {"number": entry.number, "withdrawn": entry.ends}
    links = [
        (_("Withdrawal of release %(number)s") % {"number": entry.ends}, f"/{told}/releases/{entry.number}/"),
        (_("All releases"), f"/{told}/releases/"),
    ]
    text = _("Entry %(number)s withdraws release %(withdrawn)s. It states no policy that could be compared.") % number
    return _("A withdrawal cannot be compared"), text, links


urlpatterns = [
    path("<slug:code>/compare/", choose, name="compare"),
    path("<slug:code>/compare/<int:a>/<int:b>/", page, name="compared"),
    path("<slug:code>/compare/<int:a>/<int:b>.json", program, name="compared_json"),
]
