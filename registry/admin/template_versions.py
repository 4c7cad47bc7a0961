"""A template's versions: what was published, what the next one would change, and how each reads."""

from base64 import b64encode
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from ..actions import templating
from ..actions.drawing_up import unfinished
from ..actions.entering import CannotPublish, DraftMoved
from ..exchange import agreement_text, template_content
from ..exchange.localized import autonym, tag, text_direction
from ..exchange.pdf import Paper, Unfinished, Unprintable, pictures
from ..exchange.template_changes import changes
from ..exchange.terms import Terms
from ..models import Agreement, DpaTemplate, DpaTemplateVersion
from . import gate
from .naming import moment_name, name_of, zone_of_days

TEMPLATES = "admin/registry/dpatemplate"


def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """The versions, and the next one: what it would change and what stands against it. A POST publishes it."""
    template = _template(request, pk)
    may_publish = request.user.has_perm("registry.publish_dpatemplate")
    refused: list[Any] = []
    if request.method == "POST":
        if not may_publish:
            raise PermissionDenied
        try:
            version = templating.publish(template, request.user, expected=request.POST.get("expected", ""))
        except CannotPublish as refusal:
            refused, status = refusal.problems, 409 if isinstance(refusal, DraftMoved) else 422
            return _answer(request, template, may_publish=may_publish, refused=refused, status=status)
        told = _("Version %(number)s is published. New agreements are made from it.") % {"number": version.number}
        messages.success(request, told)
        return HttpResponseRedirect(reverse("admin:registry_dpatemplate_versions", args=[pk]))
    return _answer(request, template, may_publish=may_publish)


def _answer(
    request: HttpRequest, template: DpaTemplate, *, may_publish: bool, refused: Any = (), status: int = 200
) -> HttpResponse:
    found = templating.standing(template)
    source = found.content["source_language"]
    # What stands against the draft is listed by itself, wherever a click met it.
    told = [problem for problem in refused if problem.message not in {one.message for one in found.problems}]
    problems, held = gate.refused(request, found.problems, source)
    _general, left_out = gate.refused(request, [one for told in found.left_out.values() for one in told], source)
    context = {
        **_around(request, template, _("Versions")),
        "rows": _rows(template),
        "found": found,
        "changes": changes(found.before, found.content),
        "problems": problems,
        "held": held,
        "refused": [str(problem) for problem in told],
        "left_out": left_out,
        "previews": _previews(template, found.content["languages"]),
        "may_publish": may_publish and found.changed and not found.problems,
    }
    return TemplateResponse(request, f"{TEMPLATES}/versions.html", context, status=status)


def _rows(template: DpaTemplate) -> list[dict[str, Any]]:
    zone = zone_of_days()
    used = dict(
        Agreement.objects.filter(version__template=template)
        .order_by()
        .values_list("version")
        .annotate(count=Count("pk"))
    )
    rows = template.versions.select_related("publication__by").order_by("-number")
    return [
        {
            "version": row,
            "published": moment_name(row.published_at, zone),
            "by": str(row.publication.by or "") if hasattr(row, "publication") else "",
            "used": used.get(row.pk, 0),
            "previews": _previews(template, templating.languages(row), f"?version={row.number}"),
        }
        for row in rows
    ]


def _previews(template: DpaTemplate, languages: list[str], query: str = "") -> list[dict[str, str]]:
    return [
        {
            "tag": tag(code),
            "direction": text_direction(code),
            "name": autonym(code),
            "address": reverse("admin:registry_dpatemplate_preview", args=[template.pk, code]) + query,
        }
        for code in languages
    ]


def preview(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """The agreement between sample parties as a customer would read it; nobody stores it."""
    template = _template(request, pk)
    version, terms = _terms(request, template, language)
    there = reverse("admin:registry_dpatemplate_pages", args=[pk, language])
    context = {
        **_around(request, template, _("Preview")),
        "version": version,
        "language": autonym(language),
        # Of ours: what customers would write into it is escaped.
        "text": mark_safe(agreement_text.text(terms)),  # noqa: S308 - as above
        "pages": f"{there}?version={version.number}" if version else there,
    }
    return _unstored(TemplateResponse(request, f"{TEMPLATES}/preview.html", context))


def pages(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """The same as it would be printed."""
    template = _template(request, pk)
    version, terms = _terms(request, template, language)
    paper = Paper(
        title=agreement_text.title(terms),
        language=language,
        day=terms.issued_on,
        footer=[_("Preview between sample parties")],
        author=terms.release["service"]["provider"],
    )
    try:
        found, missing = pictures(agreement_text.text(terms), paper), ""
    except Unprintable as error:
        found, missing = [], error.characters
    except Unfinished:
        found, missing = [], ""
        messages.error(request, unfinished())
    context = {
        **_around(request, template, _("Preview")),
        "version": version,
        "language": autonym(language),
        "missing": missing,
        "pictures": [f"data:image/png;base64,{b64encode(picture).decode()}" for picture in found],
    }
    return _unstored(TemplateResponse(request, f"{TEMPLATES}/pages.html", context))


def _unstored(response: TemplateResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _terms(request: HttpRequest, template: DpaTemplate, language: str) -> tuple[DpaTemplateVersion | None, Terms]:
    """Of the version that the address names, else of what publishing now would freeze."""
    number, version = request.GET.get("version", ""), None
    if number:
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise Http404
        version = get_object_or_404(template.versions, number=int(number))
    content = template_content.decode(version.content) if version else templating.standing(template).content
    try:
        return version, templating.preview(content, language)
    except (KeyError, CannotPublish) as missing:
        raise Http404 from missing


def _template(request: HttpRequest, pk: int) -> DpaTemplate:
    if not request.user.has_perms(["registry.view_dpatemplate", "registry.view_dpatemplateversion"]):
        raise PermissionDenied
    return get_object_or_404(DpaTemplate, pk=pk)


def _around(request: HttpRequest, template: DpaTemplate, title: str) -> dict[str, Any]:
    return {
        **admin.site.each_context(request),
        "opts": DpaTemplate._meta,
        "title": title,
        "template": template,
        "name": name_of(template),
    }
