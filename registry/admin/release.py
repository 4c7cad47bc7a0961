"""Releases in the admin: read-only, with the pages that publish, correct and withdraw, and verify the chain."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import Case, CharField, F, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..exchange.localized import day
from ..models import Release, ServiceProfile
from . import correction, previewing, publication, release_detail, verification, withdrawal
from .naming import spoken
from .readonly import ReadOnly

STATUS = {
    "in_force": gettext_lazy("in force"),
    "announced": gettext_lazy("announced"),
    "superseded": gettext_lazy("superseded"),
    "withdrawn": gettext_lazy("withdrawn"),
    "replaced": gettext_lazy("replaced before its day"),
    "withdrawal": gettext_lazy("withdrawal"),
}


@admin.register(Release)
class ReleaseAdmin(ReadOnly):
    list_display = (
        "name",
        "status",
        "kind_name",
        "in_force_on",
        "objections_until",
        "published_on",
        "published_by",
        "short_digest",
        "pages",
    )
    list_display_links = ("name",)
    list_select_related = ("publication__by",)
    show_full_result_count = False
    actions = None
    change_list_template = "admin/registry/release/list.html"
    change_form_template = "admin/registry/release/detail.html"

    def get_urls(self) -> list[URLPattern]:
        def wrap(view: Any) -> Any:
            return self.admin_site.admin_view(view)

        return [
            path("publish/", wrap(publication.publish), name="registry_release_publish"),
            path("correct/", wrap(correction.correct), name="registry_release_correct"),
            path("<int:number>/withdraw/", wrap(withdrawal.withdraw), name="registry_release_withdraw"),
            path("preview/<str:language>/", wrap(previewing.preview), name="registry_release_preview"),
            path("verify/", wrap(verification.verify), name="registry_release_verify"),
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

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return release_detail.fields(obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return release_detail.fields(obj)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        may_publish = request.user.has_perm("registry.publish_release")
        return super().changelist_view(
            request, {"title": _("Releases"), "may_publish": may_publish, **(extra_context or {})}
        )

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        release = context["original"]
        context |= {
            "title": self.name(release),
            "subtitle": None,
            "ways": release_detail.ways(request, release),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("release"), ordering="number")
    def name(self, release: Release) -> str:
        return release_detail.name(release)

    @admin.display(description=gettext_lazy("status"))
    def status(self, release: Any) -> SafeString:
        return format_html('<span class="pill {}">{}</span>', release.standing, STATUS[release.standing])

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def kind_name(self, release: Release) -> str:
        return capfirst(release.get_kind_display()) if release.kind else "–"

    @admin.display(description=gettext_lazy("announced on"))
    def announced(self, release: Release) -> str:
        return day(release.announced_on, spoken())

    @admin.display(description=gettext_lazy("in force on"), ordering=F("in_force_existing_on"))
    def in_force_on(self, release: Release) -> SafeString | str:
        """The day for existing customers, and below it that for new ones where it is another."""
        existing, new = release.in_force_existing_on, release.in_force_new_on
        if existing is None or new is None:
            return "–"
        if new == existing:
            return day(existing, spoken())
        note = _("New customers: %(day)s") % {"day": day(new, spoken())}
        return format_html('{} <span class="note">{}</span>', day(existing, spoken()), note)

    @admin.display(description=gettext_lazy("in force for new customers on"))
    def in_force_new(self, release: Release) -> str:
        return day(release.in_force_new_on, spoken()) if release.in_force_new_on else "–"

    @admin.display(description=gettext_lazy("in force for existing customers on"))
    def in_force_existing(self, release: Release) -> str:
        return day(release.in_force_existing_on, spoken()) if release.in_force_existing_on else "–"

    @admin.display(description=gettext_lazy("objections until"), ordering="objection_deadline")
    def objections_until(self, release: Release) -> str:
        return day(release.objection_deadline, spoken()) if release.objection_deadline else "–"

    @admin.display(description=gettext_lazy("withdraws or replaces"))
    def ending(self, release: Release) -> SafeString | str:
        return release_detail.link(release.ends) if release.ends else "–"

    @admin.display(description=gettext_lazy("withdrawn or replaced by"))
    def ended(self, release: Release) -> SafeString | str:
        ender = release_detail.ender(release)
        return release_detail.link(ender) if ender else "–"

    @admin.display(description=gettext_lazy("published on"), ordering="published_at")
    def published_on(self, release: Release) -> str:
        return day(timezone.localdate(release.published_at), spoken())

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
        return release_detail.texts(release, "summary")

    @admin.display(description=gettext_lazy("reason"))
    def reason(self, release: Release) -> SafeString | str:
        return release_detail.texts(release, "reason")

    @admin.display(description=gettext_lazy("what it changed"))
    def changes(self, release: Release) -> SafeString:
        lines = ((line,) for line in release_detail.changes(release))
        return format_html('<ul class="changes">{}</ul>', format_html_join("", "<li>{}</li>", lines))

    @admin.display(description=gettext_lazy("content"))
    def readable(self, release: Release) -> SafeString:
        pretty = json.dumps(json.loads(release.content), indent=2, ensure_ascii=False)
        return format_html("<details><summary>{}</summary><pre>{}</pre></details>", _("Show the content"), pretty)
