"""The staff site: first what needs attention, then the rooms of the registry in the order of the work."""

from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from . import dashboard
from .naming import zone_of_days

# Each group of the first page: its title, and its models in the order of the work.
GROUPS: list[tuple[Any, tuple[str, ...]]] = [
    (_("Subprocessors"), ("Subprocessor", "ProcessingLocation", "TransferMechanism", "Region")),
    (_("Safeguards"), ("Safeguard", "SafeguardSet")),
    (_("Policy"), ("PolicySection", "Question", "TranslationPin")),
    (_("Publication"), ("Release",)),
    (_("Notice of changes"), ("Announcement", "Subscriber", "Objection")),
    (_("Data processing agreements"), ("DpaRequest", "Agreement", "DpaTemplate", "Delivery", "Erasure")),
    (_("Settings"), ("ServiceProfile", "Language")),
    (_("Staff"), ("User", "Group", "Translator")),
    (_("Operation"), ("DBTaskResult",)),
]


class StaffSite(AdminSite):
    enable_nav_sidebar = False
    site_header = _("Trust center")
    site_title = _("Trust center")
    index_title = _("Overview")
    site_url = "/"

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Every moment is told in the zone in which the registry's days turn, as mails and public pages tell it."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def in_the_zone(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            with timezone.override(zone_of_days()):
                response = inner(request, *args, **kwargs)
                return response.render() if isinstance(response, SimpleTemplateResponse) else response

        return in_the_zone

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        cards = dashboard.cards(request)
        attention = {
            "attention": [card for card in cards if card.count],
            "calm": [card for card in cards if not card.count],
        }
        return super().index(request, {**attention, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The models by GROUPS; what has no place there follows under its app."""
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        models = {model["object_name"]: (model, app) for app in apps for model in app["models"]}
        if "DBTaskResult" in models:
            # Its package names it in English alone.
            models["DBTaskResult"][0]["name"] = _("Background tasks")
        groups: list[Any] = []
        for title, names in GROUPS:
            found = [models.pop(name) for name in names if name in models]
            if found:
                groups.append(_group(title, found))
        for app in apps:
            rest = [models[m["object_name"]] for m in app["models"] if m["object_name"] in models]
            if rest:
                groups.append(_group(capfirst(app["name"]), rest))
        return groups


def _group(title: Any, found: list[Any]) -> dict[str, Any]:
    app = found[0][1]
    return {**app, "name": title, "models": [model for model, _app in found]}
