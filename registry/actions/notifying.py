"""Subscriptions to notice of changes: asked for, confirmed, changed, ended, erased; each in one transaction.

Whoever asks is told the same, whether the address was known or not; only the mail to that address knows. A link in a
mail is the proof of who it is.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from ..exchange import subscriber_link, subscription_mail
from ..exchange.content import decode
from ..exchange.mailbox import mailbox
from ..exchange.subscriber_link import CONFIRM_WITHIN, Purpose
from ..models import Delivery, Erasure, Release, ServiceProfile, Subscriber, SubscriberIdentity
from . import cases, mailing

# Mails that a mailbox gets because somebody filled in the form: anybody can type any address.
ASKED_MAILS_A_DAY = 3
# A form sent twice is one asking.
JUST_NOW = timedelta(minutes=1)

_ASKED = (Delivery.Kind.CONFIRMATION, Delivery.Kind.PREFERENCES)
_UNSENT = (Delivery.State.QUEUED, Delivery.State.CLAIMED, Delivery.State.PAUSED)


class Reason(TextChoices):
    """Why an address was erased before its time: one of a few, for free text might name somebody."""

    ASKED = "asked", _("the person asked for it")
    NOT_THEIRS = "not_theirs", _("the address was not the subscriber’s own")
    OTHER = "other", _("another reason")


_GROUNDS = {Reason.NOT_THEIRS.value: Erasure.Ground.MISTAKE, Reason.OTHER.value: Erasure.Ground.OTHER}


class Links(NamedTuple):
    """The absolute addresses that stand in a subscriber's mails."""

    preferences: str
    unsubscribe: str


# --- By the visitor ---------------------------------------------------------------------------------------------------


def ask(*, token: str, email: str, language: str, scope: str, regions: Iterable[str] = ()) -> Subscriber:
    """Keep what somebody asks for an address, and queue the mail that goes there: to confirm, or to look at what is
    confirmed already. The same form sent twice, with the same `token`, is one mail.

    What is confirmed changes by its own link alone, so that nobody changes what somebody else is told.
    """
    choices = _choices(language, scope, regions)
    with transaction.atomic():
        identity = _identity(email, choices)
        subscriber = identity.subscriber
        kind = Delivery.Kind.CONFIRMATION
        if subscriber.state == Subscriber.State.CONFIRMED:
            kind = Delivery.Kind.PREFERENCES
        else:
            _ask_again(identity, email, choices)
        _queue(subscriber, kind, language, _event(token))
        return subscriber


def _choices(language: str, scope: str, regions: Iterable[str]) -> dict[str, str]:
    """As a row keeps them."""
    keys = " ".join(sorted(set(regions))) if scope == Subscriber.Scope.REGIONS else ""
    return {"language": language, "scope": scope, "regions": keys}


def _identity(email: str, choices: dict[str, str]) -> SubscriberIdentity:
    """The identity of this mailbox, for this transaction, with its subscriber; a new one where there is none."""
    found = _locked(mailbox=mailbox(email))
    if found is not None:
        return found
    try:
        with transaction.atomic():
            identity = SubscriberIdentity(email=email, mailbox=mailbox(email), secret=secrets.token_hex(16))
            identity.clean_fields(exclude=["subscriber"])
            # By nobody: to ask who is signed in would touch the session, and the answer's headers would tell that this
            # address is new.
            identity.subscriber = cases.saved(Subscriber(**choices), None)
            identity.save(force_insert=True)
            return identity
    except IntegrityError:
        # Somebody else asked for the same mailbox at the same moment.
        found = _locked(mailbox=mailbox(email))
        if found is None:
            raise
        return found


def _ask_again(identity: SubscriberIdentity, email: str, choices: dict[str, str]) -> None:
    """What is asked last counts, down to the spelling: a mistake that somebody left here must not stay."""
    subscriber = identity.subscriber
    if identity.email != email:
        identity.email = email
        identity.save(update_fields=["email"])
    if _choose(subscriber, choices) or subscriber.asked_at < timezone.now() - JUST_NOW:
        subscriber.asked_at = timezone.now()
        cases.saved(subscriber, None)


def _locked(**wanted: Any) -> SubscriberIdentity | None:
    return SubscriberIdentity.objects.select_for_update().select_related("subscriber").filter(**wanted).first()


def _queue(subscriber: Subscriber, kind: Delivery.Kind, language: str, event: str) -> None:
    asked = Delivery.objects.filter(subscriber=subscriber, kind__in=_ASKED)
    if asked.filter(event=event).exists():
        return
    if asked.filter(due_at__gt=timezone.now() - timedelta(days=1)).count() >= ASKED_MAILS_A_DAY:
        return
    Delivery.objects.create(subscriber=subscriber, kind=kind, language=language, event=event)
    mailing.pump.enqueue()


def _event(token: str) -> str:
    """Keyed, so that the queue holds no token of a form."""
    return salted_hmac("registry.actions.notifying", token, algorithm="sha256").hexdigest()[:40]


# --- By the holder of a link ------------------------------------------------------------------------------------------


