"""A new link to a DPA request, for whoever names its reference and its mailbox. Nobody learns whether they fit."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from ..actions import dpa
from ..exchange.frame import frame
from . import limits, site
from .dpa import published
from .errors import only, reads
from .fields import Email, PublicForm, Text
from .form import Sheet, posted, shown


class NewLinkForm(PublicForm):
    reference = Text(
        label=gettext_lazy("Reference"),
        help_text=gettext_lazy("It stands in our mails, and begins with DPA."),
        max_length=40,
    )
    email = Email(
        label=gettext_lazy("Signatory’s business e-mail"),
        help_text=gettext_lazy("The address that the request was made with."),
        max_length=254,
    )

    NAME = "link"
    GROUPS = ((gettext_lazy("Which request"), ("reference", "email")),)
    COMPLETE = {"email": "email"}


class _Sheet(Sheet):
    template = "public/dpa/new_link.html"
    address = "dpa/link/"
    what = "A wish for a new link"

    def title(self) -> str:
        return _("Get a new link to your request")

    def context(self) -> dict[str, Any]:
        return {"indexed": False}

    def not_kept(self) -> str:
        return _(
            "We cannot send a link at the moment. Everything you typed is still here. Please send the form again in a "
            "few minutes."
        )

    def keep(self, form_name: str) -> HttpResponse:
        limits.spend(self.request, limits.DPA_LINKS)
        dpa.send_link(**self.form.answers())
        return HttpResponseRedirect(f"/{self.language}/dpa/link/sent/", status=303)


@never_cache
@csrf_exempt  # The sheet asks Django's check itself, so that a refusal loses nothing that was typed.
@only("GET", "HEAD", "POST")
def new_link(request: HttpRequest, language: str) -> HttpResponse:
    found, entry = published(language)
    return _Sheet(request, language, found, entry, NewLinkForm(posted(request))).answer()


@never_cache
@reads
def sent(request: HttpRequest, language: str) -> HttpResponse:
    """The same page for everybody."""
    found = site.current()
    if language not in found.languages or not found.entries:
        raise Http404
    context = frame(found, language, "dpa/link/sent/", title=_("Please look into your mailbox"), indexed=False)
    return shown("public/dpa/link_sent.html", context, language)


urlpatterns = [
    path("<str:language>/dpa/link/", new_link, name="dpa-link"),
    path("<str:language>/dpa/link/sent/", sent, name="dpa-link-sent"),
]
