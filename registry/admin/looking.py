"""Between the look at a page and the click on it: what came between, and whether the click is the second of two."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from ..actions import publishing
from ..actions.edits import edits_since
from ..exchange import content as shape
from ..models import Release
from .entry_form import EntryForm

# The second click of one person comes within this time; whoever does the same later is told instead.
SAME_CLICK = timedelta(minutes=1)


def just_entered(request: HttpRequest, entry: Release | None) -> bool:
    """Whether this person has frozen the entry a moment ago."""
    if entry is None or entry.published_at < timezone.now() - SAME_CLICK:
        return False
    publication = getattr(entry, "publication", None)
    return publication is not None and publication.by_id == request.user.pk


def came_between(form: EntryForm, expected: str) -> dict[str, Any]:
    """For a page over a draft that is `expected` now: what has moved since its reader looked, and by whom."""
    moved = form.is_bound and form.expects != expected
    told: dict[str, Any] = {"expected": expected, "looked_at": timezone.now().isoformat(), "moved": None, "edits": []}
    if moved:
        told["moved"] = publishing.moved(form.expects, Release.objects.end_of_chain())
        told["edits"] = edits_since(form.looked) if form.looked else []
    return told


def done(request: HttpRequest, entry: Release, sentence: str) -> HttpResponse:
    """To the entry's page, with the sentence and a link to what the public reads."""
    messages.success(
        request,
        format_html(
            '{} <a href="/{}/releases/{}/">{}</a>',
            sentence,
            shape.decode(entry.content)["source_language"],
            entry.number,
            _("Public page"),
        ),
    )
    return HttpResponseRedirect(reverse("admin:registry_release_change", args=[entry.number]))
