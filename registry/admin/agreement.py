"""Agreements: what was issued and signed, the evidence for it, countersigning, and the end."""

from datetime import date
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Case, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..actions import signing
from ..actions.cases import CannotMove
from ..exchange import localized
from ..models import Agreement, AgreementFile, DpaRequest, Signature
from . import agreement_detail as detail
from .cases import CodeFilter, LanguageFilter, may
from .documents import document
from .looking import SAME_CLICK
from .naming import spoken, territory_name
from .queueing import as_seen
from .readonly import NeitherAddedNorDeleted

State = Agreement.State


class CountryFilter(CodeFilter):
    title = gettext_lazy("country")
    parameter_name = "country"
    name = staticmethod(territory_name)


@admin.register(Agreement)
class AgreementAdmin(NeitherAddedNorDeleted):
    list_display = ("reference", "state", "way", "country_name", "language_name", "release_number", "in_force", "ended")
    list_filter = ("state", "way", CountryFilter, LanguageFilter, "tell_changes")
    list_select_related = ("request__requester",)
    list_per_page = 50
    show_full_result_count = False
    actions = None
    # What waits for the provider comes first, then for the customer, then what binds.
    ordering: ClassVar[Any] = (
        Case(
            When(state=State.ACCEPTED, then=0),
            When(state=State.OFFERED, then=1),
            When(state=State.IN_FORCE, then=2),
            default=3,
        ),
        "-issued_at",
    )

    class Media:
        css: ClassVar[Any] = {"all": ["case.css"]}

    # --- the list ---

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        found = ("reference", "request__reference")
        if not may(request, "view_dparequester"):
            return found
        return (*found, *(f"request__requester__{name}" for name in ("company", "email", "account")))

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        reference, *others = self.list_display
        who = ["company"] if may(request, "view_dparequester") else []
        return (reference, *who, *others)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return _kept_nowhere(super().changelist_view(request, extra_context))

    @admin.display(description=gettext_lazy("company"), ordering="request__requester__company", empty_value="–")
    def company(self, agreement: Agreement) -> str | None:
        requester = getattr(agreement.request, "requester", None)
        return requester.company if requester else None

    @admin.display(description=gettext_lazy("country"), ordering="country")
    def country_name(self, agreement: Agreement) -> str:
        return territory_name(agreement.country)

    @admin.display(description=gettext_lazy("language"), ordering="language")
    def language_name(self, agreement: Agreement) -> str:
        return localized.language_name(agreement.language, spoken())

    @admin.display(description=gettext_lazy("release"), ordering="release")
    def release_number(self, agreement: Agreement) -> int:
        return agreement.release_id

    @admin.display(description=gettext_lazy("in force from"), ordering="in_force_on", empty_value="–")
    def in_force(self, agreement: Agreement) -> str | None:
        return localized.day(agreement.in_force_on, spoken()) if agreement.in_force_on else None

    @admin.display(description=gettext_lazy("ended on"), ordering="ended_on", empty_value="–")
    def ended(self, agreement: Agreement) -> str | None:
        return localized.day(agreement.ended_on, spoken()) if agreement.ended_on else None

    # --- one agreement ---

    def get_urls(self) -> list[Any]:
        def own(address: str, view: Any, name: str) -> Any:
            return path(address, self.admin_site.admin_view(view), name=f"registry_agreement_{name}")

        return [
            own("<int:pk>/countersign/", self.countersign_view, "countersign"),
            own("<int:pk>/end/", self.end_view, "end"),
            own("<int:pk>/file/<slug:kind>/", self.file_view, "file"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agreement]:
        return super().get_queryset(request).defer("release__content", "version__content")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """To look at, and buttons: nothing here is edited in a form."""
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        return self.show(request, found, {})

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The page itself tells it."""
        return HttpResponseRedirect(reverse("admin:registry_agreement_change", args=[object_id]) + "#events")

    def show(self, request: HttpRequest, found: Agreement, typed: Any, status: int = 200) -> HttpResponse:
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": found,
            "title": found.reference,
            "agreement": found,
            "typed": typed,
            **detail.context(request, found),
        }
        template = "admin/registry/agreement/agreement.html"
        return _kept_nowhere(TemplateResponse(request, template, context, status=status))

    def countersign_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if request.method == "POST" and not may(request, "countersign_agreement"):
            raise PermissionDenied

        def act(found: Agreement) -> None:
            if "authority" not in request.POST:
                raise CannotMove(_("Tick the box: whoever signs must be authorised to bind the provider."))
            if _just_signed(found, request.user):
                return
            seen = as_seen(request, DpaRequest.objects.get(pk=found.request_id))
            name, role = (request.POST.get(part, "").replace("\0", "") for part in ("name", "role"))
            signing.countersign(seen, found, request.user, name=name, role=role)

        done = _("Countersigned. The final document is queued as a mail to the customer.")
        return self.step(request, pk, act, done)

    def end_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if request.method == "POST" and not may(request, "change_agreement"):
            raise PermissionDenied

        def act(found: Agreement) -> None:
            signing.end(found, _day(request.POST.get("on", "")), request.user)

        return self.step(request, pk, act, _("The agreement has ended. Its limitation period runs from that day."))

    def step(self, request: HttpRequest, pk: int, act: Any, done: str) -> HttpResponse:
        """Where it cannot be done, say so, change nothing and show again what was typed."""
        found = get_object_or_404(Agreement, pk=pk)
        back = HttpResponseRedirect(reverse("admin:registry_agreement_change", args=[pk]))
        if request.method != "POST":
            return back
        try:
            act(found)
        except (CannotMove, ValidationError) as error:
            told = error.messages if isinstance(error, ValidationError) else [str(error)]
            for sentence in told:
                self.message_user(request, sentence, messages.ERROR)
            return self.show(request, get_object_or_404(Agreement, pk=pk), request.POST, 409)
        # The log names the agreement by its reference alone.
        self.log_change(request, found, done)
        self.message_user(request, done, messages.SUCCESS)
        return back

    def file_view(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        """Saved, never opened by the browser: an upload is somebody else's."""
        if not may(request, "view_agreementfile"):
            raise PermissionDenied
        found = get_object_or_404(AgreementFile.objects.select_related("agreement"), agreement=pk, kind=kind)
        ending, type_ = ("html", "text/html") if kind in detail.PAGES else ("pdf", "application/pdf")
        return document(bytes(found.content), f"{found.agreement.reference}-{kind}.{ending}", type_)


def _just_signed(found: Agreement, by: Any) -> bool:
    """By the same person a moment ago: the second click of two is no mistake of theirs."""
    since = timezone.now() - SAME_CLICK
    return found.signatures.filter(party=Signature.Party.PROVIDER, by=by, at__gt=since).exists()


def _kept_nowhere(response: Any) -> HttpResponse:
    """People and companies: in no cache."""
    response.headers["Cache-Control"] = "private, no-store"
    found: HttpResponse = response
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CannotMove(_("Enter the day on which the agreement ended.")) from error
