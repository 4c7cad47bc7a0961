"""The DPA request: its form, its privacy notice, its thanks. The form's page needs no database."""

import logging
import re
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.template.loader import render_to_string
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from ..actions import dpa
from ..exchange.frame import binding, frame
from ..exchange.localized import tag
from ..exchange.passages import Reader, notices
from ..exchange.published import Entry, Site
from . import limits, site
from .answer import FRESH, LAST_KNOWN
from .dpa_form import DpaForm, Stale, TooQuick, form_of, new_token
from .errors import only, reads
from .known import DOWN

logger = logging.getLogger(__name__)

REFERENCE = re.compile(r"DPA-[2-9B-DF-HJ-NP-TV-XZ]{4}-[2-9B-DF-HJ-NP-TV-XZ]{4}")
# How soon somebody whose request met a dead database is asked to try again.
DATABASE_BACK_IN = 60  # seconds


def _nothing(_request: HttpRequest) -> HttpResponse:
    """What Django's check wants to guard; it never gets so far."""
    return HttpResponse()


class _CsrfCheck(CsrfViewMiddleware):
    """Django's check, but telling instead of answering: the view shows the form again, with all that was typed."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


class _Form:
    """One request's form: what is shown again, whatever becomes of it, carries everything that was typed."""

    def __init__(self, request: HttpRequest, language: str) -> None:
        self.request, self.language = request, language
        self.site, self.entry = _published(language)
        posted = request.POST if request.method == "POST" else None
        self.form = DpaForm(posted, content=self.entry.content, language=language)
        self.token = request.POST.get("token", "") if posted is not None else new_token()

    def page(self, status: int = 200, problem: str = "", *, retry: int = 0) -> HttpResponse:
        context = frame(
            self.site, self.language, "dpa/", title=_("Request a data processing agreement"), entry=self.entry
        )
        context |= {
            "form": self.form,
            "token": self.token,
            "csrf_token": get_token(self.request),
            "problem": problem,
            "mistakes": self.form.mistakes(),
            "privacy": f"/{self.language}/dpa/privacy/" if self.entry.content["privacy"] else "",
        }
        response = _page("public/dpa/form.html", context, self.language, status)
        if retry:
            response.headers["Retry-After"] = str(retry)
        return response


@never_cache
@csrf_exempt  # The view asks Django's check itself, so that a refusal loses nothing that was typed.
@only("GET", "HEAD", "POST")
def request_dpa(request: HttpRequest, language: str) -> HttpResponse:
    shown = _Form(request, language)
    if request.method != "POST":
        return shown.page()
    problem = _problem(request, shown)
    if problem:
        return problem
    try:
        return _keep(request, shown)
    except limits.TooMany as error:
        return shown.page(429, _too_many(error.retry_after), retry=error.retry_after)
    except DOWN as error:
        # By its class alone: a database's words may repeat a row.
        logger.error("A DPA request could not be kept: %s", type(error).__name__)
        return shown.page(503, _not_kept(), retry=DATABASE_BACK_IN)


def _problem(request: HttpRequest, shown: _Form) -> HttpResponse | None:
    """The form again, where something stands against it that needs no database to see."""
    if _CsrfCheck(_nothing).process_view(request, _nothing, (), {}):
        return shown.page(403, _no_cookie())
    if request.POST.get("website"):
        # Not a silent thank-you: a browser may have filled the field in, and what we thank for, we keep.
        return shown.page(422, _("A hidden field was filled in that must stay empty. Please send the form again."))
    try:
        form_of(shown.token)
    except TooQuick:
        return shown.page(422, _("That was quicker than a person can be. Please wait a moment, then send it again."))
    except Stale:
        shown.token = new_token()
        return shown.page(422, _("This form was open for too long. Please look it over and send it again."))
    if not shown.form.is_valid():
        return shown.page(422, _mistakes(len(shown.form.mistakes())))
    if site.database_down():
        return shown.page(503, _not_kept(), retry=DATABASE_BACK_IN)
    return None


def _keep(request: HttpRequest, shown: _Form) -> HttpResponse:
    answers = {"region": "", **shown.form.answers(), "language": shown.language}
    token = form_of(shown.token)
    kept = dpa.submitted(token=token, **answers)
    if kept is None:
        limits.spend(request, limits.DPA_REQUESTS)
        kept = dpa.submit(token=token, release=shown.entry.number, **answers)
    return HttpResponseRedirect(f"/{shown.language}/dpa/thanks/{kept.reference}/", status=303)


def _no_cookie() -> str:
    return _(
        "We could not check that this form came from our own page. Everything you typed is still here. Please allow "
        "this site’s cookie, which only protects the form, and send it again."
    )


def _mistakes(count: int) -> str:
    return ngettext(
        "One field needs another look. Everything you typed is still here.",
        "%(count)d fields need another look. Everything you typed is still here.",
        count,
    ) % {"count": count}


def _too_many(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext(
        "Too many requests came from your network. Everything you typed is still here. Please send it again in one "
        "minute.",
        "Too many requests came from your network. Everything you typed is still here. Please send it again in "
        "%(count)d minutes.",
        minutes,
    ) % {"count": minutes}


def _not_kept() -> str:
    return _(
        "We cannot store your request at the moment, so it has not been received. Everything you typed is still here. "
        "Please send it again in a few minutes."
    )


@reads
def privacy(request: HttpRequest, language: str) -> HttpResponse:
    """The privacy notice of the release that the form belongs to."""
    found, entry = _published(language)
    reader = Reader(entry.content, language)
    title = _("Privacy notice for DPA requests")
    text = reader.block(entry.content["privacy"], "privacy", title)
    if text is None:
        raise Http404
    context = frame(found, language, "dpa/privacy/", title=title, entry=entry)
    context |= binding(found, entry, language, "dpa/privacy/") | {"notices": notices(reader)}
    context |= {"text": text, "form": f"/{language}/dpa/", "number": entry.number}
    context["release"] = f"/{language}/releases/{entry.number}/"
    response = _page("public/dpa/privacy.html", context, language)
    response.headers["Cache-Control"] = FRESH
    return response


@never_cache
@reads
def thanks(request: HttpRequest, language: str, reference: str) -> HttpResponse:
    """Repeats the reference of its address alone: it knows of no person, and confirms no reference to a stranger."""
    found, entry = _published(language)
    if not REFERENCE.fullmatch(reference):
        raise Http404
    context = frame(found, language, f"dpa/thanks/{reference}/", title=_("Thank you"), indexed=False, entry=entry)
    return _page("public/dpa/thanks.html", {**context, "reference": reference}, language)


def _page(template: str, context: dict[str, Any], language: str, status: int = 200) -> HttpResponse:
    response = HttpResponse(render_to_string(template, context), status=status)
    response.headers["Content-Language"] = tag(language)
    if site.database_down():
        response.headers[LAST_KNOWN[0]] = LAST_KNOWN[1]
    return response


def _published(language: str) -> tuple[Site, Entry]:
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
