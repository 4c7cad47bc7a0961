"""The draft as the public would read it; only staff who may publish see it."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import override

from ..actions import publishing
from ..exchange.frame import choices
from ..exchange.localized import tag, text_direction
from ..exchange.policy import policy
from ..exchange.published import Entry, Site
from ..models import Release
from .naming import spoken
from .publication import preview_address


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
        "tag": tag(spoken()),
        "direction": text_direction(spoken()),
        "title": _("Preview"),
        "mark": _("Preview of the draft. Nothing here is published."),
        "back": _("Back to publishing"),
    }
    with override(language):
        context = policy(site, entry, language, "")
        context["languages"] = choices(found.codes, language, entry, preview_address)
        context |= {"indexed": False, "staff": staff}
        response = TemplateResponse(request, "admin/registry/release/preview.html", context)
        response.headers["Cache-Control"] = "private, no-store"
        return response.render()
