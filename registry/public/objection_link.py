"""What the link in an objector's mail opens: a GET asks, a POST verifies the address, or sends a new link.

No cookie and no token against forms of other sites: the link itself is the proof (see subscribe_link.py).
"""

from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from ..actions import objecting
from ..actions.cases import CannotMove
from ..exchange import objectable
from ..exchange.frame import frame
from ..exchange.published import Site
from ..models import Objection
from . import errors, site
from .errors import Links, only, tell
from .form import shown
from .language import of_link


@never_cache
@csrf_exempt  # See above: the link is the proof.
@only("GET", "HEAD", "POST")
def verify(request: HttpRequest, language: str, token: str) -> HttpResponseBase:
    found = site.current()
    code = of_link(language, found)
    if site.database_down():
        return errors.unavailable(request)
    try:
        objection = objecting.of_link(token)
    except objecting.NoLink:
        return tell(request, 404, _no_link)
    except objecting.OldLink as old:
        with override(code):
            return _old(request, found, code, token, old.objection)
    if request.method == "POST":
        return _verify(request, objection)
    with override(code):
        asked = objection.state == Objection.State.UNVERIFIED
        title = _("Please confirm your objection") if asked else _("We have received your objection")
        return _page("verify", found, code, token, title, **_told(found, objection, code), asked=asked)


def _verify(request: HttpRequest, objection: Objection) -> HttpResponse:
    try:
        objecting.verify(objection)
    except CannotMove:
        # Erased since the link was looked up.
        return tell(request, 404, _no_link)
    # Back to this address, which now says what is so.
    return HttpResponseRedirect(request.path, status=303)


def _old(request: HttpRequest, found: Site, code: str, token: str, objection: Objection) -> HttpResponse:
    if request.method != "POST":
        return _page("old", found, code, token, _("This link has expired"), 410, days=objecting.LINK_DAYS)
    with suppress(CannotMove):
        objecting.send_link(objection)
    return _page("sent", found, code, token, _("A new link is on its way"), reference=objection.reference)


def _told(found: Site, objection: Objection, code: str) -> dict[str, Any]:
    return {
        "reference": objection.reference,
        "number": objection.release_id,
        "changes": _changes(found, objection, code) or [_("All changes of this release")],
        "objector": objection.objector,
    }


def _changes(found: Site, objection: Objection, code: str) -> list[str]:
    entry = found.entry(objection.release_id)
    if entry is None:
        return []
    before = found.before(entry)
    return objectable.lines(before.content if before else None, entry.content, objection.change, code)


def _page(
    template: str, found: Site, code: str, token: str, title: str, status: int = 200, **context: Any
) -> HttpResponse:
    around = frame(found, code, f"object/verify/{token}/", title=title, indexed=False)
    return shown(f"public/object/{template}.html", {**around, **context}, code, status)


def _no_link(found: Site, code: str) -> tuple[str, str, Links]:
    text = _(
        "Perhaps your mail program has cut it: please copy all of it from the mail. A link also ends when what was "
        "entered is erased, because nobody confirmed it in time. Then make the objection once more:"
    )
    ways = errors.ways_on(found, code)
    if code in found.languages:
        label = _("Object to release %(number)s")
        open_now = [entry.number for entry in found.entries if found.open_to_objections(entry)]
        ways = [*((label % {"number": number}, f"/{code}/object/{number}/") for number in open_now), *ways]
    return _("This link does not work"), text, ways


urlpatterns = [path("<str:language>/object/verify/<str:token>/", verify, name="object-verify")]
