"""Releases in the admin: read-only, with the pages that publish the draft and verify the chain."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from ..actions.publishing import changes_since
from ..exchange import content as shape
from ..exchange.localized import day, language_name, tag, text_direction
from ..exchange.placeholders import Facts, fill
from ..exchange.telling import tell
from ..models import Release, ServiceProfile
from . import publication

STATUS = {
    "in_force": gettext_lazy("in force"),
    "announced": gettext_lazy("announced"),
    "superseded": gettext_lazy("superseded"),
    "withdrawn": gettext_lazy("withdrawn"),
    "replaced": gettext_lazy("replaced before its day"),
    "withdrawal": gettext_lazy("withdrawal"),
}


@admin.register(Release)
class ReleaseAdmin(admin.ModelAdmin):
    list_display = ("name", "status", "in_force_on", "published_on", "published_by", "short_digest", "pages")
    list_display_links = ("name",)
    list_select_related = ("publication__by",)
    show_full_result_count = False
    actions = None
    fields = (
        "status",
        "in_force_on",
        "published_on",
        "published_by",
        "origin",
        "summary",
        "changes",
        "whole_digest",
        "whole_previous_digest",
        "readable",
    )
    readonly_fields = fields
    change_list_template = "admin/registry/release/list.html"
    change_form_template = "admin/registry/release/detail.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        def wrap(view: Any) -> Any:
            return self.admin_site.admin_view(view)

        return [
            path("publish/", wrap(publication.publish), name="registry_release_publish"),
            path("preview/<str:language>/", wrap(publication.preview), name="registry_release_preview"),
            path("verify/", wrap(publication.verify), name="registry_release_verify"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Release]:
        """With each release's status on this day, and in the list without the contents."""
        profile = ServiceProfile.load()
        rows = super().get_queryset(request)
        if profile is None:
            return rows.annotate(standing=Value("superseded"), source=Value("en"))
        today = profile.today()
        rows = rows.annotate(
            source=Value(profile.source_language),
            standing=Case(
                When(type=Release.Type.WITHDRAWAL, then=Value("withdrawal")),
                When(ended_by__type=Release.Type.WITHDRAWAL, then=Value("withdrawn")),
                When(ended_by__isnull=False, then=Value("replaced")),
                When(in_force_existing_on__gt=today, then=Value("announced")),
                When(number=Release.objects.in_force(today).values("number"), then=Value("in_force")),
                default=Value("superseded"),
                output_field=CharField(),
            ),
        )
        detail = request.resolver_match and request.resolver_match.url_name == "registry_release_change"
        return rows if detail else rows.defer("content")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        may_publish = request.user.has_perm("registry.publish_release")
        return super().changelist_view(
            request, {"title": _("Releases"), "may_publish": may_publish, **(extra_context or {})}
        )

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        context |= {"title": self.name(context["original"]), "subtitle": None}
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("release"), ordering="number")
    def name(self, release: Release) -> str:
        return _("Release %(number)s") % {"number": release.number}

    @admin.display(description=gettext_lazy("status"))
    def status(self, release: Any) -> SafeString:
        return format_html('<span class="pill {}">{}</span>', release.standing, STATUS[release.standing])

    @admin.display(description=gettext_lazy("in force on"), ordering=F("in_force_existing_on"))
    def in_force_on(self, release: Release) -> str:
        return day(release.in_force_existing_on, _active()) if release.in_force_existing_on else "–"

    @admin.display(description=gettext_lazy("published on"), ordering="published_at")
    def published_on(self, release: Release) -> str:
        return day(timezone.localdate(release.published_at), _active())

    @admin.display(description=gettext_lazy("published by"))
    def published_by(self, release: Release) -> str:
        publication_of = getattr(release, "publication", None)
        return str(publication_of.by) if publication_of and publication_of.by else "–"

    @admin.display(description=gettext_lazy("origin"))
    def origin(self, release: Release) -> str:
        if release.backfill:
            return _("Entered from an archive older than this system.")
        return _("Published in this system.")

    @admin.display(description=gettext_lazy("digest"))
    def short_digest(self, release: Release) -> SafeString:
        return format_html('<code title="{}">{}…</code>', release.digest, release.digest[:12])

    @admin.display(description=gettext_lazy("digest (SHA-256)"))
    def whole_digest(self, release: Release) -> SafeString:
        return format_html("<code>{}</code>", release.digest)

    @admin.display(description=gettext_lazy("digest of the release before"))
    def whole_previous_digest(self, release: Release) -> SafeString:
        return format_html("<code>{}</code>", release.previous_digest or "–")

    @admin.display(description=gettext_lazy("pages"))
    def pages(self, release: Any) -> SafeString:
        return format_html(
            '<a href="/{0}/releases/{1}/">{2}</a> · <a href="/releases/{1}.json">JSON</a>',
            release.source,
            release.number,
            _("Public page"),
        )

    @admin.display(description=gettext_lazy("summary"))
    def summary(self, release: Release) -> SafeString | str:
        content = shape.decode(release.content)
        passage, service = content.get("summary"), content["service"]
        if not passage:
            return "–"
        source = content["source_language"]
        codes = sorted(passage["text"], key=lambda code: (code != source, code))
        rows = [
            (tag(c), text_direction(c), language_name(c, _active()), fill(passage["text"][c], Facts(service, c)))
            for c in codes
        ]
        return format_html(
            '<dl class="summaries">{}</dl>',
            format_html_join("", '<dt>{2}</dt><dd lang="{0}" dir="{1}">{3}</dd>', rows),
        )

    @admin.display(description=gettext_lazy("what it changed"))
    def changes(self, release: Release) -> SafeString | str:
        if release.is_withdrawal:
            return "–"
        before = Release.objects.before(release)
        content = shape.decode(release.content)
        earlier = shape.decode(before.content) if before else None
        lines = tell(changes_since(before, content), content, _active(), earlier)
        return format_html(
            '<ul class="changes">{}</ul>', format_html_join("", "<li>{}</li>", ((line,) for line in lines))
        )

    @admin.display(description=gettext_lazy("content"))
    def readable(self, release: Release) -> SafeString:
        pretty = json.dumps(json.loads(release.content), indent=2, ensure_ascii=False)
        return format_html("<details><summary>{}</summary><pre>{}</pre></details>", _("Show the content"), pretty)


def _active() -> str:
    return get_language() or "en"
