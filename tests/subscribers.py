"""Subscribers for tests, whose strings nothing else in the database holds, and their links."""

import secrets
from typing import Any

from registry.actions import notifying
from registry.exchange import subscriber_link
from registry.models import Delivery, Subscriber

EMAIL = "Mesike.Maasikas@marjamaa.example"


def ask(email: str = EMAIL, *, token: str = "", **changed: Any) -> Subscriber:
    choices: dict[str, Any] = {"language": "et", "scope": "all", "regions": (), **changed}
    return notifying.ask(token=token or secrets.token_hex(8), email=email, **choices)


def subscribe(email: str = EMAIL, **changed: Any) -> Subscriber:
    """Asked for and confirmed; the mail that asked has been sent."""
    subscriber = ask(email, **changed)
    subscriber.deliveries.update(state=Delivery.State.SENT)
    notifying.confirm(subscriber)
    subscriber.refresh_from_db()
    return subscriber


def link(subscriber: Subscriber, purpose: subscriber_link.Purpose, language: str = "et", step: str = "") -> str:
    token = subscriber_link.make(purpose, subscriber.reference, subscriber.identity.secret)
    return f"/{language}/subscribe/{step or purpose}/{token}/"
