"""Agreements as rows, for tests of the clock: in any state, of any day, without a document being made.

What they hold of a person is as in tests/requests.py. tests/agreements.py goes the whole way instead.
"""

import hashlib
import itertools
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from registry.models import Agreement, AgreementFile, DpaDraft, DpaRequest, DpaTemplate, DpaTemplateVersion, Signature
from tests.requests import PERSON

_count = itertools.count(1)


def version() -> DpaTemplateVersion:
    template, _created = DpaTemplate.objects.get_or_create(key="kept", defaults={"title_en": "DPA", "body_en": "Text."})
    found = template.newest
    return found or DpaTemplateVersion.objects.create(
        template=template, number=1, content="{}", digest=_digest("version"), published_at=timezone.now()
    )


def agreement(
    request: DpaRequest, state: str = "in_force", *, ended_on: date | None = None, **values: Any
) -> Agreement:
    """With its documents and signatures."""
    number, now = next(_count), timezone.now()
    signed = state in Agreement.SIGNED
    if signed or state == "accepted":
        values = {"accepted_at": now, "way": "click", **values}
    if signed:
        values |= {"countersigned_at": now, "in_force_on": now.date(), "final_digest": _digest(f"final {number}")}
    made = Agreement.objects.create(
        **{
            "request": request,
            "state": state,
            "version": version(),
            "release_id": 3,
            "language": request.language,
            "text_digest": _digest(f"text {number}"),
            "issued_digest": _digest(f"issued {number}"),
            "issued_at": now,
            "open_until": now + timedelta(days=30),
            "ended_on": ended_on,
            **values,
        }
    )
    for kind in AgreementFile.Kind if signed else ("text", "issued"):
        content = f"{kind}: {PERSON['company']}, {PERSON['name']}".encode()
        AgreementFile.objects.create(agreement=made, kind=kind, content=content, digest=_digest(f"{kind} {number}"))
    if made.accepted_at:
        Signature.objects.create(
            agreement=made,
            party="customer",
            name=PERSON["name"],
            role=PERSON["role"],
            address="198.51.100.77",
            browser="Zephyrfox/4711",
            salt="salt",
        )
    return made


def draft(request: DpaRequest) -> DpaDraft:
    told = {name: PERSON[name] for name in ("company", "address", "account", "name", "role")}
    return DpaDraft.objects.create(
        request=request, template=version().template, language=request.language, country=request.country, **told
    )


def enter(request: DpaRequest, state: str, **values: Any) -> DpaRequest:
    """Put a request into a state, past all verbs."""
    ended = {"ended_at": timezone.now()} if state in DpaRequest.ENDED else {"ended_at": None}
    DpaRequest.objects.filter(pk=request.pk).update(**{"state": state, **ended, **values})
    request.refresh_from_db()
    return request


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
