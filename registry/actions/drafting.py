"""What a document on a DPA request would say: from what the requester typed, until staff have edited it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ..exchange import template_content
from ..models import Agreement, DpaDraft, DpaRequest, DpaTemplate, DpaTemplateVersion, ServiceProfile
from ..models.territories import validate_country
from .cases import CannotMove, Overtaken
from .dpa_moves import locked

State = DpaRequest.State
# In which what a document would say can be edited: before one is issued, and for another one in its place.
EDITED_IN = (State.RECEIVED, State.VERIFIED, State.IN_REVIEW, State.ISSUED)
FIELDS = (
    "template",
    "language",
    "company",
    "address",
    "country",
    "account",
    "name",
    "role",
    "region",
    "governing_law",
    "supersedes",
)


def draft(request: DpaRequest) -> DpaDraft:
    """The draft that staff saved; else what follows from the request, unsaved and with the number 0. Its template may
    be missing. Raise CannotMove where nobody stands behind the request any more."""
    saved = DpaDraft.objects.filter(request=request).select_related("template", "supersedes").first()
    if saved:
        return saved
    if not hasattr(request, "requester"):
        raise CannotMove(_("The personal data of this request has been erased. Nothing more can happen to it."))
    asked, template = request.requester, standard_template()
    return DpaDraft(
        request=request,
        template=template,
        language=_language(request, template.newest if template else None),
        company=asked.company,
        address=asked.address,
        country=request.country,
        account=asked.account,
        name=asked.name,
        role=asked.role,
        region=request.region,
        supersedes=_amended(request),
        number=0,
    )


def amending(request: DpaRequest) -> None:
    """What staff saved for the document before is kept, but for what the next one supersedes."""
    edited = DpaDraft.objects.filter(request=request).first()
    if edited:
        edited.supersedes = _amended(request)
        edited.number += 1
        edited.save()


def _amended(request: DpaRequest) -> Agreement | None:
    """An amendment comes in the place of what is in force."""
    return request.agreements.in_force().order_by("-in_force_on", "-pk").first()


def standard_template() -> DpaTemplate | None:
    """The profile’s, where it can be issued; else the only one that can."""
    issuable, profile = DpaTemplate.objects.issuable(), ServiceProfile.load()
    if profile and profile.standard_template_id:
        return issuable.filter(pk=profile.standard_template_id).first()
    found = list(issuable[:2])
    return found[0] if len(found) == 1 else None


def _language(request: DpaRequest, version: DpaTemplateVersion | None) -> str:
    """The requester’s, where the template speaks it."""
    if version is None:
        return request.language
    content = template_content.decode(version.content)
    return request.language if request.language in content["languages"] else content["source_language"]


def save_draft(seen: DpaRequest, number: int, by: Any, **values: Any) -> DpaDraft:
    """Keep what staff edited; `values` by the names of FIELDS, those left out stay. `number` is that of the draft they
    began with, 0 for none. Raise Overtaken, ValidationError, or CannotMove where it is too late."""
    if unknown := values.keys() - set(FIELDS):
        raise TypeError(f"A draft has no {sorted(unknown)}.")
    with transaction.atomic():
        request = locked(seen)
        if request.state not in EDITED_IN:
            raise CannotMove(_("The document cannot be edited in this state."))
        edited = draft(request)
        numbered(edited, number)
        first = edited.number == 0
        for name, value in values.items():
            setattr(edited, name, value)
        edited.number += 1
        _check(edited, first)
        edited.save(force_insert=first)
    return edited


def numbered(found: DpaDraft, number: int) -> None:
    """Raise Overtaken where the draft is not the one that somebody looked at."""
    if found.number != number:
        raise Overtaken(_("Somebody else has edited the document since you opened it. Look at it, then decide again."))


def _check(edited: DpaDraft, first: bool) -> None:
    edited.full_clean(exclude=["request"], validate_unique=False)
    wrong: dict[str, Any] = {}
    for name in ("country", "governing_law"):
        if code := getattr(edited, name):
            try:
                validate_country(code)
            except ValidationError as error:
                wrong[name] = error
    if edited.supersedes and edited.supersedes.state != Agreement.State.IN_FORCE:
        wrong["supersedes"] = _("This agreement is not in force: %(reference)s.") % {
            "reference": edited.supersedes.reference
        }
    if wrong:
        raise ValidationError(wrong)
