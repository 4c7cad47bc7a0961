"""DPA requests: who waits since when, who answers for each, what happened to it. Moved by verbs, never by a form."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, OuterRef, QuerySet, Subquery, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

from ..actions import dpa, mailing
from ..exchange import collation, localized
from ..exchange.content import decode
from ..exchange.mail import region_name
from ..models import Delivery, DpaRequest, Region
from .dpa_timeline import timeline
from .readonly import NeitherAddedNorDeleted

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


class _CodeFilter(admin.SimpleListFilter):
    """By a code that occurs, under its localized name."""

    name: Callable[[str], str]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        field = str(self.parameter_name)
        found = DpaRequest.objects.order_by(field).values_list(field, flat=True).distinct()
        order = collation.key(_language())
        return sorted(((code, type(self).name(code)) for code in found), key=lambda choice: order(choice[1]))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class CountryFilter(_CodeFilter):
    title = gettext_lazy("country")
    parameter_name = "country"
    name = staticmethod(lambda code: _country(code))


class LanguageFilter(_CodeFilter):
    title = gettext_lazy("language")
    parameter_name = "language"
    name = staticmethod(lambda code: localized.language_name(code, _language()))


@admin.register(DpaRequest)
class DpaRequestAdmin(NeitherAddedNorDeleted):
    list_display = ("reference", "state", "waiting", "country_name", "language_name", "region_name", "assignee")
    list_filter = ("state", ("assignee", admin.RelatedOnlyFieldListFilter), CountryFilter, LanguageFilter)
    list_select_related = ("assignee",)
    list_per_page = 50
    show_full_result_count = False
    actions = None
    # Whoever waits longest comes first; what has ended follows.
    ordering: ClassVar[Any] = (Case(When(state__in=DpaRequest.OPEN, then=0), default=1), "received_at")
    change_form_template = "admin/registry/dparequest/request.html"

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        if _may(request, "view_dparequester"):
            return ("reference", "requester__company", "requester__email", "requester__account")
        return ("reference",)

    # --- the list ---

    def get_queryset(self, request: HttpRequest) -> QuerySet[DpaRequest]:
        names = Region.objects.filter(key=OuterRef("region")).values(build_localized_fieldname("name", _language()))
        return super().get_queryset(request).annotate(region_told=Subquery(names[:1]))

    @admin.display(description=gettext_lazy("received"), ordering="received_at")
    def waiting(self, request: DpaRequest) -> str:
        day = localized.day(timezone.localdate(request.received_at), _language())
        if request.state in DpaRequest.ENDED or request.erased_at:
            return day
        return f"{day} ({timesince(request.received_at, depth=1)})"

    @admin.display(description=gettext_lazy("country"), ordering="country")
    def country_name(self, request: DpaRequest) -> str:
        return _country(request.country)

    @admin.display(description=gettext_lazy("language"), ordering="language")
    def language_name(self, request: DpaRequest) -> str:
        return localized.language_name(request.language, _language())

    @admin.display(description=gettext_lazy("hosting region"), ordering="region", empty_value="–")
    def region_name(self, request: Any) -> str:
        return request.region_told or request.region

    # --- one request ---

    def get_urls(self) -> list[Any]:
        steps: dict[str, Callable[..., HttpResponse]] = {
            "take": self.take_view,
            "move": self.move_view,
            "resend": self.resend_view,
            "erase": self.erase_view,
        }
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"registry_dparequest_{name}")
            for name, view in steps.items()
        ]
        return own + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """To look at, and buttons: nothing here is edited in a form."""
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        found = self.get_object(request, object_id)
        if found is None:
            raise Http404
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        return self._show(request, found)

    def _show(self, request: HttpRequest, found: DpaRequest, note: str = "") -> HttpResponse:
        acting = self.has_change_permission(request, found) and not found.erased_at
        requester = getattr(found, "requester", None)
        context = {
            "request_": found,
            "title": found.reference,
            "facts": self._facts(found),
            "requester": requester if _may(request, "view_dparequester") else None,
            "identity_hidden": requester is not None and not _may(request, "view_dparequester"),
            "timeline": timeline(found, notes=_may(request, "view_dpanote")),
            "deliveries": found.deliveries.order_by("kind") if _may(request, "view_delivery") else (),
            "acting": acting,
            "moves": [(to, MOVES[found.state, to]) for to in found.MOVES[found.State(found.state)]] if acting else [],
            "may_note": _may(request, "add_dpanote"),
            "may_take": acting and found.assignee_id != request.user.pk,
            "may_erase": _may(request, "erase_dparequest") and not found.erased_at,
            "note": note,
        }
        return self._page(request, self.change_form_template, found, context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The request's own page tells its history."""
        return HttpResponseRedirect(reverse("admin:registry_dparequest_change", args=[object_id]) + "#history")

    def take_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._step(request, pk, lambda seen: dpa.take(seen, request.user), _("You have taken this request."))

    def move_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        to = request.POST.get("to", "")
        note = request.POST.get("note", "").replace("\0", "")[:4000] if _may(request, "add_dpanote") else ""
        label = dict(DpaRequest.State.choices).get(to, to)
        return self._step(
            request,
            pk,
            lambda seen: dpa.move(seen, to, request.user, note),
            _("The request has been moved. State: %(state)s.") % {"state": label},
        )

    def resend_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        refused = get_object_or_404(Delivery, request_id=pk, pk__in=_numbers(request.POST.get("delivery", "")))
        return self._step(request, pk, lambda seen: mailing.send_again(refused), _("The mail is queued again."))

    def erase_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks on GET, erases on POST."""
        found = get_object_or_404(DpaRequest, pk=pk)
        if not _may(request, "erase_dparequest"):
            raise PermissionDenied
        if request.method == "POST":
            if dpa.erase(found, by=request.user):
                self._tell(request, found, _("The personal data of this request has been erased."))
            return self._back(found.pk)
        context = {"request_": found, "title": _("Erase the personal data of %(reference)s?") % {"reference": found}}
        return self._page(request, "admin/registry/dparequest/erase.html", found, context)

    def _step(self, request: HttpRequest, pk: int, act: Callable[[DpaRequest], Any], done: str) -> HttpResponse:
        """Act on the request as this person saw it; where somebody was quicker, say so and change nothing."""
        if request.method != "POST":
            return self._back(pk)
        found = get_object_or_404(DpaRequest, pk=pk)
        if not self.has_change_permission(request, found):
            raise PermissionDenied
        found.state = request.POST.get("seen_state", "")
        found.assignee_id = next(iter(_numbers(request.POST.get("seen_assignee", ""))), None)
        try:
            act(found)
        except dpa.CannotMove as error:
            self.message_user(request, str(error), messages.ERROR)
            # The page as it is now, with the note that was typed.
            response = self._show(request, DpaRequest.objects.get(pk=pk), request.POST.get("note", ""))
            response.status_code = 409
            return response
        self._tell(request, found, done)
        return self._back(pk)

    def _tell(self, request: HttpRequest, found: DpaRequest, done: str) -> None:
        """To the person, and to the admin's log, which names the request by its reference alone."""
        self.log_change(request, found, done)
        self.message_user(request, done, messages.SUCCESS)

    def _back(self, pk: int) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:registry_dparequest_change", args=[pk]))

    def _page(self, request: HttpRequest, template: Any, found: DpaRequest, context: dict[str, Any]) -> HttpResponse:
        every = {**self.admin_site.each_context(request), "opts": self.opts, "original": found, "is_popup": False}
        response = TemplateResponse(request, template, {**every, **context})
        # A person's data: in no cache.
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def _facts(self, found: DpaRequest) -> list[tuple[str, str]]:
        content = decode(found.release.content)
        facts = [
            (_("State"), found.get_state_display()),
            (_("Taken by"), str(found.assignee) if found.assignee else _("nobody yet")),
            (_("Received on"), localized.day(timezone.localdate(found.received_at), _language())),
            (_("Country"), _country(found.country)),
            (_("Hosting region"), region_name(content, found.region, _language())),
            (_("Language"), localized.language_name(found.language, _language())),
            (_("Release shown"), str(found.release_id)),
        ]
        return [(label, value) for label, value in facts if value]


def _language() -> str:
    return get_language() or "en"


def _country(code: str) -> str:
    return localized.territory(code, _language()) or code


def _numbers(text: str) -> list[int]:
    return [int(text)] if text.isascii() and text.isdigit() and len(text) < 16 else []


def _may(request: HttpRequest, permission: str) -> bool:
    return request.user.has_perm(f"registry.{permission}")
