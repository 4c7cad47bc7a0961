"""DPA requests: who waits since when, who answers for each, what happened to it."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Case, OuterRef, QuerySet, Subquery, When
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from modeltranslation.utils import build_localized_fieldname

from ..actions import dpa
from ..exchange import localized
from ..exchange.content import decode
from ..exchange.mail import region_name
from ..models import DpaRequest, Region
from .cases import CaseAdmin, CodeFilter, LanguageFilter, numbers
from .naming import spoken

# What a button says, by where the request is and where it goes.
MOVES = {
    ("received", "in_review"): gettext_lazy("Start the review"),
    ("received", "declined"): gettext_lazy("Decline"),
    ("in_review", "closed"): gettext_lazy("Close"),
    ("in_review", "declined"): gettext_lazy("Decline"),
    ("in_review", "received"): gettext_lazy("Put back to received"),
    ("closed", "in_review"): gettext_lazy("Reopen for review"),
    ("declined", "in_review"): gettext_lazy("Reopen for review"),
}


class CountryFilter(CodeFilter):
    title = gettext_lazy("country")
    parameter_name = "country"
    name = staticmethod(lambda code: _country(code))


@admin.register(DpaRequest)
class DpaRequestAdmin(CaseAdmin):
    list_display = ("reference", "state", "waiting", "country_name", "language_name", "region_name", "assignee")
    list_filter = ("state", ("assignee", admin.RelatedOnlyFieldListFilter), CountryFilter, LanguageFilter)
    # Whoever waits longest comes first; what has ended follows.
    ordering: ClassVar[Any] = (Case(When(state__in=DpaRequest.FOR_STAFF, then=0), default=1), "received_at")
    change_form_template = "admin/registry/dparequest/request.html"
    erase_template = "admin/registry/dparequest/erase.html"
    seen_template = "admin/registry/dparequest/seen.html"
    identity, identity_model, note_model = "requester", "dparequester", "dpanote"
    identity_searched = ("company", "email", "account")
    erase = staticmethod(dpa.erase)
    erased_message = gettext_lazy("The personal data of this request has been erased.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DpaRequest]:
        names = Region.objects.filter(key=OuterRef("region")).values(build_localized_fieldname("name", spoken()))
        return super().get_queryset(request).annotate(region_told=Subquery(names[:1]))

    @admin.display(description=gettext_lazy("country"), ordering="country")
    def country_name(self, request: DpaRequest) -> str:
        return _country(request.country)

    @admin.display(description=gettext_lazy("hosting region"), ordering="region", empty_value="–")
    def region_name(self, request: Any) -> str:
        return request.region_told or request.region

    # --- one request ---

    def steps(self) -> dict[str, Callable[..., HttpResponse]]:
        return {**super().steps(), "take": self.take_view, "move": self.move_view}

    def context(self, request: HttpRequest, found: DpaRequest, typed: Any, *, acting: bool) -> dict[str, Any]:
        return {
            "facts": _facts(found),
            "moves": [(to, MOVES[found.state, to]) for to in found.MOVES[found.State(found.state)]] if acting else [],
            "note": typed.get("note", ""),
        }

    def as_seen(self, request: HttpRequest, found: DpaRequest) -> DpaRequest:
        found.state = request.POST.get("seen_state", "")
        found.assignee_id = next(iter(numbers(request.POST.get("seen_assignee", ""))), None)
        return found

    def take_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.step(request, pk, lambda seen: dpa.take(seen, request.user), _("You have taken this request."))

    def move_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        to, note = request.POST.get("to", ""), self.note(request)
        label = dict(DpaRequest.State.choices).get(to, to)
        done = _("The request has been moved. State: %(state)s.") % {"state": label}
        return self.step(request, pk, lambda seen: dpa.move(seen, to, request.user, note), done)


def _facts(found: DpaRequest) -> list[tuple[str, str]]:
    content = decode(found.release.content)
    facts = [
        (_("State"), found.get_state_display()),
        (_("Taken by"), str(found.assignee) if found.assignee else _("nobody yet")),
        (_("Received on"), localized.day(timezone.localdate(found.received_at), spoken())),
        (_("Country"), _country(found.country)),
        (_("Hosting region"), region_name(content, found.region, spoken())),
        (_("Language"), localized.language_name(found.language, spoken())),
        (_("Release shown"), str(found.release_id)),
    ]
    return [(label, value) for label, value in facts if value]


def _country(code: str) -> str:
    return localized.territory(code, spoken()) or code
