"""The pages that preview and publish the draft and verify the chain; staff who may publish get there from a release."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from ..actions import publishing, verifying
from ..actions.checking import Problem, check
from ..actions.edits import edits_since
from ..actions.reviewing import warnings
from ..exchange import composing
from ..exchange import content as shape
from ..exchange.frame import choices
from ..exchange.localized import autonym, day, language_name, tag, text_direction
from ..exchange.policy import policy
from ..exchange.published import Entry, Site
from ..exchange.telling import tell
from ..models import Release
from . import gate
from .mending import address

# The second click of one person comes within this time; whoever publishes the same draft later is told instead.
SAME_CLICK = timedelta(minutes=1)


class PublishForm(forms.Form):
    """The day and the summaries. `expected` and `looked_at` say which draft was looked at, and when."""

    in_force_on = forms.DateField(
        label=gettext_lazy("In force on"),
        help_text=gettext_lazy("Today or a later day; on a later day the release is announced until then."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        localize=False,
    )
    expected = forms.CharField(widget=forms.HiddenInput, required=False)
    looked_at = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, found: composing.Draft, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source = found.profile.source_language
        self.codes = sorted(found.codes, key=lambda code: (code != source, code))
        self.fields["in_force_on"].widget.attrs["min"] = found.profile.today().isoformat()
        for code in self.codes:
            self.fields[f"summary_{code}"] = forms.CharField(
                label=language_name(code, get_language() or "en"),
                required=False,
                max_length=4000,
                widget=forms.Textarea(attrs={"rows": 4, "lang": tag(code), "dir": text_direction(code)}),
            )

    def summaries(self) -> list[forms.BoundField]:
        return [self[f"summary_{code}"] for code in self.codes]

    def summary(self) -> dict[str, str]:
        texts = {code: self.cleaned_data[f"summary_{code}"] for code in self.codes}
        return {code: text for code, text in texts.items() if text}

    def show(self, problem: Problem) -> bool:
        """Put a problem beside its field; False where this form has none for it."""
        name = f"summary_{problem.language}" if problem.field == "summary" else problem.field
        if problem.noun is not None or name not in self.fields:
            return False
        self.add_error(name, problem.message)
        return True


def publish(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("registry.publish_release"):
        raise PermissionDenied
    try:
        found = publishing.draft()
    except publishing.CannotPublish as refused:
        return _page(request, {"problems": gate.refused(request, refused.problems)[0]})
    if request.method != "POST":
        return _look(request, found, _fresh(found))
    form = PublishForm(request.POST, found=found)
    if not form.is_valid():
        return _look(request, found, form)
    try:
        release = publishing.publish(
            in_force_on=form.cleaned_data["in_force_on"],
            summary=form.summary(),
            by=request.user,
            expected=form.cleaned_data["expected"] or "-",
        )
    except publishing.DraftMoved:
        made = _same_click(request, form)
        if made is not None:
            return _published(request, made)
        found = publishing.draft()
        return _look(request, found, PublishForm(request.POST, found=found))
    except publishing.CannotPublish as refused:
        others = [problem for problem in refused.problems if not form.show(problem)]
        return _look(request, found, form, refused=others)
    return _published(request, release)


def _fresh(found: composing.Draft) -> PublishForm:
    return PublishForm(initial={"in_force_on": found.profile.today()}, found=found)


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None


def _same_click(request: HttpRequest, form: PublishForm) -> Release | None:
    """The release that this person's first click of two has just made of the same draft."""
    newest = Release.objects.select_related("publication").newest()
    if newest is None or newest.published_at < timezone.now() - SAME_CLICK:
        return None
    publication = getattr(newest, "publication", None)
    same = publishing.draft_digest(shape.decode(newest.content)) == form.cleaned_data["expected"]
    return newest if same and publication and publication.by_id == request.user.pk else None


