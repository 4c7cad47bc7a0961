"""How a public form is shown, refused and kept: whatever becomes of it, nothing that was typed is lost."""

import logging
import secrets
from abc import ABC, abstractmethod
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..exchange.frame import frame
from ..exchange.localized import tag
from ..exchange.published import Entry, Site
from . import limits, site
from .answer import LAST_KNOWN
from .fields import PublicForm
from .known import DOWN

logger = logging.getLogger(__name__)

# No person fills in a form in less; a machine does not wait.
SHORTEST = 3  # seconds
# Long enough for a form left open over lunch and a night.
LONGEST = 24 * 3600
# How soon somebody whose form met a dead database is asked to try again.
DATABASE_BACK_IN = 60  # seconds

_signer = signing.TimestampSigner(salt="registry.public.form")


class TooQuick(Exception):
    """Sent sooner than a person can."""


class Stale(Exception):
    """A token that is missing, too old, or not ours."""


def new_token() -> str:
    """What a form carries from its page to its post: when it was made, and which form it is."""
    return _signer.sign(secrets.token_urlsafe(16))


def form_of(token: str) -> str:
    """Which form a token names. Raise Stale or TooQuick."""
    try:
        name = _signer.unsign(token, max_age=LONGEST)
    except signing.BadSignature as error:
        raise Stale from error
    try:
        _signer.unsign(token, max_age=SHORTEST)
    except signing.SignatureExpired:
        return name
    raise TooQuick


def _nothing(_request: HttpRequest) -> HttpResponse:
    """What Django's check wants to guard; it never gets so far."""
    return HttpResponse()


class _CsrfCheck(CsrfViewMiddleware):
    """Django's check, but telling instead of answering: the view shows the form again, with all that was typed."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


class Sheet(ABC):
    """One visitor's form on its page. The view that answers with it is csrf_exempt: the sheet asks the check itself."""

    template: str
    # After /{language}/.
    address: str
    # For the log, such as "A DPA request".
    what: str

    def __init__(self, request: HttpRequest, language: str, found: Site, entry: Entry, form: PublicForm) -> None:
        self.request, self.language, self.site, self.entry, self.form = request, language, found, entry, form
        self.token = request.POST.get("token", "") if request.method == "POST" else new_token()

    @abstractmethod
    def title(self) -> str: ...

    @abstractmethod
    def keep(self, form_name: str) -> HttpResponse:
        """Do what a valid form asks for; the same `form_name` again is the same form. May raise limits.TooMany."""

    def context(self) -> dict[str, Any]:
        """What the template needs besides frame, form and problem."""
        return {}

    def not_kept(self) -> str:
        return _(
            "We cannot store your request at the moment, so it has not been received. Everything you typed is still "
            "here. Please send it again in a few minutes."
        )

    def page(self, status: int = 200, problem: str = "", *, retry: int = 0) -> HttpResponse:
        context = frame(self.site, self.language, self.address, title=self.title(), entry=self.entry)
        context |= {
            "form": self.form,
            "token": self.token,
            "csrf_token": get_token(self.request),
            "problem": problem,
            "mistakes": self.form.mistakes(),
            **self.context(),
        }
        response = shown(self.template, context, self.language, status)
        if retry:
            response.headers["Retry-After"] = str(retry)
        return response

    def answer(self) -> HttpResponse:
        if self.request.method != "POST":
            return self.page()
        problem = self._problem()
        if problem:
            return problem
        try:
            return self.keep(form_of(self.token))
        except limits.TooMany as error:
            return self.page(429, too_many(error.retry_after), retry=error.retry_after)
        except DOWN as error:
            # By its class alone: a database's words may repeat a row.
            logger.error("%s could not be kept: %s", self.what, type(error).__name__)
            return self.page(503, self.not_kept(), retry=DATABASE_BACK_IN)

    def _problem(self) -> HttpResponse | None:
        """The form again, where something stands against it that needs no database to see."""
        if _CsrfCheck(_nothing).process_view(self.request, _nothing, (), {}):
            return self.page(403, _no_cookie())
        if self.request.POST.get("website"):
            # Not a silent thank-you: a browser may have filled the field in, and what we thank for, we keep.
            return self.page(422, baited())
        try:
            form_of(self.token)
        except TooQuick:
            return self.page(422, _("That was quicker than a person can be. Please wait a moment, then send it again."))
        except Stale:
            self.token = new_token()
            return self.page(422, _("This form was open for too long. Please look it over and send it again."))
        if not self.form.is_valid():
            return self.page(422, mistaken(len(self.form.mistakes())))
        if site.database_down():
            return self.page(503, self.not_kept(), retry=DATABASE_BACK_IN)
        return None


def posted(request: HttpRequest) -> Any:
    """What a form is bound to; None where nothing was sent."""
    return request.POST if request.method == "POST" else None


def shown(template: str, context: dict[str, Any], language: str, status: int = 200) -> HttpResponse:
    response = HttpResponse(render_to_string(template, context), status=status)
    response.headers["Content-Language"] = tag(language)
    if site.database_down():
        response.headers[LAST_KNOWN[0]] = LAST_KNOWN[1]
    return response


def _no_cookie() -> str:
    return _(
        "We could not check that this form came from our own page. Everything you typed is still here. Please allow "
        "this site’s cookie, which only protects the form, and send it again."
    )


def baited() -> str:
    return _("A hidden field was filled in that must stay empty. Please send the form again.")


def mistaken(count: int) -> str:
    return ngettext(
        "One field needs another look. Everything you typed is still here.",
        "%(count)d fields need another look. Everything you typed is still here.",
        count,
    ) % {"count": count}


def too_many(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return ngettext(
        "Too many requests came from your network. Everything you typed is still here. Please send it again in one "
        "minute.",
        "Too many requests came from your network. Everything you typed is still here. Please send it again in "
        "%(count)d minutes.",
        minutes,
    ) % {"count": minutes}
