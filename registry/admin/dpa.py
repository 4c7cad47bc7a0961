"""DPA requests: who waits since when, who answers for each, what happened to it."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.csp import CSP
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from modeltranslation.utils import build_localized_fieldname

from ..actions import dpa, issuing
from ..actions.cases import CannotMove
from ..exchange import localized
from ..exchange.pdf import Unprintable
from ..models import Agreement, DpaRequest, Region
from . import dpa_detail as detail
from . import drafting
from .cases import CaseAdmin, CodeFilter, LanguageFilter, may
from .documents import document
from .keeping import Keeping
from .naming import language_label, spoken, territory_name
from .queueing import VerifiedFilter, WaitsFilter, as_seen, queued, waited, waits_for
from .speaking import Speech

State = DpaRequest.State
# Of a page that stands in a frame of our own.
FRAMED: dict[str, Any] = {**settings.SECURE_CSP, "frame-ancestors": [CSP.SELF]}


class CountryFilter(CodeFilter):
    title = gettext_lazy("country")
    parameter_name = "country"
    name = staticmethod(territory_name)


@admin.register(DpaRequest)
class DpaRequestAdmin(Keeping, CaseAdmin):
    list_display = (
        "reference",
        "awaited",
        "since_when",
        "state",
        "country_name",
        "language_name",
        "region_name",
        "assignee",
    )
    list_filter = (
        WaitsFilter,
        "state",
        VerifiedFilter,
        ("assignee", admin.RelatedOnlyFieldListFilter),
        CountryFilter,
        LanguageFilter,
    )
    # Who waits for staff comes first, the longest waiting before all; then who is waited for; then what has ended.
    ordering: ClassVar[Any] = (
        Case(When(for_staff=True, then=0), When(for_customer=True, then=1), default=2),
        Case(When(Q(for_staff=True) | Q(for_customer=True), then=F("since"))),
        F("since").desc(),
    )
    change_form_template = "admin/registry/dparequest/request.html"
    erase_template = "admin/registry/dparequest/erase.html"
    seen_template = "admin/registry/dparequest/seen.html"
    identity, identity_model, note_model = "requester", "dparequester", "dpanote"
    identity_searched = ("company", "email", "account")
    erase = staticmethod(dpa.erase)
    erased_message = gettext_lazy("The personal data of this request has been erased.")

    class Media:
        css: ClassVar[Any] = {"all": ["case.css"]}

    # --- the queue ---

    def get_queryset(self, request: HttpRequest) -> QuerySet[DpaRequest]:
        names = Region.objects.filter(key=OuterRef("region")).values(build_localized_fieldname("name", spoken()))
        found = queued(super().get_queryset(request), Speech.of(request).profile)
        return found.annotate(region_told=Subquery(names[:1]))

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        reference, *others = self.list_display
        who = ["company"] if may(request, f"view_{self.identity_model}") else []
        return (reference, *who, *others)

    def get_list_select_related(self, request: HttpRequest) -> tuple[str, ...]:
        return ("assignee", "requester") if may(request, f"view_{self.identity_model}") else ("assignee",)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response = super().changelist_view(request, extra_context)
        # It tells companies: in no cache.
        response.headers["Cache-Control"] = "private, no-store"
        return response

    @admin.display(description=gettext_lazy("company"), ordering="requester__company", empty_value="–")
    def company(self, request: DpaRequest) -> str | None:
        requester = getattr(request, "requester", None)
        return requester.company if requester else None

    @admin.display(description=gettext_lazy("waiting for"), empty_value="–")
    def awaited(self, request: DpaRequest) -> str | None:
        return waits_for(request) or None

    @admin.display(description=gettext_lazy("since"), ordering="since")
    def since_when(self, request: Any) -> str:
        day = localized.day(timezone.localdate(request.since), spoken())
        if not request.for_staff and not request.for_customer:
            return day
        told = format_html("{} ({})", day, waited(request.since))
        if not request.overdue:
            return told
        return format_html('{} <span class="case-mark case-late">{}</span>', told, _("overdue"))

    @admin.display(description=gettext_lazy("country"), ordering="country")
    def country_name(self, request: DpaRequest) -> str:
        return territory_name(request.country)

    @admin.display(description=gettext_lazy("hosting region"), ordering="region", empty_value="–")
    def region_name(self, request: Any) -> str:
        return request.region_told or request.region

    # --- one request ---

    def steps(self) -> dict[str, Callable[..., HttpResponse]]:
        own = {
            "take": self.take_view,
            "move": self.move_view,
            "decline": self.decline_view,
            "note": self.note_view,
            "link": self.link_view,
            "draft": self.draft_view,
            "pages": self.pages_view,
            "pdf": self.pdf_view,
        }
        return {**super().steps(), **own}

    def context(self, request: HttpRequest, found: DpaRequest, typed: Any, *, acting: bool) -> dict[str, Any]:
        offered = found.agreements.offered().first()
        return {
            "seen_since": found.since.isoformat(),
            "facts": detail.facts(found),
            "review": self.review(request, found, typed, acting=acting),
            "may_replace": acting and found.state == State.ISSUED and self.may_draft(request),
            "next": detail.after(found) if acting else None,
            "standing": detail.standing(found, offered),
            "to_countersign": offered if offered and offered.state == Agreement.State.ACCEPTED else None,
            "moves": detail.moves(found) if acting else [],
            "may_decline": acting and found.may_move_to(State.DECLINED) and may(request, f"add_{self.note_model}"),
            # Before the address is verified there is no page.
            "may_link": acting and hasattr(found, "requester") and found.state != State.RECEIVED,
            "language": language_label(found.language),
            "tag": localized.tag(found.language),
            "direction": localized.text_direction(found.language),
            "agreements": detail.agreements(request, found),
            "typed": typed,
        }

    def review(self, request: HttpRequest, found: DpaRequest, typed: Any, *, acting: bool) -> drafting.Review | None:
        """In the place of a document that stands, only where somebody asks for it."""
        asked = "again" in request.GET or drafting.NUMBER in typed or found.state != State.ISSUED
        return drafting.review(found, typed) if acting and asked and self.may_draft(request) else None

    def may_draft(self, request: HttpRequest) -> bool:
        return may(request, f"change_{self.opts.model_name}") and may(request, f"view_{self.identity_model}")

    def as_seen(self, request: HttpRequest, found: DpaRequest) -> DpaRequest:
        return as_seen(request, found)

    def take_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.step(request, pk, lambda seen: dpa.take(seen, request.user), _("You have taken this request."))

    def move_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        to = request.POST.get("to", "")
        label = dict(State.choices).get(to, to)
        done = _("The request has been moved. State: %(state)s.") % {"state": label}
        return self.step(request, pk, lambda seen: dpa.move(seen, to, request.user), done)

    def decline_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        reason = self.note(request, "reason")
        done = _("The request has been declined. The reason is queued as a mail to the requester.")
        return self.step(request, pk, lambda seen: dpa.decline(seen, reason, request.user), done)

    def note_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        text = self.note(request, "note")
        return self.step(request, pk, lambda seen: dpa.annotate(seen, text, request.user), _("The note is kept."))

    def link_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        done = _("A new link is queued as a mail to the requester. Earlier links open nothing any more.")
        return self.step(request, pk, lambda seen: dpa.new_page_link(seen, request.user), done)

    def draft_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One form: save what a document would say, or issue what was looked at."""
        if not self.may_draft(request):
            raise PermissionDenied

        saved = False

        def told(issued: Agreement | None) -> str:
            nonlocal saved
            saved = issued is None
            if issued:
                return _("Issued: %(reference)s. A mail to the customer is queued.") % {"reference": issued}
            if request.POST.get("do") == "issue":
                return _("Your changes are saved. Look at the document with them, then issue it.")
            return _("The document is saved. Nothing is sent.")

        response = self.step(request, pk, lambda seen: drafting.act(seen, request.POST, request.user), told)
        if saved:
            # To what was saved, also where another document stands.
            response["Location"] += "?again=1"
        return response

    @method_decorator(xframe_options_sameorigin)
    @method_decorator(csp_override(FRAMED))
    def pages_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The document as it would be issued, in pictures: for a frame of the request’s page."""
        found = self.drawn(request, pk)
        try:
            pictures = issuing.preview(found, issuing.draft(found)).pictures()
        except (CannotMove, Unprintable):
            # The page around the frame says why.
            pictures = []
        told = [f"data:image/png;base64,{b64encode(picture).decode()}" for picture in pictures]
        return self._page(request, "admin/registry/dparequest/pages.html", found, {"pictures": told})

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = self.drawn(request, pk)
        try:
            content = issuing.preview(found, issuing.draft(found)).pdf()
        except (CannotMove, Unprintable):
            return self._back(pk)
        return document(content, f"{found.reference}-draft.pdf", inline=True)

    def drawn(self, request: HttpRequest, pk: int) -> DpaRequest:
        """A request whose document somebody may look at before it is issued."""
        found: DpaRequest = get_object_or_404(DpaRequest.objects.with_identity(), pk=pk)
        if not self.has_change_permission(request, found) or not self.may_draft(request):
            raise PermissionDenied
        return found
