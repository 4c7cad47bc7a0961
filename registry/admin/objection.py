"""Objections to announced changes: by release and its deadline, answered in the objector's language."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Case, Count, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from ..actions import objecting
from ..exchange import localized, objectable
from ..exchange.content import decode
from ..models import Objection, Release
from .cases import CaseAdmin, LanguageFilter, numbers
from .naming import language_label, spoken

State = Objection.State


class ReleaseFilter(admin.SimpleListFilter):
    """By release, also by one that nobody objects to: its page leads here, and the list must not show all then."""

    title = gettext_lazy("release")
    parameter_name = "release__number__exact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        found = set(Objection.objects.order_by().values_list("release_id", flat=True).distinct())
        found |= set(numbers(request.GET.get(self.parameter_name, "")))
        return [(str(number), str(number)) for number in sorted(found, reverse=True)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return queryset.filter(release_id__in=numbers(self.value() or ""))


@admin.register(Objection)
class ObjectionAdmin(CaseAdmin):
    list_display = ("reference", "release", "until", "state_told", "waiting", "language_name", "assignee")
    list_filter = (
        ReleaseFilter,
        "state",
        "outcome",
        ("assignee", admin.RelatedOnlyFieldListFilter),
        LanguageFilter,
    )
    list_select_related = ("assignee", "release")
    # What staff has yet to do comes first, by the day on which the change comes.
    ordering: ClassVar[Any] = (
        Case(When(state__in=Objection.OPEN, then=0), When(state=State.UNVERIFIED, then=1), default=2),
        "release__objection_deadline",
        "received_at",
    )
    change_list_template = "admin/registry/objection/list.html"
    change_form_template = "admin/registry/objection/objection.html"
    erase_template = "admin/registry/objection/erase.html"
    seen_template = "admin/registry/objection/seen.html"
    identity, identity_model, note_model = "objector", "objector", "objectionnote"
    identity_searched = ("company", "email", "name")
    erase = staticmethod(objecting.erase)
    erased_message = gettext_lazy("The personal data of this objection has been erased.")

    # --- the list ---

    @admin.display(description=gettext_lazy("objections until"), ordering="release__objection_deadline")
    def until(self, objection: Objection) -> str:
        return _day(objection.release.objection_deadline)

    @admin.display(description=gettext_lazy("received"), ordering="received_at")
    def waiting(self, objection: Objection) -> str:
        day = localized.day(timezone.localdate(objection.received_at), spoken())
        if objection.state not in objection.OPEN or objection.erased_at:
            return day
        return f"{day} ({timesince(objection.received_at, depth=1)})"

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_told(self, objection: Objection) -> str:
        told = objection.get_state_display()
        return f"{told}: {objection.get_outcome_display()}" if objection.outcome else told

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"releases": _releases(), **(extra_context or {})})

    # --- one objection ---

    def steps(self) -> dict[str, Callable[..., HttpResponse]]:
        own = {"take": self.take_view, "answer": self.answer_view, "reopen": self.reopen_view, "note": self.note_view}
        return {**super().steps(), **own}

    def context(self, request: HttpRequest, found: Objection, typed: Any, *, acting: bool) -> dict[str, Any]:
        about = _About(found)
        return {
            "facts": about.facts(),
            "version": objecting.version(found),
            "changes": about.changes(found.language),
            "changes_here": about.changes(spoken()) if found.change and found.language != spoken() else [],
            "language": language_label(found.language),
            "tag": localized.tag(found.language),
            "direction": localized.text_direction(found.language),
            "may_close": acting and State.CLOSED in found.MOVES[State(found.state)],
            "may_reopen": acting and found.state == State.CLOSED,
            "outcomes": Objection.Outcome.choices,
            "typed": typed,
        }

    def take_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        def act(seen: Objection) -> Any:
            return objecting.take(seen, _version(request), request.user)

        return self.step(request, pk, act, _("You have taken this objection."))

    def answer_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One form: what was typed is sent with either button."""
        text = self.note(request, "answer")
        if request.POST.get("do") == "close":
            outcome = request.POST.get("outcome", "")
            label = dict(Objection.Outcome.choices).get(outcome, outcome)
            done = _("The objection has been closed. Outcome: %(outcome)s.") % {"outcome": label}

            def close(seen: Objection) -> Any:
                return objecting.close(seen, _version(request), outcome, request.user, text)

            return self.step(request, pk, close, done)

        def answer(seen: Objection) -> Any:
            return objecting.answer(seen, _version(request), text, request.user)

        return self.step(request, pk, answer, _("The answer is queued as a mail to the objector."))

    def reopen_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        def act(seen: Objection) -> Any:
            return objecting.reopen(seen, _version(request), request.user)

        return self.step(request, pk, act, _("The objection is open again."))

    def note_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        def act(seen: Objection) -> Any:
            return objecting.annotate(seen, self.note(request), request.user)

        return self.step(request, pk, act, _("The note is kept."))


class _About:
    """What stands beside an objection: the release that it is to."""

    def __init__(self, objection: Objection) -> None:
        self.objection, self.release = objection, objection.release
        self.content = decode(self.release.content)
        earlier = Release.objects.before(self.release)
        self.earlier = decode(earlier.content) if earlier else None

    def changes(self, language: str) -> list[str]:
        with override(language):
            told = objectable.lines(self.earlier, self.content, self.objection.change, language)
            return told or [_("All changes of this release")]

    def facts(self) -> list[tuple[str, Any]]:
        found = self.objection
        facts = [
            (_("State"), found.get_state_display()),
            (_("Outcome"), found.get_outcome_display()),
            (_("Taken by"), str(found.assignee) if found.assignee else _("nobody yet")),
            (_("Received on"), _day(timezone.localdate(found.received_at))),
            (_("Language"), language_label(found.language)),
            (_("Release"), self._release()),
            (_("Objections until"), _day(self.release.objection_deadline)),
            (_("In force for existing customers from"), _day(self.release.in_force_existing_on)),
        ]
        return [(label, value) for label, value in facts if value]

    def _release(self) -> SafeString:
        where = reverse("admin:registry_release_change", args=[self.release.pk])
        link = format_html('<a href="{}">{}</a>', where, self.release.number)
        later = Release.objects.filter(ends=self.release).first()
        if later is None:
            return link
        said = _("withdrawn") if later.is_withdrawal else _("replaced by release %(number)s") % {"number": later.number}
        return format_html("{} ({})", link, said)


def _releases() -> list[dict[str, Any]]:
    """Each release to which customers have objected or still may, with how its objections stand: one query."""
    count = {state.value: Count("objections", filter=Q(objections__state=state)) for state in State}
    today = timezone.localdate()
    found = Release.objects.filter(Q(objections__isnull=False) | Q(objection_deadline__gte=today, ended_by=None))
    return [
        {
            "number": release.number,
            "until": _day(release.objection_deadline),
            "over": bool(release.objection_deadline and release.objection_deadline < today),
            "in_force_on": _day(release.in_force_existing_on),
            "counts": [getattr(release, state.value) for state in State],
        }
        for release in found.defer("content").annotate(**count).order_by("-number")
    ]


def _day(value: Any) -> str:
    return localized.day(value, spoken()) if value else ""


def _version(request: HttpRequest) -> int:
    return next(iter(numbers(request.POST.get("seen", ""))), 0)
