from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..exchange.placeholders import SERVICE_FACTS, Facts
from ..models import Release, ServiceProfile
from .editing import VersionedForm
from .naming import language_label, spoken
from .noun import StaffAdmin


class ProfileForm(VersionedForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields.get("source_language")
        if field:
            codes = self.speech.public or [code for code, _name in field.choices]
            field.choices = [(code, language_label(code)) for code in codes]
            field.disabled = Release.objects.exists()

    def facts(self) -> Facts | None:
        """The facts as this form would save them."""
        names = (*SERVICE_FACTS, "provider_country")
        return Facts({name: self.cleaned_data.get(name, "") for name in names}, spoken())


@admin.register(ServiceProfile)
class ServiceProfileAdmin(StaffAdmin):
    form = ProfileForm
    fieldsets = (
        (_("Provider"), {"fields": (("provider", "provider_country"), "provider_address")}),
        (_("Service"), {"fields": (("service", "service_address"), ("contact", "security_contact"))}),
        (_("Rules"), {"fields": (("notice_days", "retention_days"), ("time_zone", "source_language"))}),
        (_("Privacy notice"), {"fields": ("privacy",), "classes": ("languages", "placeholders")}),
    )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one: its form, or the one that makes it."""
        if not ServiceProfile.objects.exists() and self.has_add_permission(request):
            return HttpResponseRedirect(reverse("admin:registry_serviceprofile_add"))
        if ServiceProfile.objects.exists() and self.has_view_permission(request):
            return HttpResponseRedirect(reverse("admin:registry_serviceprofile_change", args=[1]))
        return super().changelist_view(request, extra_context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not ServiceProfile.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
