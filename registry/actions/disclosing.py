"""All that is held about one person, as values: requests, agreements, subscriptions and objections (GDPR Art. 15).

Nothing of anybody else is among them: staff stay unnamed, but for who signed the person's own agreement. Secrets that
links are made from are left out: whoever holds the export must not be able to act for the person.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils import timezone

from ..exchange.mailbox import mailbox
from ..exchange.person import media_type
from ..models import Agreement, DpaRequest, Objection, ServiceProfile, Subscriber

# The parts of an export, each with what it takes of a mailbox.
REQUESTS, SUBSCRIPTIONS, OBJECTIONS = PARTS = ("dpa_requests", "subscriptions", "objections")


class NobodyKnown(Exception):
    """Nothing is held about this person."""


def person(wanted: str, parts: Iterable[str] = PARTS) -> dict[str, Any]:
    """What is held about the person of an address, or behind a reference. Raise NobodyKnown.

    `parts` are those to tell; what is left out is named, so that nobody takes the rest for the whole.
    """
    owner = mailbox(wanted) if "@" in wanted else mailbox(_behind(wanted.strip().upper()))
    told = set(parts)
    found = {part: [_TELLERS[part](record) for record in _records(part, owner)] for part in PARTS if part in told}
    if not any(found.values()):
        raise NobodyKnown(wanted)
    left_out = {"left_out": [part for part in PARTS if part not in told]} if told < set(PARTS) else {}
    return {"made_at": timezone.now(), "mailbox": owner, **_controller(), **found, **left_out}


def _behind(reference: str) -> str:
    """The address behind a reference."""
    for model, identity in ((DpaRequest, "requester"), (Objection, "objector"), (Subscriber, "identity")):
        record = model._default_manager.filter(reference=reference, **{f"{identity}__isnull": False}).first()
        if record is not None:
            return str(getattr(record, identity).email)
    raise NobodyKnown(reference)


def _records(part: str, owner: str) -> list[Any]:
    """Of this mailbox, the oldest first."""
    if part == SUBSCRIPTIONS:
        return list(Subscriber.objects.filter(identity__mailbox=owner).select_related("identity").order_by("pk"))
    model, identity = (DpaRequest, "requester") if part == REQUESTS else (Objection, "objector")
    # As mailboxes are told apart no database can; what stands before the @ narrows it down.
    near = model._default_manager.filter(**{f"{identity}__email__istartswith": f"{owner.rpartition('@')[0]}@"})
    found = near.select_related(identity).order_by("pk")
    return [record for record in found if mailbox(getattr(record, identity).email) == owner]


def _controller() -> dict[str, Any]:
    """Who holds it, on what terms, and for how long (GDPR Art. 15(1))."""
    profile = ServiceProfile.load()
    if profile is None:
        return {}
    names = ("provider", "provider_address", "provider_country", "contact")
    days = ("unverified_days", "declined_days", "retention_days", "limitation_years")
    return {
        "controller": _fields(profile, *names),
        "privacy_notice": f"{settings.PUBLIC_URL}/{profile.source_language}/dpa/privacy/",
        "retention": _fields(profile, *days),
    }


# --- Their parts ------------------------------------------------------------------------------------------------------


def _request(request: DpaRequest) -> dict[str, Any]:
    times = ("received_at", "verify_by", "verified_at", "since", "ended_at")
    draft = getattr(request, "draft", None)
    edited = ("language", "company", "address", "country", "account", "name", "role", "region", "governing_law")
    told = ("company", "address", "account", "name", "role", "email", "note", "received_from", "verified_from")
    return {
        **_fields(request, "reference", "state", "language", "country", "region", *times),
        "release": request.release_id,
        "requester": _fields(request.requester, *told),
        "notes": _rows(request.notes.order_by("at", "pk"), "at", "state", "text", sent_to_person="answer"),
        "draft": _fields(draft, *edited) if draft else None,
        "agreements": [_agreement(agreement) for agreement in request.agreements.order_by("issued_at", "pk")],
        "events": _rows(request.events.order_by("number"), "number", "at", "kind", "content", "digest"),
        "links": _rows(request.links.order_by("pk"), "purpose", "made_at", "expires_at", "used_at", "revoked_at"),
        "mails": _mails(request),
    }


def _agreement(agreement: Agreement) -> dict[str, Any]:
    facts = ("reference", "state", "language", "country", "region", "annexes", "way", "unchanged", "tell_changes")
    times = ("issued_at", "open_until", "accepted_at", "countersigned_at", "in_force_on", "ended_on")
    digests = ("text_digest", "issued_digest", "signed_digest", "final_digest")
    files = [
        {
            **_fields(file, "kind", "made_at", "digest"),
            "media_type": media_type(bytes(file.content)),
            "content": bytes(file.content),
        }
        for file in agreement.files.order_by("pk")
    ]
    return {
        **_fields(agreement, *facts, *times, *digests),
        "release": agreement.release_id,
        "signatures": _rows(agreement.signatures.order_by("pk"), "party", "name", "role", "at", "address", "browser"),
        "documents": files,
    }


def _subscription(subscriber: Subscriber) -> dict[str, Any]:
    facts = ("reference", "state", "language", "scope", "regions", "asked_at", "confirmed_at", "ended_at")
    return {**_fields(subscriber, *facts), "email": subscriber.identity.email, "mails": _mails(subscriber)}


def _objection(objection: Objection) -> dict[str, Any]:
    facts = ("reference", "change", "state", "outcome", "language", "received_at", "verified_at", "ended_at")
    return {
        **_fields(objection, *facts),
        "release": objection.release_id,
        "objector": _fields(objection.objector, "company", "name", "email", "grounds"),
        "notes": _rows(objection.notes.order_by("at", "pk"), "at", "state", "text", sent_to_person="answer"),
        "mails": _mails(objection),
    }


_TELLERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    REQUESTS: _request,
    SUBSCRIPTIONS: _subscription,
    OBJECTIONS: _objection,
}


def _mails(record: Any) -> list[dict[str, Any]]:
    return _rows(record.deliveries.order_by("pk"), "kind", "state", "due_at", "sent_at", release="release_id")


def _rows(rows: QuerySet[Any], *names: str, **renamed: str) -> list[dict[str, Any]]:
    return [_fields(row, *names) | {name: getattr(row, of) for name, of in renamed.items()} for row in rows]


def _fields(row: Model, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
