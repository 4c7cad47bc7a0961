"""How an announcement goes: how many are told, how many are still to be, and when the last one will be."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone

from ..exchange.evidence import Told
from ..models import Delivery

State = Delivery.State
# What is yet to be sent, and what is over, whatever became of it.
AHEAD = (State.QUEUED, State.CLAIMED, State.PAUSED)
# The rate of this long tells how long the rest takes.
RECENT = timedelta(minutes=1)


@dataclass(frozen=True)
class Progress:
    """`states` counts the mails by state, `languages` those that were sent by their language.

    `left` is how long the rest takes at the rate of the last minute; None where nothing was sent in it.
    """

    states: Counter[str]
    languages: Counter[str]
    left: timedelta | None

    @property
    def total(self) -> int:
        """Without those who have unsubscribed, or were erased, before their mail was sent."""
        return self.states.total() - self.states[State.CANCELLED]

    @property
    def ahead(self) -> int:
        return sum(self.states[state] for state in AHEAD)

    @property
    def done(self) -> int:
        return self.total - self.ahead

    @property
    def troubled(self) -> bool:
        """Whether staff should look: some mails were refused, or came back."""
        return bool(self.states[State.FAILED] or self.states[State.BOUNCED])

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means all of them."""
        return 100 * self.done // self.total if self.total else 100


def progress(number: int, now: datetime | None = None) -> Progress:
    now = now or timezone.now()
    told = Delivery.objects.filter(release=number)
    states: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    for state, language, count in told.order_by().values_list("state", "language").annotate(count=Count("pk")):
        states[state] += count
        if state in {State.SENT, State.BOUNCED}:
            languages[language] += count
    ahead = sum(states[state] for state in AHEAD)
    sent = told.filter(state=State.SENT, sent_at__gt=now - RECENT, sent_at__lte=now).count() if ahead else 0
    return Progress(states, languages, RECENT * (ahead / sent) if sent else None)


def evidence(number: int) -> Iterator[Told]:
    """Who was told of an entry: a row for each mail, in the order of their queueing, however many there are."""
    rows = Delivery.objects.filter(release=number).order_by("pk")
    rows = rows.select_related("subscriber__identity", "release").only(
        "state",
        "language",
        "due_at",
        "sent_at",
        "problem",
        "subscriber__reference",
        "subscriber__identity__email",
        "release__number",
        "release__digest",
        "release__published_at",
    )
    for row in rows.iterator(chunk_size=2000):
        if row.subscriber is None or row.release is None:
            continue
        identity = getattr(row.subscriber, "identity", None)
        yield Told(
            reference=row.subscriber.reference,
            email=identity.email if identity else "",
            language=row.language,
            state=row.state,
            sent_at=row.sent_at,
            problem=row.problem,
            release=row.release.number,
            digest=row.release.digest,
            published_at=row.release.published_at,
        )
