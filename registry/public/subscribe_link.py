"""What the links in a subscriber's mails open: confirm, preferences, unsubscribe, erase. A GET only asks.

No cookie and no token against forms of other sites: the link itself is the proof, nobody else can make one, and a
browser adds nothing to it by itself. So the pages work where cookies are off, and a mail program unsubscribes with a
bare POST (RFC 8058).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from ..actions import notifying
from ..exchange import subscriber_link
from ..exchange.content import Content
from ..exchange.frame import frame
from ..exchange.published import Site
from ..exchange.subscriber_link import CONFIRM_WITHIN
from ..exchange.subscription import chosen
from ..models import Subscriber
from . import errors, site
from .errors import Links, only, tell
from .form import posted, shown
from .language import of_link
from .subscribe_form import PreferencesForm


class _Link:
    """Whoever opened a link, and the page they get."""

    def __init__(self, request: HttpRequest, found: Site, language: str, address: str, subscriber: Subscriber) -> None:
        self.request, self.site, self.language, self.subscriber = request, found, language, subscriber
        self.address = address
        entry = found.current or found.newest
        # Without a release, the withdrawn ones named the regions: their keys must do.
        self.content: Content = entry.content if entry else {"regions": []}

    def page(self, template: str, title: str, status: int = 200, **context: Any) -> HttpResponse:
        own = self.subscriber.identity
        preferences, unsubscribe = (self._own(link) for link in notifying.links(own, self.language))
        every = {
            "state": self.subscriber.state,
            "reference": self.subscriber.reference,
            "email": own.email,
            "chosen": chosen(self.subscriber, self.content, self.language),
            "preferences": preferences,
            "unsubscribe": unsubscribe,
            "erase": unsubscribe.replace("/subscribe/unsubscribe/", "/subscribe/erase/"),
            "subscribe": f"/{self.language}/subscribe/",
        }
        around = frame(self.site, self.language, self.address, title=title, indexed=False)
        return shown(f"public/subscribe/{template}.html", {**around, **every, **context}, self.language, status)

    def _own(self, link: str) -> str:
        return link.removeprefix(self.site.public_url)


View = Callable[[_Link], HttpResponse]


def _opens(purpose: subscriber_link.Purpose, step: str) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """A view of /{language}/subscribe/{step}/{token}/, for links of a purpose."""

    def decorate(view: View) -> Callable[..., HttpResponseBase]:
        @never_cache
        @csrf_exempt  # See above: the link is the proof.
        @only("GET", "HEAD", "POST")
        @wraps(view)
        def inner(request: HttpRequest, language: str, token: str) -> HttpResponseBase:
            found = site.current()
            code = of_link(language, found)
            if site.database_down():
                return errors.unavailable(request)
            try:
                subscriber = notifying.of_link(purpose, token)
            except subscriber_link.Expired:
                return tell(request, 410, _expired)
            except subscriber_link.Forged:
                return tell(request, 404, _no_link)
            with override(code):
                return view(_Link(request, found, code, f"subscribe/{step}/{token}/", subscriber))

        return inner

    return decorate


def _expired(found: Site, code: str) -> tuple[str, str, Links]:
    days = CONFIRM_WITHIN.days
    text = ngettext(
        "A link that confirms a subscription is good for one day. Enter your address once more, and we send you a new "
        "link. Until then nothing is subscribed that you have not confirmed.",
        "A link that confirms a subscription is good for %(count)d days. Enter your address once more, and we send you "
        "a new link. Until then nothing is subscribed that you have not confirmed.",
        days,
    ) % {"count": days}
    return _("This link has expired"), text, _ways_on(found, code)


def _no_link(found: Site, code: str) -> tuple[str, str, Links]:
    text = _(
        "Perhaps your mail program has cut it: please copy all of it from the mail. A link also ends when its address "
        "is erased; then we send nothing there any more. To get a new link, enter your address."
    )
    return _("This link does not work"), text, _ways_on(found, code)


def _ways_on(found: Site, code: str) -> list[tuple[str, str]]:
    ways = errors.ways_on(found, code)
    if (found.current or found.newest) and code in found.languages:
        return [(_("Enter your address and get a new link"), f"/{code}/subscribe/"), *ways]
    return ways


@_opens("confirm", "confirm")
def confirm(link: _Link) -> HttpResponse:
    if link.request.method == "POST":
        notifying.confirm(link.subscriber)
        # Back to this address, which now says what is so.
        return HttpResponseRedirect(link.request.path, status=303)
    done = link.subscriber.state == Subscriber.State.CONFIRMED
    return link.page("confirm", _("You are subscribed") if done else _("Please confirm your subscription"))


@_opens("preferences", "preferences")
def preferences(link: _Link) -> HttpResponse:
    title = _("Your subscription")
    if link.subscriber.state != Subscriber.State.CONFIRMED:
        return link.page("ended", title)
    form = PreferencesForm(
        posted(link.request),
        subscriber=link.subscriber,
        content=link.content,
        language=link.language,
        languages=link.site.languages,
    )
    if link.request.method != "POST":
        return link.page("preferences", title, form=form, saved="saved" in link.request.GET)
    if not form.is_valid():
        problem = _("Your choices have not been saved. Please look at them again.")
        return link.page("preferences", title, 422, form=form, problem=problem, mistakes=form.mistakes())
    answers = form.answers()
    notifying.choose(link.subscriber, **{"regions": [], **answers})
    return HttpResponseRedirect(f"/{answers['language']}/{link.address}?saved", status=303)


@_opens("unsubscribe", "unsubscribe")
def unsubscribe(link: _Link) -> HttpResponse:
    """A person presses the button; a mail program posts `List-Unsubscribe=One-Click`, and expects no redirect."""
    if link.request.method == "POST":
        notifying.unsubscribe(link.subscriber)
        # Its state alone: the page tells of the identity that the link led to, also where that is erased just now.
        link.subscriber.refresh_from_db(fields=["state"])
    told = link.subscriber.state == Subscriber.State.CONFIRMED
    title = _("Do you want to unsubscribe?") if told else _("You are no longer subscribed")
    return link.page("unsubscribe" if told else "ended", title)


@_opens("unsubscribe", "erase")
def erase(link: _Link) -> HttpResponse:
    if link.request.method != "POST":
        return link.page("erase", _("Erase your address?"))
    # Its page is made first: then nobody is left to make one of.
    response = link.page("erased", _("Your address has been erased"))
    notifying.erase(link.subscriber, reason=notifying.Reason.ASKED)
    return response


urlpatterns = [
    path(f"<str:language>/subscribe/{step}/<str:token>/", view, name=f"subscribe-{step}")
    for step, view in {
        "confirm": confirm,
        "preferences": preferences,
        "unsubscribe": unsubscribe,
        "erase": erase,
    }.items()
]
