"""What DPA requests wait for, and on whom: the order of the queue, its filter, and the words for both."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..models import DpaRequest, ServiceProfile
from .cases import numbers

State = DpaRequest.State
# Each kind of waiting: which requests, and what it is called.
VERIFICATION = Q(state=State.RECEIVED, verify_by__isnull=False)
ACCEPTANCE = Q(state=State.ISSUED)
COUNTERSIGNATURE = Q(state=State.ACCEPTED)
REVIEW = Q(state__in=(State.VERIFIED, State.IN_REVIEW)) | Q(state=State.RECEIVED, verify_by__isnull=True)


def review_days(profile: ServiceProfile | None) -> int:
    """How long a request may wait for staff before it is overdue."""
    days: int = profile.review_days if profile else ServiceProfile._meta.get_field("review_days").default
    return days


def queued(requests: QuerySet[DpaRequest], profile: ServiceProfile | None) -> QuerySet[Any]:
    """Each request with what the queue is ordered by: `for_staff`, `overdue` and `for_customer`."""
    this = Q(pk=OuterRef("pk"))
    return requests.annotate(
        for_staff=Exists(DpaRequest.objects.waiting().order_by().filter(this)),
        overdue=Exists(DpaRequest.objects.overdue(review_days(profile)).order_by().filter(this)),
        for_customer=Exists(DpaRequest.objects.filter(this, VERIFICATION | ACCEPTANCE, erased_at__isnull=True)),
    )


def waits_for(request: DpaRequest) -> str:
    """Nothing where nothing more is awaited."""
    if request.erased_at:
        return ""
    match request.state:
        case State.RECEIVED if request.verify_by:
            return _("verification by the customer")
        case State.RECEIVED | State.VERIFIED | State.IN_REVIEW:
            return _("review by staff")
        case State.ISSUED:
            return _("acceptance by the customer")
        case State.ACCEPTED:
            return _("countersignature by staff")
    return ""


def waited(since: datetime) -> str:
    """How long, in words that do not change from minute to minute."""
    days = (timezone.now() - since).days
    if days:
        return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    return _("less than a day")


def as_seen(request: HttpRequest, found: DpaRequest) -> DpaRequest:
    """The request as somebody saw it, from the fields of `seen.html`."""
    found.state = request.POST.get("seen_state", "")
    try:
        found.since = datetime.fromisoformat(request.POST.get("seen_since", ""))
    except ValueError:
        # No request was ever seen at the beginning of time.
        found.since = datetime.min
    found.assignee_id = next(iter(numbers(request.POST.get("seen_assignee", ""))), None)
    return found


class WaitsFilter(admin.SimpleListFilter):
    title = gettext_lazy("waiting for")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("staff", _("staff")),
            ("overdue", _("staff, overdue")),
            ("review", _("review by staff")),
            ("countersignature", _("countersignature by staff")),
            ("verification", _("verification by the customer")),
            ("acceptance", _("acceptance by the customer")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "staff":
                return queryset.filter(for_staff=True)
            case "overdue":
                return queryset.filter(overdue=True)
            case "review":
                return queryset.filter(REVIEW, erased_at__isnull=True)
            case "countersignature":
                return queryset.filter(COUNTERSIGNATURE, erased_at__isnull=True)
            case "verification":
                return queryset.filter(VERIFICATION, erased_at__isnull=True)
            case "acceptance":
                return queryset.filter(ACCEPTANCE, erased_at__isnull=True)
        return queryset


class VerifiedFilter(admin.SimpleListFilter):
    title = gettext_lazy("address")
    parameter_name = "verified"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", _("verified")), ("no", _("not verified"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in {"yes", "no"}:
            return queryset
        return queryset.filter(verified_at__isnull=self.value() == "no")
