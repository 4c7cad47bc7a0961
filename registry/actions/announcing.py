"""Tell subscribers of what enters the chain: who is told is settled as it enters, the mails go out after that."""

from functools import lru_cache
from typing import Any

from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import Case, CharField, DateTimeField, F, Model, Q, QuerySet, SmallIntegerField, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone

from ..exchange import announcement, audience, message_id, slotted
from ..exchange.content import Content, decode, encode
from ..models import Announcement, Delivery, Release, Subscriber
from . import mailing, notifying
from .cases import saved
from .rendering import Held


def announce(entry: Release, by: Any = None) -> int:
    """Queue a mail to everybody who is to be told of an entry, in its transaction; return to how many."""
    content = decode(entry.content)
    if not audience.is_told(content):
        return 0
    saved(Announcement(release=entry), by)
    queued = _queue(entry, content)
    if queued:
        mailing.pump.enqueue()
    return queued


def reach(content: Content) -> int:
    """How many would be told of an entry with this content, were it frozen now."""
    if not audience.is_told(content):
        return 0
    entry = Release(
        number=content["number"],
        type=content["type"],
        in_force_existing_on=content.get("in_force_existing_on"),
        ends_id=content["ends"],
        content=encode(content),
    )
    return _told(entry, content).count()


def _queue(entry: Release, content: Content) -> int:
    """In one statement: no subscriber comes between, however many there are."""
    spoken = When(language__in=content["languages"], then=F("language"))
    urgent = entry.kind == Release.Kind.URGENT
    priority = Delivery.Priority.URGENT if urgent else Delivery.Priority.BULK
    return _insert(
        Delivery,
        _told(entry, content),
        kind=Value(Delivery.Kind.ANNOUNCEMENT.value, CharField()),
        subscriber=F("pk"),
        release=Value(entry.pk, SmallIntegerField()),
        event=Value("", CharField()),
        language=Case(spoken, default=Value(content["source_language"])),
        priority=Value(priority.value, SmallIntegerField()),
        state=Value(Delivery.State.QUEUED.value, CharField()),
        attempts=Value(0, SmallIntegerField()),
        due_at=Value(timezone.now(), DateTimeField()),
        problem=Value("", CharField()),
    )


def _told(entry: Release, content: Content) -> QuerySet[Subscriber]:
    subscribers = Subscriber.objects.confirmed().with_identity()
    regions = _concerned(entry, content)
    scope = Q(scope=Subscriber.Scope.ALL)
    if audience.lies_ahead(content):
        scope |= Q(scope=Subscriber.Scope.ANNOUNCEMENTS)
    if regions is None:
        return subscribers.filter(scope | Q(scope=Subscriber.Scope.REGIONS))
    chosen = subscribers.filter(scope=Subscriber.Scope.REGIONS).order_by().values_list("regions", flat=True).distinct()
    concerned = [keys for keys in chosen if audience.tells(keys.split(), regions)]
    return subscribers.filter(scope | Q(scope=Subscriber.Scope.REGIONS, regions__in=concerned))


def _concerned(entry: Release, content: Content) -> audience.Concerned:
    """A withdrawal concerns whom the release concerned that it withdraws."""
    about = entry.ends if entry.is_withdrawal and entry.ends else entry
    before = Release.objects.before(about)
    return audience.concerned(decode(before.content) if before else None, decode(about.content))


def _insert(model: type[Model], rows: QuerySet[Any], **values: Combinable) -> int:
    """INSERT … SELECT: a row of the model for each of `rows`, with these values; return how many."""
    quote = connection.ops.quote_name
    fields = {field.name: field.column or "" for field in model._meta.concrete_fields}
    columns = ", ".join(quote(fields[name]) for name in values)
    named = {f"as_{name}": value for name, value in values.items()}
    selected = rows.order_by().annotate(**named).values_list(*named)
    sql, params = selected.query.get_compiler(connection=connection).as_sql()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {quote(model._meta.db_table)} ({columns}) {sql}", params)
        return cursor.rowcount


# --- By staff ---------------------------------------------------------------------------------------------------------


def pause(number: int, by: Any = None) -> bool:
    """Send nothing more of an announcement until it is resumed; False where that was so before."""
    with transaction.atomic():
        found = Announcement.objects.select_for_update().get(pk=number)
        if found.paused_at:
            return False
        found.paused_at = timezone.now()
        saved(found, by)
        _of(number, Delivery.State.QUEUED).update(state=Delivery.State.PAUSED)
        return True


def resume(number: int, by: Any = None) -> bool:
    """Go on where it was paused; False where it was not."""
    with transaction.atomic():
        found = Announcement.objects.select_for_update().get(pk=number)
        if not found.paused_at:
            return False
        found.paused_at = None
        saved(found, by)
        _of(number, Delivery.State.PAUSED).update(state=Delivery.State.QUEUED, due_at=timezone.now())
        mailing.pump.enqueue()
        return True


def send_refused_again(number: int) -> int:
    """Queue once more what was refused for good: staff has seen to the cause. Return how many mails."""
    with transaction.atomic():
        paused = Announcement.objects.select_for_update().get(pk=number).paused_at
        state = Delivery.State.PAUSED if paused else Delivery.State.QUEUED
        found = _of(number, Delivery.State.FAILED).update(state=state, due_at=timezone.now(), problem="")
        if found:
            mailing.pump.enqueue()
        return found


def _of(number: int, state: Delivery.State) -> QuerySet[Delivery]:
    return Delivery.objects.filter(release=number, state=state)


# --- Mails ------------------------------------------------------------------------------------------------------------


def mail(delivery: Delivery) -> EmailMessage | None:
    """The mail; None where the subscriber has unsubscribed or is erased. Raise Held while staff have it paused."""
    subscriber, entry = delivery.subscriber, delivery.release
    if subscriber is None or entry is None or subscriber.state != Subscriber.State.CONFIRMED:
        return None
    identity = getattr(subscriber, "identity", None)
    if identity is None:
        return None
    if entry.announcement.paused_at:
        raise Held
    own = slotted.Own(subscriber.reference, *notifying.links(identity, delivery.language))
    prepared = _prepared(entry.pk, entry.digest, delivery.language)
    return prepared.to(identity.email, own, message_id.make(delivery.pk))


# An entry, what it changes and what came with it are the same for ever; the digest names it.
@lru_cache(maxsize=64)
def _prepared(number: int, digest: str, language: str) -> slotted.Prepared:
    entry = Release.objects.get(pk=number)
    # A withdrawal tells the change that it takes back.
    withdrawn = entry.ends if entry.is_withdrawal else None
    before = Release.objects.before(withdrawn or entry)
    again = Release.objects.policies().filter(pk=number + 1, ends__isnull=False)
    continued = entry.kind == Release.Kind.EDITORIAL and again.exists()
    return announcement.prepare(
        decode(before.content) if before else None,
        decode(entry.content),
        digest,
        language,
        continued=number + 1 if continued else 0,
        withdrawn=decode(withdrawn.content) if withdrawn else None,
    )
