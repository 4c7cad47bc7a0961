"""An objection to an announced change: its form until the deadline, and its thanks. Both need no database."""

import re
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from ..actions import objecting
from ..exchange.frame import frame, release_facts
from ..exchange.localized import day
from ..exchange.objectable import Objectable, objectable
from ..exchange.published import Entry, Site
from . import limits, site
from .errors import only, reads
from .form import Sheet, new_token, posted, shown
from .objection_form import ObjectionForm

REFERENCE = re.compile(r"OBJ-[2-9B-DF-HJ-NP-TV-XZ]{4}-[2-9B-DF-HJ-NP-TV-XZ]{4}")


class _Sheet(Sheet):
    template = "public/object/form.html"
    what = "An objection"

    def __init__(self, request: HttpRequest, language: str, found: Site, entry: Entry, form: ObjectionForm) -> None:
        super().__init__(request, language, found, entry, form)
        self.address = f"object/{entry.number}/"

    def title(self) -> str:
        return _("Object to a change: release %(number)s") % {"number": self.entry.number}

    def context(self) -> dict[str, Any]:
        return {
            "indexed": False,
            "release": release_facts(self.entry, self.language),
            "link_days": objecting.LINK_DAYS,
            "unverified_days": objecting.UNVERIFIED_DAYS,
            "retention_days": self.entry.content["service"]["retention_days"],
            "privacy": f"/{self.language}/dpa/privacy/" if self.entry.content["privacy"] else "",
        }

    def not_kept(self) -> str:
        return _(
            "We cannot store your objection at the moment, so it has not been received. Everything you typed is still "
            "here. Please send it again in a few minutes."
        )

    def keep(self, form_name: str) -> HttpResponse:
        answers = {"change": "", **self.form.answers(), "language": self.language}
        facts = {"token": form_name, "release": self.entry.number, **answers}
        kept = objecting.submitted(**facts)
        if kept is None:
            limits.spend(self.request, limits.OBJECTIONS)
            try:
                kept = objecting.submit(on=self.site.day, **facts)
            except objecting.NotOpen:
                return self.page(409, _overtaken())
        return HttpResponseRedirect(f"/{self.language}/object/thanks/{kept.reference}/", status=303)


@never_cache
@csrf_exempt  # The sheet asks Django's check itself, so that a refusal loses nothing that was typed.
@only("GET", "HEAD", "POST")
def object_to(request: HttpRequest, language: str, number: int) -> HttpResponse:
    found = site.current()
    entry = found.entry(number)
    if entry is None or entry.is_withdrawal or language not in found.languages:
        raise Http404
    if found.open_to_objections(entry):
        return _sheet(request, found, entry, language).answer()
    later = _standing(found, entry)
    if request.method == "POST" and found.open_to_objections(later):
        sheet = _sheet(request, found, later, language)
        sheet.token = new_token()
        return sheet.page(409, _overtaken())
    return _closed(request, found, entry, language)


def _sheet(request: HttpRequest, found: Site, entry: Entry, language: str) -> _Sheet:
    return _Sheet(request, language, found, entry, _form(request, found, entry, language))


def _form(request: HttpRequest, found: Site, entry: Entry, language: str) -> ObjectionForm:
    return ObjectionForm(posted(request), offered=_offered(found.before(entry), entry, language))


def _standing(found: Site, entry: Entry) -> Entry:
    """What has taken an entry's place in the end."""
    later = found.entry(entry.ended_by) if entry.ended_by else None
    return entry if later is None else _standing(found, later)


@lru_cache(maxsize=256)
def _offered(before: Entry | None, entry: Entry, language: str) -> tuple[Objectable, ...]:
    """Told once: what two releases say is settled."""
    return tuple(objectable(before.content if before else None, entry.content, language))


def _closed(request: HttpRequest, found: Site, entry: Entry, language: str) -> HttpResponse:
    """Why nobody can object, and whom to write to; with what was typed, for whoever was too late with it."""
    title = _("Objections to release %(number)s") % {"number": entry.number}
    context = frame(found, language, f"object/{entry.number}/", title=title, indexed=False)
    later, form = _standing(found, entry) if entry.ended_by else None, _form(request, found, entry, language)
    context |= {
        "release": release_facts(entry, language),
        "why": _why(entry, later, language),
        "withdrawal": later.number if later and later.is_withdrawal else None,
        "replacement": later.number if later and not later.is_withdrawal else None,
        "typed": [(field.label, field.value()) for _title, fields in form.groups() for field in fields if field.value()]
        if form.is_bound
        else [],
    }
    return shown("public/object/closed.html", context, language, 409 if form.is_bound else 200)


def _why(entry: Entry, later: Entry | None, language: str) -> str:
    if later and later.is_withdrawal:
        return _("This release was withdrawn: the change is not made, and there is nothing to object to.")
    if later:
        return _("Another release has taken the place of this one, with corrected wording and the same days.")
    if entry.objection_deadline is None:
        return _("This release has no period for objections.")
    return _("The period for objections is over. Its last day: %(day)s.") % {
        "day": day(entry.objection_deadline, language)
    }


def _overtaken() -> str:
    return _(
        "This release was withdrawn or replaced while you wrote, or its last day for objections has passed. Your "
        "objection has not been received. Everything you typed is still here."
    )


@never_cache
@reads
def thanks(request: HttpRequest, language: str, reference: str) -> HttpResponse:
    """Repeats the reference of its address alone: it knows of no person, and confirms no reference to a stranger."""
    found = site.current()
    if language not in found.languages or not found.entries or not REFERENCE.fullmatch(reference):
        raise Http404
    title = _("Please confirm your objection")
    context = frame(found, language, f"object/thanks/{reference}/", title=title, indexed=False)
    context |= {"reference": reference, "link_days": objecting.LINK_DAYS}
    return shown("public/object/thanks.html", context, language)


urlpatterns = [
    path("<str:language>/object/<int:number>/", object_to, name="object"),
    path("<str:language>/object/thanks/<str:reference>/", thanks, name="object-thanks"),
]
