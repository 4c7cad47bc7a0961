"""Subscribers to notice of changes: how many in which state, what each is told, and erasure. Their addresses stand on
their own page alone, for those who may see them."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ..actions import notifying
from ..exchange import localized
from ..models import Subscriber
from .cases import CaseAdmin, LanguageFilter
from .naming import language_label, region_names, spoken


@admin.register(Subscriber)
class SubscriberAdmin(CaseAdmin):
    list_display = ("reference", "state", "language_name", "scope", "asked", "confirmed", "ended")
    list_filter = ("state", "scope", LanguageFilter)
    list_select_related: ClassVar[Any] = False
    ordering: ClassVar[Any] = ("-asked_at", "-pk")
    change_list_template = "admin/registry/subscriber/list.html"
    change_form_template = "admin/registry/subscriber/subscriber.html"
    erase_template = "admin/registry/subscriber/erase.html"
    seen_template = ""
    identity, identity_model, note_model = "identity", "subscriberidentity", ""
    identity_searched = ("mailbox",)
    erase = staticmethod(notifying.erase)
    erased_message = gettext_lazy("The address of this subscriber has been erased.")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What they are told, subscribers choose themselves."""
        return False

    # --- the list ---

    @admin.display(description=gettext_lazy("asked"), ordering="asked_at")
    def asked(self, subscriber: Subscriber) -> str:
        return _day(subscriber.asked_at)

    @admin.display(description=pgettext_lazy("subscriber", "confirmed"), ordering="confirmed_at", empty_value="–")
    def confirmed(self, subscriber: Subscriber) -> str:
        return _day(subscriber.confirmed_at)

    @admin.display(description=gettext_lazy("ended"), ordering="ended_at", empty_value="–")
    def ended(self, subscriber: Subscriber) -> str:
        return _day(subscriber.ended_at)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"counts": _counts(), **(extra_context or {})})

    # --- one subscriber ---

    def context(self, request: HttpRequest, found: Subscriber, typed: Any, *, acting: bool) -> dict[str, Any]:
        facts = [
            (_("State"), found.get_state_display()),
            (_("Scope"), found.get_scope_display()),
            (_("Regions"), region_names(found.regions)),
            (_("Language"), language_label(found.language)),
            (_("Asked on"), _day(found.asked_at)),
            (_("Confirmed on"), _day(found.confirmed_at)),
            (_("Ended on"), _day(found.ended_at)),
        ]
        return {"facts": [(label, value) for label, value in facts if value]}

    def erase_now(self, request: HttpRequest, found: Subscriber) -> bool:
        reason = request.POST.get("reason", "")
        known = reason in notifying.Reason
        return notifying.erase(found, by=request.user, reason=reason if known else notifying.Reason.OTHER)

    def erase_context(self, found: Subscriber) -> dict[str, Any]:
        return {"reasons": notifying.Reason.choices}


def _counts() -> list[tuple[str, str, int]]:
    """Each state, what it is called, and how many subscribers are in it: one query."""
    rows = Subscriber.objects.order_by().values_list("state").annotate(count=Count("pk"))
    found = dict(rows)
    return [(value, str(label), found.get(value, 0)) for value, label in Subscriber.State.choices]


def _day(moment: Any) -> str:
    return localized.day(timezone.localdate(moment), spoken()) if moment else ""