def _published(request: HttpRequest, release: Release) -> HttpResponse:
    messages.success(
        request,
        format_html(
            '{} <a href="/{}/releases/{}/">{}</a>',
            _("Release %(number)s is published. In force on: %(day)s.")
            % {"number": release.number, "day": day(release.in_force_existing_on or release.announced_on, _active())},
            shape.decode(release.content)["source_language"],
            release.number,
            _("Public page"),
        ),
    )
    return HttpResponseRedirect(reverse("admin:registry_release_change", args=[release.number]))


def _look(
    request: HttpRequest, found: composing.Draft, form: PublishForm, *, refused: list[Problem] | None = None
) -> HttpResponse:
    """The draft and the form over it; where the draft is no longer the one that the form names, what came between."""
    last = Release.objects.newest()
    content = publishing.preview(found)
    expected, looked_at = publishing.draft_digest(content), _moment(form.data.get("looked_at", ""))
    moved = form.is_bound and form.data.get("expected") != expected
    problems = check(found) if refused is None else refused
    earlier = shape.decode(last.content) if last else None
    general, held = gate.refused(request, problems, found.profile.source_language)
    context = {
        "form": form,
        "expected": expected,
        "looked_at": timezone.now().isoformat(),
        "last": last,
        "next": content["number"],
        "changes": tell(publishing.changes_since(last, content), content, _active(), earlier),
        "anything": publishing.changes_anything(last, content),
        "problems": general,
        "held": held,
        "refused": refused is not None,
        "marked": gate.marked(request, found),
        "warnings": [gate.Line(w.message, address(request, w.noun, w.field, w.language)) for w in warnings(found)],
        "moved": publishing.moved(form.data.get("expected", ""), Release.objects.end_of_chain()) if moved else None,
        "edits": edits_since(looked_at) if moved and looked_at else [],
        "previews": [(tag(c), text_direction(c), autonym(c), _preview_address(c)) for c in form.codes],
        "zone": found.profile.time_zone,
    }
    return _page(request, context, status=409 if moved else 200)


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    around = {**admin.site.each_context(request), "title": _("Publish"), "opts": Release._meta}
    return TemplateResponse(request, "admin/registry/release/publish.html", {**around, **context}, status=status)


def _preview_address(code: str) -> str:
    return reverse("admin:registry_release_preview", args=[code])


def preview(request: HttpRequest, language: str) -> HttpResponse:
    """The draft as the public would read it today, in one language; nobody stores it."""
    if not request.user.has_perm("registry.publish_release"):
        raise PermissionDenied
    try:
        found = publishing.draft()
    except publishing.CannotPublish as refused:
        raise Http404(str(refused)) from refused
    if language not in found.codes:
        raise Http404
    content = publishing.preview(found)
    rows = Release.objects.order_by("number").values_list("content", "digest")
    site = Site.on(rows, found.codes, settings.PUBLIC_URL, found.profile.today())
    entry = Entry(content, "", "", "in_force")
    site = Site((*site.chain, entry), site.languages, site.public_url, site.day)
    # The mark speaks to staff, in their language; the page below it to readers.
    staff = {
        "tag": tag(_active()),
        "direction": text_direction(_active()),
        "title": _("Preview"),
        "mark": _("Preview of the draft. Nothing here is published."),
        "back": _("Back to publishing"),
    }
    with override(language):
        context = policy(site, entry, language, "")
        context["languages"] = choices(found.codes, language, entry, _preview_address)
        context |= {"indexed": False, "staff": staff}
        response = TemplateResponse(request, "admin/registry/release/preview.html", context)
        response.headers["Cache-Control"] = "private, no-store"
        return response.render()


def verify(request: HttpRequest) -> HttpResponse:
    """Whether the chain of releases holds. It reads alone, so that a GET may ask."""
    if not request.user.has_perm("registry.view_release"):
        raise PermissionDenied
    newest = Release.objects.newest()
    context = {
        **admin.site.each_context(request),
        "title": _("Verify the chain of releases"),
        "opts": Release._meta,
        "wrong": verifying.verify(),
        "count": Release.objects.count(),
        "newest": newest,
        "verified_at": timezone.now(),
    }
    return TemplateResponse(request, "admin/registry/release/verify.html", context)


def _active() -> str:
    return get_language() or "en"
