"""The history of a noun: who saved what and when, any two states compared, any state brought back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from ..actions.reviving import Moved, bring_back, dead_links, left_behind
from ..history import LINKED, Moment, State, Trail
from ..pinning import source_language
from .comparing import Names, Row, compare, labels_by_row, name_of_entry
from .naming import moment_name, name_of, zone_of_days
from .pin import Then, events, turns

NOW = "now"


@dataclass(frozen=True)
class Step:
    """A moment in the list: what it changed since the moment before."""

    moment: Moment
    rows: list[Row]
    action: str
    zone: ZoneInfo

    @property
    def at(self) -> str:
        return self.moment.at.isoformat()

    @property
    def when(self) -> str:
        return moment_name(self.moment.at, self.zone)

    @property
    def changed(self) -> Any:
        return labels_by_row(self.rows)


class HistoryPages(admin.ModelAdmin):
    """For any admin class of an audited model."""

    def get_urls(self) -> list[Any]:
        def page(route: str, view: Any, name: str) -> Any:
            return path(
                route, self.admin_site.admin_view(view), name=f"{self.opts.app_label}_{self.opts.model_name}_{name}"
            )

        return [
            page("deleted/", self.deleted_view, "deleted"),
            page("<path:object_id>/history/compare/", self.compare_view, "compare"),
            page("<path:object_id>/history/bring-back/", self.bring_back_view, "bring_back"),
            *super().get_urls(),
        ]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        trail = self._trail(request, object_id)
        steps = self._steps(trail)[::-1]
        page = Paginator(steps, 50).get_page(request.GET.get("p"))
        context = self._context(
            request,
            trail,
            title=_("History"),
            page=page,
            now=NOW,
            may_bring_back=self._may_bring_back(request, trail),
            range=page.paginator.get_elided_page_range(page.number),
        )
        return TemplateResponse(request, "admin/registry/history.html", context | (extra_context or {}))

    def compare_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        trail = self._trail(request, object_id)
        asked = [request.GET.get(name, "") for name in ("before", "after")]
        (before, _was), (after, is_now) = sorted((_moment(text), text == NOW) for text in asked)
        rows = self._differences(trail, before, after)
        context = self._context(
            request,
            trail,
            title=_("Compare two states"),
            rows=rows,
            before=moment_name(before, zone_of_days(), seconds=True),
            after="" if is_now else moment_name(after, zone_of_days(), seconds=True),
            before_at=before.isoformat(),
            may_bring_back=bool(trail.at(before)) and self._may_bring_back(request, trail),
        )
        return TemplateResponse(request, "admin/registry/compare.html", context)

    def bring_back_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        trail = self._trail(request, object_id)
        if not self._may_bring_back(request, trail):
            raise PermissionDenied
        at = _moment(request.POST.get("to") or request.GET.get("to", ""))
        today = timezone.now()
        then, now = trail.at(at), trail.at(today)
        if not then:
            raise Http404
        own = now.get((self.model, trail.pk))
        problems: list[str] = []
        if request.method == "POST":
            seen = request.POST.get("version", "")
            try:
                changed = bring_back(trail, at, version=int(seen) if seen.isascii() and seen.isdigit() else None)
                return self._brought_back(request, trail, changed)
            except Moved:
                problems = [_("Somebody saved this entry while you were looking. Look again, then bring it back.")]
            except ValidationError as error:
                problems = error.messages
        context = self._context(
            request,
            trail,
            title=_("Bring back a state"),
            rows=self._differences(trail, today, at),
            when=moment_name(at, zone_of_days(), seconds=True),
            to=at.isoformat(),
            version="" if own is None else own.record.version,
            notes=self._notes(now, then),
            problems=problems,
        )
        return TemplateResponse(request, "admin/registry/bring_back.html", context)

    def deleted_view(self, request: HttpRequest) -> HttpResponse:
        """Rows that are no more: their history is, and can bring them back."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        records = self.model.history.model.objects
        newest = records.filter(id=OuterRef("id")).order_by("-history_date", "-history_id").values("history_id")[:1]
        gone = records.filter(history_type="-", history_id=Subquery(newest)).select_related("history_user")
        page = Paginator(gone.order_by("-history_date", "-history_id"), 50).get_page(request.GET.get("p"))
        zone = zone_of_days()
        rows = [
            (record.id, name_of(record.instance), moment_name(record.history_date, zone), record.history_user)
            for record in page
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Deleted entries"),
            "opts": self.opts,
            "rows": rows,
            "page": page,
            "range": page.paginator.get_elided_page_range(page.number),
        }
        return TemplateResponse(request, "admin/registry/deleted.html", context)

    def _trail(self, request: HttpRequest, object_id: str) -> Trail:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        try:
            trail = Trail(self.model, self.model._meta.pk.clean(unquote(object_id), None))
        except ValidationError:
            raise Http404 from None
        if not trail.entries:
            raise Http404
        return trail

    def _differences(self, trail: Trail, before: datetime, after: datetime) -> list[Row]:
        old, new = trail.at(before), trail.at(after)
        told = turns(old, new, (trail.pins_at(before), trail.pins_at(after)), source_language())
        return compare(old, new, self.model, Names(trail.entries), told)

    def _steps(self, trail: Trail) -> list[Step]:
        """Moments that changed something, the oldest first."""
        names, found, zone, source = Names(trail.entries), [], zone_of_days(), source_language()
        before: State = {}
        pins: Then = {}
        for moment in trail.moments:
            after, known = trail.at(moment.at), trail.pins_at(moment.at)
            rows = compare(before, after, self.model, names, events((before, after), (pins, known), source))
            if rows:
                action = "added" if not before else "removed" if not after else "changed"
                found.append(Step(moment, rows, action, zone))
            before, pins = after, known
        return found

    def _context(self, request: HttpRequest, trail: Trail, **more: Any) -> dict[str, Any]:
        live = self.model._default_manager.filter(pk=trail.pk).first()
        newest = [entry for entry in trail.entries if (entry.model, entry.pk) == (self.model, trail.pk)][-1]
        request.current_app = self.admin_site.name
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "object": live,
            "object_id": trail.pk,
            "name": name_of_entry(newest),
            "subtitle": None,
            **more,
        }

    def _may_bring_back(self, request: HttpRequest, trail: Trail) -> bool:
        live = self.model._default_manager.filter(pk=trail.pk).first()
        if not getattr(self, "brings_back", True):
            return False
        return self.has_change_permission(request, live) if live else self.has_add_permission(request)

    def _notes(self, now: State, then: State) -> list[str]:
        """What bringing back a state does not bring back."""
        stay = [name_of_entry(now[place]) for place in left_behind(self.model, now, then)]
        notes = [_("Added since, and stays as it is: %(name)s") % {"name": name} for name in stay]
        for entry, field in dead_links(then):
            label = entry.model._meta.get_field(field).verbose_name
            notes.append(
                _("Led to an entry that was deleted, and stays empty: %(name)s, %(field)s")
                % {"name": name_of_entry(entry), "field": label}
            )
        if self.model in LINKED:
            notes.append(_("The entries it links to keep what they say today; only the links come back."))
        return notes

    def _brought_back(self, request: HttpRequest, trail: Trail, changed: int) -> HttpResponse:
        if changed:
            live = self.model._default_manager.get(pk=trail.pk)
            self.log_change(request, live, _("Brought back from history."))
            self.message_user(request, _("Brought back. History keeps the state that it replaced."), messages.SUCCESS)
        else:
            self.message_user(request, _("Nothing to bring back: it says the same today."), messages.INFO)
        return HttpResponseRedirect(
            reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_history", args=[trail.pk])
        )


def _moment(text: str) -> datetime:
    """A moment from an address; Http404 for anything else."""
    if text == NOW:
        return timezone.now()
    try:
        # A plus sign in a query that nobody escaped reads as a blank.
        found = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        found = None
    # Near the ends of the calendar no other time zone can tell it.
    if found is None or found.tzinfo is None or not 1 < found.year < 9999:
        raise Http404
    return found
