"""The page that verifies the chain of releases."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from ..actions import verifying
from ..models import Release


def verify(request: HttpRequest) -> HttpResponse:
    """Whether the chain of releases holds. It reads alone, so that a GET may ask."""
    if not request.user.has_perm("registry.view_release"):
        raise PermissionDenied
    context = {
        **admin.site.each_context(request),
        "title": _("Verify the chain of releases"),
        "opts": Release._meta,
        "wrong": verifying.verify(),
        "count": Release.objects.count(),
        # The end of the chain, be it a withdrawal: its digest stands for all entries before it.
        "newest": Release.objects.end_of_chain(),
        "verified_at": timezone.now(),
    }
    return TemplateResponse(request, "admin/registry/release/verify.html", context)
