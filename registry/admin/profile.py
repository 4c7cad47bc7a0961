from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import DomainNameValidator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..exchange.placeholders import SERVICE_FACTS, Facts
from ..models import Release, ServiceProfile, Unreviewed
from .editing import VersionedForm
from .naming import language_label, spoken
from .noun import StaffAdmin

validate_domain = DomainNameValidator(accept_idna=False)


class ProfileForm(VersionedForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields.get("source_language")
        if field:
            codes = self.speech.public or [code for code, _name in field.choices]
            field.choices = [(code, language_label(code)) for code in codes]
            field.disabled = Release.objects.exists()

    def clean_known_domains(self) -> str:
        """As DNS carries them: nobody sees at a glance that a line with a slip in it lets nobody through."""
        text: str = self.cleaned_data["known_domains"]
        for line in filter(None, (line.strip().lstrip("@") for line in text.splitlines())):
            try:
                validate_domain(line)
            except ValidationError as error:
                raise ValidationError(gettext("Not a mail domain: %(line)s") % {"line": line}) from error
        return text

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        unreviewed = self.cleaned_data.get("unreviewed", Unreviewed.NONE)
        if unreviewed == Unreviewed.NONE:
            return cleaned
        if "standard_template" in self.fields and not self.cleaned_data.get("standard_template"):
            told = gettext("Documents that need no review are issued from it: choose one.")
            self.add_error("standard_template", told)
        if unreviewed == Unreviewed.KNOWN and not self.cleaned_data.get("known_domains", "").strip():
            self.add_error("known_domains", gettext("Without a known mail domain, every request needs a review."))
        return cleaned

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
        (_("Rules"), {"fields": ("notice_days", ("time_zone", "source_language"))}),
        (
            _("Agreements"),
            {
                "fields": (
                    ("standard_template", "source_prevails"),
                    ("unreviewed", "known_domains"),
                    ("review_days", "offer_days", "reminder_days"),
                )
            },
        ),
        (_("Retention"), {"fields": (("unverified_days", "declined_days"), ("retention_days", "limitation_years"))}),
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
