"""The DPA request: its form, its privacy notice, its thanks. The form's page needs no database."""

import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from ..actions import dpa
from ..exchange.frame import binding, frame
from ..exchange.passages import Reader, notices
from ..exchange.published import Entry, Site
from . import client, limits, site
from .answer import FRESH
from .dpa_form import DpaForm
from .errors import only, reads
from .form import Sheet, posted, shown

REFERENCE = re.compile(r"DPA-[2-9B-DF-HJ-NP-TV-XZ]{4}-[2-9B-DF-HJ-NP-TV-XZ]{4}")


class _Sheet(Sheet):
    template = "public/dpa/form.html"
    address = "dpa/"
    what = "A DPA request"

    def title(self) -> str:
        return _("Request a data processing agreement")

    def context(self) -> dict[str, Any]:
        return {"privacy": f"/{self.language}/dpa/privacy/" if self.entry.content["privacy"] else ""}

    def keep(self, form_name: str) -> HttpResponse:
        answers = {"region": "", **self.form.answers(), "language": self.language}
        kept = dpa.submitted(token=form_name, **answers)
        if kept is None:
            limits.spend(self.request, limits.DPA_REQUESTS)
            address = client.address(self.request)
            kept = dpa.submit(token=form_name, release=self.entry.number, address_from=address, **answers)
        return HttpResponseRedirect(f"/{self.language}/dpa/thanks/{kept.reference}/", status=303)


@never_cache
@csrf_exempt  # The sheet asks Django's check itself, so that a refusal loses nothing that was typed.
@only("GET", "HEAD", "POST")
def request_dpa(request: HttpRequest, language: str) -> HttpResponse:
    found, entry = published(language)
    form = DpaForm(posted(request), content=entry.content, language=language)
    return _Sheet(request, language, found, entry, form).answer()


@reads
def privacy(request: HttpRequest, language: str) -> HttpResponse:
    """The privacy notice of the release that the form belongs to."""
    found, entry = published(language)
    reader = Reader(entry.content, language)
    title = _("Privacy notice for DPA requests")
    text = reader.block(entry.content["privacy"], "privacy", title)
    if text is None:
        raise Http404
    context = frame(found, language, "dpa/privacy/", title=title, entry=entry)
    context |= binding(found, entry, language, "dpa/privacy/") | {"notices": notices(reader)}
    context |= {"text": text, "form": f"/{language}/dpa/", "number": entry.number}
    context["release"] = f"/{language}/releases/{entry.number}/"
    response = shown("public/dpa/privacy.html", context, language)
    response.headers["Cache-Control"] = FRESH
    return response


@never_cache
@reads
def thanks(request: HttpRequest, language: str, reference: str) -> HttpResponse:
    """Repeats the reference of its address alone: it knows of no person, and confirms no reference to a stranger."""
    found, entry = published(language)
    if not REFERENCE.fullmatch(reference):
        raise Http404
    context = frame(found, language, f"dpa/thanks/{reference}/", title=_("Thank you"), indexed=False, entry=entry)
    return shown("public/dpa/thanks.html", {**context, "reference": reference}, language)


def published(language: str) -> tuple[Site, Entry]:
    """The site, and the release that new agreements follow. Raise Http404 where there is none, or no such language."""
    found = site.current()
    entry = found.current_new
    if entry is None or language not in found.languages:
        raise Http404
    return found, entry


urlpatterns = [
    path("<str:language>/dpa/", request_dpa, name="dpa"),
    path("<str:language>/dpa/privacy/", privacy, name="dpa-privacy"),
    path("<str:language>/dpa/thanks/<str:reference>/", thanks, name="dpa-thanks"),
]
