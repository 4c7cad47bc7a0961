"""The chain of events of a DPA request: what happened when, with digests, naming nobody."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from ..exchange import event
from ..models import Agreement, DpaEvent, DpaRequest


def record(request: DpaRequest, kind: str, agreement: Agreement | None = None, **facts: Any) -> DpaEvent:
    """Add an event to a request’s chain, in the transaction that holds the request’s lock."""
    last = request.events.order_by("-number").first()
    number, at = (last.number + 1 if last else 1), timezone.now()
    text = event.written(
        request=request.reference,
        number=number,
        kind=kind,
        at=at,
        agreement=agreement.reference if agreement else "",
        facts=facts,
        previous=last.digest if last else "",
    )
    return DpaEvent.objects.create(
        request=request, number=number, kind=kind, at=at, agreement=agreement, content=text, digest=event.digest(text)
    )


def broken(request: DpaRequest) -> list[str]:
    """What is wrong with a request’s chain, in sentences; nothing where it is whole."""
    wrong, previous = [], ""
    events = request.events.select_related("agreement").order_by("number")
    for number, found in enumerate(events, 1):
        said = {"number": found.number, "reference": request.reference}
        if found.number != number:
            wrong.append(_("%(reference)s: the events before number %(number)s are not all there.") % said)
        if event.digest(found.content) != found.digest or not _repeats(found, request, previous):
            wrong.append(_("%(reference)s: event %(number)s is not as it was recorded.") % said)
        previous = found.digest
    return wrong


def _repeats(found: DpaEvent, request: DpaRequest, previous: str) -> bool:
    """Whether the columns say what the content says, and the content follows the event before."""
    try:
        content = event.read(found.content)
    except ValueError:
        return False
    columns = {
        "request": request.reference,
        "number": found.number,
        "kind": found.kind,
        "at": found.at.isoformat(),
        "agreement": found.agreement.reference if found.agreement else "",
        "previous": previous,
    }
    return {name: content.get(name) for name in columns} == columns