def of_link(purpose: Purpose, token: str) -> Subscriber:
    """Whose link it is, with the identity. Raise subscriber_link.Forged or Expired."""
    wanted = SubscriberIdentity.objects.filter(subscriber__reference=subscriber_link.reference(token))
    identity = wanted.select_related("subscriber").first()
    if identity is None:
        raise subscriber_link.Forged
    subscriber_link.check(purpose, token, identity.secret, identity.subscriber.ended_at)
    return identity.subscriber


def confirm(seen: Subscriber) -> bool:
    """From now on this subscriber is told; False where that was so before, or the address has been erased."""
    with transaction.atomic():
        identity = _locked(subscriber_id=seen.pk)
        if identity is None or identity.subscriber.state == Subscriber.State.CONFIRMED:
            return False
        subscriber = identity.subscriber
        subscriber.state, subscriber.confirmed_at = Subscriber.State.CONFIRMED, timezone.now()
        subscriber.ended_at = None
        cases.saved(subscriber, None)
        return True


def choose(seen: Subscriber, *, language: str, scope: str, regions: Iterable[str] = ()) -> bool:
    """Change what a subscriber is told, and in which language; False where nothing changed."""
    with transaction.atomic():
        identity = _locked(subscriber_id=seen.pk)
        if identity is None or not _choose(identity.subscriber, _choices(language, scope, regions)):
            return False
        cases.saved(identity.subscriber, None)
        return True


def _choose(subscriber: Subscriber, choices: dict[str, str]) -> bool:
    changed = any(getattr(subscriber, name) != value for name, value in choices.items())
    for name, value in choices.items():
        setattr(subscriber, name, value)
    return changed


def unsubscribe(seen: Subscriber, by: Any = None) -> bool:
    """No mail from this moment on; False where there was none anyway."""
    return _end(seen, Subscriber.State.UNSUBSCRIBED, by)


def suppress(seen: Subscriber) -> bool:
    """Mail to this address comes back for good: no mail any more."""
    return _end(seen, Subscriber.State.SUPPRESSED, None)


def _end(seen: Subscriber, state: Subscriber.State, by: Any) -> bool:
    with transaction.atomic():
        subscriber = Subscriber.objects.select_for_update().get(pk=seen.pk)
        if subscriber.state != Subscriber.State.CONFIRMED:
            return False
        subscriber.state, subscriber.ended_at = state, timezone.now()
        cases.saved(subscriber, by)
        _cancel(subscriber)
        return True


def _cancel(subscriber: Subscriber) -> None:
    """What is claimed too: the worker that holds it looks once more before it sends."""
    Delivery.objects.filter(subscriber=subscriber, state__in=_UNSENT).update(state=Delivery.State.CANCELLED)


def erase(seen: Subscriber, by: Any = None, at: datetime | None = None, *, reason: str = "", ground: str = "") -> bool:
    """Erase the address, everywhere (GDPR Art. 17); False where that was done before.

    What stays names nobody: states, dates, language, choices, what was sent when, and a line in the erasure log.
    """
    with transaction.atomic():
        subscriber = Subscriber.objects.select_for_update().get(pk=seen.pk)
        found, _rows = SubscriberIdentity.objects.filter(subscriber=subscriber).delete()
        if subscriber.erased_at and not found:
            return False
        _cancel(subscriber)
        if subscriber.state == Subscriber.State.CONFIRMED:
            subscriber.state, subscriber.ended_at = Subscriber.State.UNSUBSCRIBED, timezone.now()
        cases.erased(subscriber, by, at, ground or _GROUNDS.get(reason, Erasure.Ground.REQUEST))
        if reason:
            newest = Subscriber.history.filter(id=subscriber.pk).latest()  # type: ignore[attr-defined]
            type(newest).objects.filter(pk=newest.pk).update(history_change_reason=Reason(reason))
    return True


# --- Mails ------------------------------------------------------------------------------------------------------------


def links(identity: SubscriberIdentity, language: str) -> Links:
    """`identity` with its subscriber: no query where that is loaded."""
    return Links(_link("preferences", identity, language), _link("unsubscribe", identity, language))


def _link(purpose: Purpose, identity: SubscriberIdentity, language: str) -> str:
    token = subscriber_link.make(purpose, identity.subscriber.reference, identity.secret)
    return f"{settings.PUBLIC_URL}/{language}/subscribe/{purpose}/{token}/"


def mail(delivery: Delivery) -> EmailMessage | None:
    """The mail that somebody asked for with the form; None where the address has been erased, or needs it no more."""
    wanted = SubscriberIdentity.objects.filter(subscriber__deliveries=delivery)
    identity = wanted.select_related("subscriber").first()
    confirmed = delivery.kind == Delivery.Kind.PREFERENCES
    if identity is None or confirmed != (identity.subscriber.state == Subscriber.State.CONFIRMED):
        return None
    profile = ServiceProfile.load()
    release = (profile and Release.objects.in_force(profile.today()).first()) or Release.objects.newest()
    if release is None:
        return None
    content, language = decode(release.content), delivery.language or identity.subscriber.language
    if confirmed:
        link = _link("preferences", identity, language)
        return subscription_mail.preferences(identity, content, language, link, delivery)
    link, days = _link("confirm", identity, language), CONFIRM_WITHIN.days
    return subscription_mail.confirmation(identity, content, language, link, days, delivery)
