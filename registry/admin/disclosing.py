"""What is held about one person, to be handed over to them (GDPR Art. 15): a file, for those who may see all of it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from ..actions import disclosing
from ..exchange import person

# Of each part of an export, all that it takes to see it.
_SEEN = {
    disclosing.REQUESTS: ("dparequester", "dpanote", "agreementfile", "signature"),
    disclosing.SUBSCRIPTIONS: ("subscriberidentity",),
    disclosing.OBJECTIONS: ("objector", "objectionnote"),
}
_PART = {
    "dparequest": disclosing.REQUESTS,
    "subscriber": disclosing.SUBSCRIPTIONS,
    "objection": disclosing.OBJECTIONS,
}


def parts(request: HttpRequest) -> list[str]:
    """What this member of staff may hand over."""
    return [
        part
        for part, models in _SEEN.items()
        if all(request.user.has_perm(f"registry.view_{model}") for model in models)
    ]


class Disclosing:
    """For the admin of cases."""

    def may_export(self: Any, request: HttpRequest, found: Any) -> bool:
        return hasattr(found, self.identity) and _PART[self.opts.model_name] in parts(request)

    def export_view(self: Any, request: HttpRequest, pk: int) -> HttpResponse:
        """A file. By POST alone: the admin's log tells who took it."""
        if request.method != "POST":
            return self._back(pk)
        found = get_object_or_404(self.model, pk=pk)
        if not self.may_export(request, found):
            raise PermissionDenied
        told = person.written(disclosing.person(found.reference, parts(request)))
        self.log_change(request, found, _("The data of the person has been exported."))
        headers = {
            "Content-Disposition": f'attachment; filename="{found.reference}.json"',
            # A person's data: in no cache.
            "Cache-Control": "private, no-store",
        }
        return HttpResponse(told, content_type="application/json; charset=utf-8", headers=headers)
