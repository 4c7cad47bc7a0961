"""The page that publishes the draft, which says before the click what follows from it."""

from dataclasses import replace
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from ..actions import announcing, publishing
from ..actions.checking import Problem, check
from ..actions.correcting import correctable
from ..actions.reviewing import warnings
from ..exchange import content as shape
from ..exchange.localized import autonym, day, tag, text_direction
from ..exchange.telling import tell
from ..models import Release
from . import following, gate
from .entry_form import source_first
from .looking import came_between, done, just_entered
from .mending import address
from .naming import spoken
from .publication_form import PublishForm


def publish(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("registry.publish_release"):
        raise PermissionDenied
    try:
        page = _Page(request)
    except publishing.CannotPublish as refused:
        return _answer(request, {"problems": gate.refused(request, refused.problems)[0]})
    form = page.form
    if request.method != "POST" or not form.is_valid():
        return page.look()
    if form.expects != page.expected:
        return _overtaken(request, page)
    if "look" in request.POST or form.cleaned_data["told"] != form.plan():
        # Whoever chose other days than the page told of is told what follows from these.
        problems = form.shown(form.chosen_rules.problems(form.days()))
        return page.look([*problems, *check(page.found)], again=not form.errors and not problems)
    try:
        asked = form.asked()
        release = publishing.publish(
            in_force_on=asked.existing,
            in_force_new_on=asked.new,
            objection_deadline=asked.objections,
            kind=form.chosen,
            reason=form.reason(),
            summary=form.said("summary"),
            by=request.user,
            expected=form.expects,
        )
    except publishing.DraftMoved:
        return _overtaken(request, _Page(request))
    except publishing.CannotPublish as refused:
        return page.look(form.shown(refused.problems), refused=True)
    return _published(request, release)


def _overtaken(request: HttpRequest, page: "_Page") -> HttpResponse:
    """Somebody was quicker: perhaps this person, whose first click of two has made a release of the same draft."""
    newest = Release.objects.select_related("publication").newest()
    same = newest and publishing.draft_digest(shape.decode(newest.content)) == page.form.expects
    if newest and same and just_entered(request, newest):
        return _published(request, newest)
    return page.look()


def _published(request: HttpRequest, release: Release) -> HttpResponse:
    told = _("Release %(number)s is published. In force on: %(day)s.") % {
        "number": release.number,
        "day": day(release.in_force_existing_on or release.announced_on, spoken()),
    }
    return done(request, release, told)


class _Page:
    """The draft and the form over it, as they are now."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.found = publishing.draft()
        self.content = publishing.preview(self.found)
        self.expected = publishing.draft_digest(self.content)
        self.rules = publishing.rules_of(self.found, self.content, Release.Kind.CHANGE)
        self.form = PublishForm(
            request.POST if request.method == "POST" else None,
            codes=source_first(self.found.codes, self.found.profile.source_language),
            change=self.rules,
            urgent=replace(self.rules, kind=Release.Kind.URGENT),
        )

    def look(
        self, problems: list[Problem] | None = None, *, refused: bool = False, again: bool = False
    ) -> HttpResponse:
        """`again`: nothing is wrong, but other days were chosen than those that the page told of."""
        found = self.found
        between = came_between(self.form, self.expected)
        problems = check(found) if problems is None else problems
        general, held = gate.refused(self.request, problems, found.profile.source_language)
        context = {
            **between,
            **self._draft(),
            **self._plan(),
            "form": self.form,
            "problems": general,
            "held": held,
            "refused": refused,
            "again": again,
            **self._announced(),
            "rewords": bool(correctable(found, self.content)),
        }
        return _answer(self.request, context, status=409 if between["moved"] else 200)

    def _draft(self) -> dict[str, Any]:
        """What the draft says, beside what holds."""
        found, last = self.found, self.rules.newest
        earlier = shape.decode(last.content) if last else None
        return {
            "last": last,
            "next": self.content["number"],
            "changes": tell(self.rules.changes, self.content, spoken(), earlier),
            "anything": publishing.changes_anything(last, self.content),
            "marked": gate.marked(self.request, found),
            "warnings": [
                gate.Line(w.message, address(self.request, w.noun, w.field, w.language)) for w in warnings(found)
            ],
            "previews": [(tag(c), text_direction(c), autonym(c), preview_address(c)) for c in self.form.codes],
            "zone": found.profile.time_zone,
        }

    def _announced(self) -> dict[str, Any]:
        """The release that waits for its day, which keeps the draft from being published."""
        today = self.rules.today
        announced = Release.objects.announced(today).first()
        return {"announced": announced, "ahead": following.ahead(announced, today) if announced else []}

    def _plan(self) -> dict[str, Any]:
        """What follows from the days that are chosen, as far as they are days."""
        form, told = self.form, {"why": following.why(self.rules), "why_urgent": following.why_urgent(self.rules)}
        if not form.datable:
            return told
        days = form.days()
        planned = {
            **self.content,
            "kind": form.chosen,
            "announced_on": days.announced.isoformat(),
            "in_force_existing_on": days.existing.isoformat(),
        }
        steps = following.of_release(form.chosen_rules, days, self.content["number"], announcing.reach(planned))
        return {**told, "steps": steps, "plan": form.plan()}


def preview_address(code: str) -> str:
    return reverse("admin:registry_release_preview", args=[code])


def _answer(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    around = {**admin.site.each_context(request), "title": _("Publish"), "opts": Release._meta}
    return TemplateResponse(request, "admin/registry/release/publish.html", {**around, **context}, status=status)
