"""What people sent us, in the admin: who waits since when, who answers for it, what happened. Moved by verbs that
buttons call, never by a form of the admin."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..actions import mailing
from ..actions.cases import CannotMove
from ..exchange import collation, localized
from ..models import Delivery, Erasure
from .disclosing import Disclosing
from .naming import spoken
from .readonly import NeitherAddedNorDeleted
from .timeline import timeline

# Why staff erases; that its time is over is for the clock to say.
_GROUNDS = [(ground.value, ground.label) for ground in Erasure.Ground if ground != Erasure.Ground.RETENTION]


class CodeFilter(admin.SimpleListFilter):
    """By a code that occurs, under its localized name."""

    name: Callable[[str], str]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        field = str(self.parameter_name)
        found = model_admin.model.objects.order_by(field).values_list(field, flat=True).distinct()
        order = collation.key(spoken())
        return sorted(((code, type(self).name(code)) for code in found), key=lambda choice: order(choice[1]))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() else queryset


class LanguageFilter(CodeFilter):
    title = gettext_lazy("language")
    parameter_name = "language"
    name = staticmethod(lambda code: localized.language_name(code, spoken()))


class CaseAdmin(Disclosing, NeitherAddedNorDeleted):
    """A kind of case: the model has a reference, a state, an assignee, `received_at` and `erased_at`."""

    # The relation that holds who it is, its model, and what of it is searched; the model of the notes, if there is one.
    identity: str
    identity_model: str
    identity_searched: tuple[str, ...]
    note_model: str
    erase: Callable[..., bool]
    # Templates: the page that asks before it erases, and the hidden fields that tell what somebody saw.
    erase_template: str
    seen_template: str
    erased_message: Any

    list_select_related: ClassVar[Any] = ("assignee",)
    list_per_page = 50
    show_full_result_count = False
    actions = None

    # --- the list ---

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        if not may(request, f"view_{self.identity_model}"):
            return ("reference",)
        return ("reference", *(f"{self.identity}__{name}" for name in self.identity_searched))

    @admin.display(description=gettext_lazy("language"), ordering="language")
    def language_name(self, record: Any) -> str:
        return localized.language_name(record.language, spoken())

    # --- one of them ---

    def steps(self) -> dict[str, Callable[..., HttpResponse]]:
        """The views below one record's address, by the last word of it."""
        return {"resend": self.resend_view, "erase": self.erase_view, "export": self.export_view}

    def get_urls(self) -> list[Any]:
        own = [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"registry_{self.opts.model_name}_{name}")
            for name, view in self.steps().items()
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
        return self.show(request, found, {})

    def context(self, request: HttpRequest, found: Any, typed: Any, *, acting: bool) -> dict[str, Any]:
        """What the template needs besides; `typed` is what somebody sent in vain, to be shown again."""
        raise NotImplementedError

    def show(self, request: HttpRequest, found: Any, typed: Any) -> HttpResponse:
        acting = self.has_change_permission(request, found) and not found.erased_at
        identity = getattr(found, self.identity, None)
        seen = may(request, f"view_{self.identity_model}")
        context = {
            "title": found.reference,
            "identity": identity if seen else None,
            "identity_hidden": identity is not None and not seen,
            "timeline": timeline(found, notes=bool(self.note_model) and may(request, f"view_{self.note_model}")),
            "deliveries": found.deliveries.order_by("id") if may(request, "view_delivery") else (),
            "acting": acting,
            "seen_template": self.seen_template,
            "may_note": acting and may(request, f"add_{self.note_model}"),
            "may_take": acting and found.assignee_id != request.user.pk,
            "may_export": self.may_export(request, found),
            "may_erase": may(request, f"erase_{self.opts.model_name}") and not found.erased_at,
        }
        context |= self.context(request, found, typed, acting=acting)
        return self._page(request, str(self.change_form_template), found, context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The page itself tells its history."""
        return HttpResponseRedirect(reverse(self._address("change"), args=[object_id]) + "#history")

    def resend_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        own: Any = self.model._meta.get_field("deliveries")
        which = {own.field.name: pk, "pk__in": numbers(request.POST.get("delivery", ""))}
        refused = get_object_or_404(Delivery, **which)
        return self.step(request, pk, lambda _found: mailing.send_again(refused), _("The mail is queued again."))

    def erase_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks on GET, erases on POST; or refuses to, where the person has to be kept, and tells them."""
        found = get_object_or_404(self.model, pk=pk)
        if not may(request, f"erase_{self.opts.model_name}"):
            raise PermissionDenied
        if request.method != "POST":
            return self._erase_page(request, found)
        try:
            if "refuse" in request.POST:
                self.refuse_now(request, found)
                self._tell(request, found, _("The erasure is refused, and a mail to the person is queued."))
            elif self.erase_now(request, found):
                self._tell(request, found, str(self.erased_message))
        except CannotMove as error:
            self.message_user(request, str(error), messages.ERROR)
            response = self._erase_page(request, get_object_or_404(self.model, pk=pk))
            response.status_code = 409
            return response
        return self._back(found.pk)

    def _erase_page(self, request: HttpRequest, found: Any) -> HttpResponse:
        title = _("Erase the personal data of %(reference)s?") % {"reference": found}
        return self._page(request, self.erase_template, found, {"title": title, **self.erase_context(found)})

    def erase_now(self, request: HttpRequest, found: Any) -> bool:
        ground = request.POST.get("ground", Erasure.Ground.REQUEST)
        known = ground in dict(_GROUNDS)
        return type(self).erase(found, by=request.user, ground=ground if known else Erasure.Ground.OTHER)

    def refuse_now(self, request: HttpRequest, found: Any) -> None:
        """Where the law lets some people's data be kept; nothing of most cases."""
        raise CannotMove(_("Nothing is in the way of this erasure. Erase the personal data instead."))

    def erase_context(self, found: Any) -> dict[str, Any]:
        """What the page that asks needs besides; `kept` is why nothing can be erased yet."""
        return {"grounds": _GROUNDS}

    def note(self, request: HttpRequest, name: str = "note") -> str:
        """A text that was typed, from those who may write it."""
        return request.POST.get(name, "").replace("\0", "")[:4000] if may(request, f"add_{self.note_model}") else ""

    def as_seen(self, request: HttpRequest, found: Any) -> Any:
        """The record as this person saw it, for verbs that compare it."""
        return found

    def step(
        self, request: HttpRequest, pk: int, act: Callable[[Any], Any], done: str | Callable[[Any], str]
    ) -> HttpResponse:
        """Act on what this person saw; where somebody was quicker, say so and change nothing. `done` may depend on what
        came of it."""
        if request.method != "POST":
            return self._back(pk)
        found = get_object_or_404(self.model, pk=pk)
        if not self.has_change_permission(request, found):
            raise PermissionDenied
        try:
            came = act(self.as_seen(request, found))
        except CannotMove as error:
            self.message_user(request, str(error), messages.ERROR)
            # The page as it is now, with all that was typed.
            response = self.show(request, get_object_or_404(self.get_queryset(request), pk=pk), request.POST)
            response.status_code = 409
            return response
        self._tell(request, found, done if isinstance(done, str) else done(came))
        return self._back(pk)

    def _tell(self, request: HttpRequest, found: Any, done: str) -> None:
        """To the person, and to the admin's log, which names the record by its reference alone."""
        self.log_change(request, found, done)
        self.message_user(request, done, messages.SUCCESS)

    def _address(self, page: str) -> str:
        return f"admin:registry_{self.opts.model_name}_{page}"

    def _back(self, pk: int) -> HttpResponse:
        return HttpResponseRedirect(reverse(self._address("change"), args=[pk]))

    def _page(self, request: HttpRequest, template: str, found: Any, context: dict[str, Any]) -> HttpResponse:
        every = {**self.admin_site.each_context(request), "opts": self.opts, "original": found, "is_popup": False}
        names = ("changelist", "change", *self.steps())
        every |= {"case": found, "addresses": {name: self._url(name, found) for name in names}}
        response = TemplateResponse(request, template, {**every, **context})
        # A person's data: in no cache.
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def _url(self, name: str, found: Any) -> str:
        return reverse(self._address(name), args=[] if name == "changelist" else [found.pk])


def numbers(text: str) -> list[int]:
    return [int(text)] if text.isascii() and text.isdigit() and len(text) < 16 else []


def may(request: HttpRequest, permission: str) -> bool:
    return request.user.has_perm(f"registry.{permission}")
