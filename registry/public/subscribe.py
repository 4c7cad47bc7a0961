"""Notice of changes: the form that asks for it, and its thanks. The form's page needs no database."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from ..actions import notifying
from ..exchange.frame import frame
from ..exchange.localized import language_name
from ..exchange.published import Entry, Site
from ..exchange.subscriber_link import CONFIRM_WITHIN
from . import limits, site
from .answer import FRESH
from .errors import only, reads
from .form import Sheet, posted, shown
from .subscribe_form import SubscribeForm


class _Sheet(Sheet):
    template = "public/subscribe/form.html"
    address = "subscribe/"
    what = "A subscription"

    def title(self) -> str:
        return _("Notice of changes")

    def context(self) -> dict[str, Any]:
        return {
            "mail_language": language_name(self.language, self.language),
            "confirm_days": CONFIRM_WITHIN.days,
            "retention_days": self.entry.content["service"]["retention_days"],
            "privacy": f"/{self.language}/dpa/privacy/" if self.entry.content["privacy"] else "",
        }

    def keep(self, form_name: str) -> HttpResponse:
        """The same answer, whether the address was known or not."""
        limits.spend(self.request, limits.SUBSCRIPTIONS)
        notifying.ask(token=form_name, language=self.language, **self.form.answers())
        return HttpResponseRedirect(f"/{self.language}/subscribe/thanks/", status=303)


@never_cache
@csrf_exempt  # The sheet asks Django's check itself, so that a refusal loses nothing that was typed.
@only("GET", "HEAD", "POST")
def subscribe(request: HttpRequest, language: str) -> HttpResponse:
    found, entry = _published(language)
    form = SubscribeForm(posted(request), content=entry.content, language=language)
    return _Sheet(request, language, found, entry, form).answer()


@reads
def thanks(request: HttpRequest, language: str) -> HttpResponse:
    """Knows of no person: the same page for everybody."""
    found, _entry = _published(language)
    context = frame(found, language, "subscribe/thanks/", title=_("Please look into your mailbox"), indexed=False)
    context |= {"form": f"/{language}/subscribe/", "confirm_days": CONFIRM_WITHIN.days}
    response = shown("public/subscribe/thanks.html", context, language)
    response.headers["Cache-Control"] = FRESH
    return response


def _published(language: str) -> tuple[Site, Entry]:
    """The site, and the release that names the regions. Raise Http404 where there is none, or no such language."""
    found = site.current()
    entry = found.current or found.newest
    if entry is None or language not in found.languages:
        raise Http404
    return found, entry


urlpatterns = [
    path("<str:language>/subscribe/", subscribe, name="subscribe"),
    path("<str:language>/subscribe/thanks/", thanks, name="subscribe-thanks"),
]
