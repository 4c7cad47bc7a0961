"""What a mail provider tells us by its webhooks, through django-anymail; wired where it is configured (settings.py).

Its webhooks are guarded by ANYMAIL_WEBHOOK_SECRET, so that the address in them is believed.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import include, path

from ..actions import bouncing
from ..exchange import bounces
from ..exchange.bounces import Report

_CAME_BACK = frozenset({"bounced", "rejected"})
_LEFT = frozenset({"complained", "unsubscribed"})
# How providers call a bounce that is final where they give no status code; anymail's own words do not tell it apart.
_FINAL = frozenset({"HardBounce", "hard_bounce", "Permanent", "permanent"})


def listen() -> None:
    """Called once, when the app is ready and anymail installed."""
    from anymail.signals import tracking  # noqa: PLC0415 - installed apps alone may be imported

    tracking.connect(tracked, dispatch_uid="registry.public.mail_events")


def urlpatterns() -> list[Any]:
    """The webhooks, but for those that take mail in; none without a secret, for anybody could tell us anything."""
    if not settings.ANYMAIL.get("WEBHOOK_SECRET"):
        return []
    from anymail import urls  # noqa: PLC0415 - as above

    hooks = [pattern for pattern in urls.urlpatterns if "inbound" not in str(pattern.name)]
    return [path("anymail/", include((hooks, urls.app_name)))]


def tracked(sender: Any, event: Any, **_more: Any) -> None:
    """A receiver of anymail.signals.tracking."""
    # Our own Message-ID comes back as metadata; the provider's is another one.
    written_id = (event.metadata or {}).get("message_id") or event.message_id or ""
    recipient = event.recipient or ""
    if event.event_type in _LEFT:
        bouncing.complained(written_id, recipient, event.timestamp)
    elif event.event_type in _CAME_BACK:
        report = Report(written_id, recipient, True, _permanent(event), event.timestamp)
        bouncing.take(report, by_address=True)


def _permanent(event: Any) -> bool:
    code = bounces.code_in(event.mta_response or "")
    if code:
        return bounces.permanent(code, event.mta_response)
    return event.reject_reason == "invalid" or any(word in _FINAL for word in _words(event.esp_event))


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _words(part)
    elif isinstance(value, str):
        yield value
