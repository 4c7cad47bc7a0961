"""Accepting a document on a request's page, and uploading one that was signed elsewhere. Nothing typed is lost."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.request import UnreadablePostError
from django.urls import path
from django.utils.translation import gettext as _

from ..actions import signing
from ..actions.cases import CannotMove
from ..exchange.frame import frame
from ..exchange.published import Site
from ..exchange.upload import NotAcceptable
from . import client, errors, limits
from .dpa_link import Opened, Purpose, opens
from .dpa_page import page, way
from .dpa_signing_form import AcceptForm, SigningForm, UploadForm
from .form import DATABASE_BACK_IN, baited, mistaken, shown, too_many
from .middleware import form_is_text
from .uploads import into_memory

# Of what a browser says of itself.
BROWSER = 400


def _unkept(request: HttpRequest, found: Site, code: str) -> HttpResponse:
    """The form by itself: what it belongs to, nobody can read now."""
    uploading = request.path_info.endswith("/upload/")
    if uploading:
        into_memory(request)
    title = _("This is not possible just now")
    context = frame(found, code, "dpa/link/", title=title, indexed=False)
    context |= {
        "form": UploadForm(request.POST) if uploading else AcceptForm(request.POST),
        "digest": request.POST.get("digest", ""),
        "action": request.path,
        "problem": _(
            "Our database does not answer, so nothing has been signed. Everything you typed is still here. Please send "
            "it again in a few minutes."
        ),
    }
    response = shown("public/dpa/unkept.html", context, code, 503)
    response.headers["Retry-After"] = str(DATABASE_BACK_IN)
    return response


@opens(Purpose.PAGE, "GET", "HEAD", "POST", unkept=_unkept)
def accept(opened: Opened) -> HttpResponse:
    if opened.request.method != "POST":
        return HttpResponseRedirect(opened.home)
    form = AcceptForm(opened.request.POST)
    return _signed(opened, form, lambda digest, **who: signing.accept(opened.dpa, digest, **who))


@opens(Purpose.PAGE, "GET", "HEAD", "POST", unkept=_unkept)
def upload(opened: Opened) -> HttpResponse:
    """The body is read here, once its link is known to be good (see middleware.py)."""
    request = opened.request
    if request.method != "POST":
        return HttpResponseRedirect(opened.home)
    files = into_memory(request)
    try:
        if not form_is_text(request):
            return errors.refused(request, errors.not_text)
    except UnreadablePostError:
        return errors.refused(request, errors.unreadable)
    form = UploadForm(request.POST, files=request.FILES)
    if files.too_large:
        form.errors.pop("file", None)
        form.add_error("file", str(NotAcceptable("large")))

    def sign(digest: str, **who: str) -> None:
        signing.upload(opened.dpa, digest, form.cleaned_data["file"].read(), **who)

    return _signed(opened, form, sign)


def _signed(opened: Opened, form: SigningForm, sign: Callable[..., object]) -> HttpResponse:
    problem = _problem(opened, form)
    if problem:
        return problem
    request = opened.request
    said = form.who() | {"address": client.address(request), "browser": request.headers.get("User-Agent", "")[:BROWSER]}
    try:
        limits.spend(request, limits.DPA_SIGNINGS)
        sign(form.cleaned_data["digest"], **said)
    except limits.TooMany as error:
        return page(opened, form=form, problem=too_many(error.retry_after), status=429, retry=error.retry_after)
    except NotAcceptable as error:
        form.add_error("file", str(error))
        return page(opened, form=form, problem=mistaken(1), status=422)
    except ValidationError as error:
        return page(opened, form=form, problem=" ".join(error.messages), status=422)
    except CannotMove as error:
        # As it is now: what was issued meanwhile, or how it ended.
        opened.look()
        problem_told = replaced() if isinstance(error, signing.Replaced) else str(error)
        return page(opened, form=form, problem=problem_told, status=409)
    return HttpResponseRedirect(opened.home, status=303)


def _problem(opened: Opened, form: SigningForm) -> HttpResponse | None:
    """The page again, where something stands against the form that the verbs need not be asked for."""
    if opened.request.POST.get("website"):
        # Not a silent thank-you: see form.py.
        return page(opened, form=form, problem=baited(), status=422)
    offered = way(opened).offered
    # Before anything else: mistakes that are mended beside another document would sign that one unread.
    if offered and form["digest"].value() != offered.issued_digest:
        return page(opened, form=form, problem=replaced(), status=409)
    if not form.is_valid():
        told = mistaken(len(form.mistakes())) if offered else closed()
        return page(opened, form=form, problem=told, status=422 if offered else 409)
    return None


def replaced() -> str:
    return _(
        "This document has been replaced by another one since you opened the page, so nothing has been signed. The "
        "document below is the new one: please read it. Everything you typed is still here."
    )


def closed() -> str:
    return _(
        "There is no document to sign on this page any more, so nothing has been signed. Below is where it stands."
    )


urlpatterns = [
    path("<str:language>/dpa/status/<str:token>/accept/", accept, name="dpa-accept"),
    path("<str:language>/dpa/status/<str:token>/upload/", upload, name="dpa-upload"),
]
