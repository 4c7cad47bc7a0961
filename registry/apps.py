from typing import Any

from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.models import fields
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = _("registry")

    def ready(self) -> None:
        from . import pinning  # noqa: PLC0415 - registers translations and history once the models exist
        from .models import guards  # noqa: PLC0415 - as above

        pinning.connect()
        if apps.is_installed("anymail"):
            from .public import mail_events  # noqa: PLC0415 - as above

            mail_events.listen()

        def reinstall(using: str, **kwargs: Any) -> None:
            guards.install(using)

        post_migrate.connect(reinstall, sender=self, weak=False)


class StaffConfig(AdminConfig):
    """Django's admin, on our own site."""

    default_site = "registry.admin.site.StaffSite"

    def ready(self) -> None:
        # First the whole package: a site that is made while its own package is being imported is made twice, and what
        # was registered with the first one is lost.
        from . import admin  # noqa: F401, PLC0415 - as above

        super().ready()
        # Django's own words for it are translated into few of its languages; this is the place it names for others.
        fields.BLANK_CHOICE_LABEL = _("Please choose")
