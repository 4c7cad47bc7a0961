"""How announcements go: progress while it runs, pause and resume, and the evidence of who was told."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from ..actions import announcing
from ..actions.progress import Progress, evidence, progress
from ..exchange import localized
from ..exchange.evidence import lines
from ..exchange.localized import day, language_name
from ..models import Announcement, Delivery
from .naming import spoken
from .readonly import ReadOnly
from .release_detail import link, name

State = Delivery.State


@admin.register(Announcement)
class AnnouncementAdmin(ReadOnly):
    list_display = ("entry", "queued_on", "told", "standing")
    list_display_links = ("entry",)
    list_select_related = ("release",)
    list_per_page = 20
    show_full_result_count = False
    actions = None

    def get_urls(self) -> list[URLPattern]:
        def wrap(view: Any) -> Any:
            return self.admin_site.admin_view(view)

        return [
            path("<int:number>/pause/", wrap(pause), name="registry_announcement_pause"),
            path("<int:number>/resume/", wrap(resume), name="registry_announcement_resume"),
            path("<int:number>/again/", wrap(again), name="registry_announcement_again"),
            path("<int:number>/evidence.csv", wrap(export), name="registry_announcement_evidence"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Announcement]:
        return super().get_queryset(request).defer("release__content")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {"title": _("Announcements"), **(extra_context or {})})

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = _found(object_id)
        return TemplateResponse(request, "admin/registry/announcement/progress.html", _context(request, found))

    @admin.display(description=gettext_lazy("release"), ordering="release_id")
    def entry(self, announcement: Announcement) -> str:
        return name(announcement.release)

    @admin.display(description=gettext_lazy("announced on"), ordering="queued_at")
    def queued_on(self, announcement: Announcement) -> str:
        return day(timezone.localdate(announcement.queued_at), spoken())

    @admin.display(description=gettext_lazy("sent"))
    def told(self, announcement: Announcement) -> str:
        found = _going(announcement)
        return _("%(done)s of %(total)s") % {"done": found.languages.total(), "total": found.total}

    @admin.display(description=gettext_lazy("status"))
    def standing(self, announcement: Announcement) -> str:
        return _standing(announcement, _going(announcement))


@require_POST
def pause(request: HttpRequest, number: int) -> HttpResponse:
    _require_change(request)
    if announcing.pause(_found(number).pk, request.user):
        messages.success(request, _("The announcement is paused. A mail that is being sent at this moment still goes."))
    return _back(number)


@require_POST
def resume(request: HttpRequest, number: int) -> HttpResponse:
    _require_change(request)
    if announcing.resume(_found(number).pk, request.user):
        messages.success(request, _("The announcement goes on."))
    return _back(number)


@require_POST
def again(request: HttpRequest, number: int) -> HttpResponse:
    """What the mail server has refused for good, once more: staff has seen to the cause."""
    _require_change(request)
    count = announcing.send_refused_again(_found(number).pk)
    if count:
        said = ngettext("%(count)s mail is queued again.", "%(count)s mails are queued again.", count)
        messages.success(request, said % {"count": count})
    return _back(number)


def export(request: HttpRequest, number: int) -> StreamingHttpResponse:
    """It reads alone, so that a GET may ask. It holds addresses: for those who may see them."""
    if not request.user.has_perm("registry.view_evidence"):
        raise PermissionDenied
    found = _found(number)
    response = StreamingHttpResponse(lines(evidence(found.pk)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="release-{found.pk}-told.csv"'
    return response


def _require_change(request: HttpRequest) -> None:
    if not request.user.has_perm("registry.change_announcement"):
        raise PermissionDenied


def _found(number: Any) -> Announcement:
    if not str(number).isdecimal():
        raise Http404
    return get_object_or_404(Announcement.objects.select_related("release"), pk=number)


def _going(announcement: Any) -> Progress:
    """Counted once for a row of the list, which tells it in two columns."""
    if not hasattr(announcement, "going"):
        announcement.going = progress(announcement.pk)
    found: Progress = announcement.going
    return found


def _back(number: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:registry_announcement_change", args=[number]))


def _context(request: HttpRequest, found: Announcement) -> dict[str, Any]:
    going = progress(found.pk)
    may_change = request.user.has_perm("registry.change_announcement")
    return {
        **admin.site.each_context(request),
        "title": _("How the announcement goes"),
        "opts": Announcement._meta,
        "found": found,
        "entry": link(found.release) if request.user.has_perm("registry.view_release") else name(found.release),
        "going": going,
        "share": localized.percent(going.percent, spoken()),
        "standing": _standing(found, going),
        "estimate": _estimate(found, going),
        "states": [(state, label, going.states[state]) for state, label in State.choices if going.states[state]],
        "languages": [(language_name(code, spoken()), count) for code, count in sorted(going.languages.items())],
        "running": bool(going.ahead and not found.paused_at),
        "may_pause": may_change and going.ahead and not found.paused_at,
        "may_resume": may_change and found.paused_at,
        "may_send_again": may_change and going.states[State.FAILED],
        "may_export": request.user.has_perm("registry.view_evidence"),
        "looked_at": timezone.now(),
    }


def _standing(found: Announcement, going: Progress) -> str:
    if not going.total:
        return _("nobody to tell")
    if not going.ahead:
        return _("done")
    return _("paused") if found.paused_at else _("running")


def _estimate(found: Announcement, going: Progress) -> str:
    """How long the rest takes, in words that do not change from second to second."""
    if found.paused_at or not going.ahead:
        return ""
    if going.left is None:
        return _("Nothing was sent within the last minute. If that goes on, look at the worker and the mail server.")
    minutes = -(-int(going.left / timedelta(seconds=1)) // 60)
    if minutes <= 1:
        return _("About one minute to go.")
    if minutes < 90:
        return ngettext("About %(count)s minute to go.", "About %(count)s minutes to go.", minutes) % {"count": minutes}
    hours = round(minutes / 60)
    return ngettext("About %(count)s hour to go.", "About %(count)s hours to go.", hours) % {"count": hours}
