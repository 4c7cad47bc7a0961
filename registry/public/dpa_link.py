"""What the links in a requester’s mails open: this file asks to verify the address, dpa_page.py shows the request.

No cookie and no token against forms of other sites: the link itself is the proof (see subscribe_link.py). Whatever is
wrong with a link, one and the same page answers, after one and the same question to the database.
"""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from ..actions import dpa, issuing, linking
from ..exchange.frame import frame
from ..exchange.localized import language_name
from ..exchange.published import Site
from ..models import DpaLink
from . import client, errors, site
from .errors import Links, only, tell
from .form import shown
from .known import DOWN
from .language import of_link

log = logging.getLogger(__name__)

Purpose = DpaLink.Purpose
# The address is the key to the request: no other site, no cache and no search engine is to learn of it.
HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


class Opened:
    """A link that opens something, and whoever opened it."""

    def __init__(self, request: HttpRequest, found: Site, language: str, token: str, purpose: Purpose) -> None:
        self.request, self.site, self.language, self.token, self.purpose = request, found, language, token, purpose
        self.look()

    def look(self) -> None:
        """Read the request as it is now. Raise linking.NoLink where the link opens it no more."""
        self.dpa = linking.opened(self.token, self.purpose).request

    @property
    def rest(self) -> str:
        """The address of its page after /{language}/."""
        step = "verify" if self.purpose == Purpose.VERIFY else "status"
        return f"dpa/{step}/{self.token}/"

    @property
    def home(self) -> str:
        return f"/{self.language}/{self.rest}"

    def page(self, template: str, title: str, status: int = 200, **context: Any) -> HttpResponse:
        around = frame(self.site, self.language, self.rest, title=title, indexed=False)
        every = {"reference": self.dpa.reference, "home": around["home"], "page": self.home}
        return shown(f"public/dpa/{template}.html", {**around, **every, **context}, self.language, status)


View = Callable[..., HttpResponseBase]
Unkept = Callable[[HttpRequest, Site, str], HttpResponseBase]


def opens(purpose: Purpose, *methods: str, unkept: Unkept | None = None) -> Callable[[View], View]:
    """A view of an address below /{language}/dpa/ that holds a link’s token.

    `unkept` answers what was sent while the database is away, with all that was typed.
    """

    def decorate(view: View) -> View:
        @never_cache
        @csrf_exempt  # See above: the link is the proof.
        @only(*methods)
        @wraps(view)
        def inner(request: HttpRequest, language: str, token: str, **named: str) -> HttpResponseBase:
            response = _answer(request, language, token, named)
            for name, value in HEADERS.items():
                response.headers[name] = value
            return response

        def _answer(request: HttpRequest, language: str, token: str, named: dict[str, str]) -> HttpResponseBase:
            found = site.current()
            code = of_link(language, found)
            with override(code):
                try:
                    if not site.database_down():
                        return view(Opened(request, found, code, token, purpose), **named)
                except linking.NoLink:
                    return tell(request, 404, no_link)
                except DOWN as error:
                    # By its class alone: a database's words may repeat a row.
                    log.error("A link to a DPA request cannot be opened: %s", type(error).__name__)
                if unkept and request.method == "POST":
                    return unkept(request, found, code)
                return errors.unavailable(request)

        return inner

    return decorate


def no_link(found: Site, code: str) -> tuple[str, str, Links]:
    text = _(
        "Perhaps your mail program has cut it: please copy all of it from the mail. A link also ends when a newer one "
        "takes its place, when its time is over, or when the request is erased. A link that confirms an address opens "
        "once; the receipt that we mail then has a link to the request. To get a new link, give the reference."
    )
    ways = errors.ways_on(found, code)
    if found.current_new and code in found.languages:
        ways = [(_("Get a new link"), f"/{code}/dpa/link/"), (_("Request a DPA"), f"/{code}/dpa/"), *ways]
    return _("This link does not work"), text, ways


@opens(Purpose.VERIFY, "GET", "HEAD", "POST")
def verify(opened: Opened) -> HttpResponse:
    """A GET asks: programs that look through mails follow links."""
    if opened.request.method == "POST":
        return _verify(opened)
    title = _("Please confirm your address")
    asked = opened.dpa.requester
    return opened.page("verify", title, asked=asked, spoken=language_name(opened.dpa.language, opened.language))


def _verify(opened: Opened) -> HttpResponse:
    request = dpa.verify(opened.token, client.address(opened.request))
    try:
        issuing.issue_unreviewed(request)
    except Exception as error:
        # The address is verified all the same, and the worker tries again. By its class alone: it may repeat a name.
        log.error("%s could not be issued at once: %s", request.reference, type(error).__name__)
    return HttpResponseRedirect(f"/{opened.language}/dpa/status/{linking.page(request)}/", status=303)


urlpatterns = [path("<str:language>/dpa/verify/<str:token>/", verify, name="dpa-verify")]
