"""What has changed since an agreement was signed: on its pages, and in a mail where the customer wants it."""

from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from ..exchange import audience
from ..exchange.changes import Changes, told
from ..exchange.content import Content, decode
from ..models import Agreement, Delivery, Release, ServiceProfile
from . import mailing


@dataclass(frozen=True)
class Since:
    """The release that holds for the customer, and how it differs from the one that they signed.

    `changes` is None where they are the same release; it is falsy where nothing differs that is told.
    """

    signed: Release
    release: Release
    changes: Changes | None


def since_signed(agreement: Agreement, language: str, entry: Release | None = None) -> Since:
    """Against the release in force today; or against `entry`, as it comes into force, unless that withdraws another.

    Whoever signed a release before existing customers got it is compared with that one, not with an older one.
    """
    signed = agreement.release
    if entry is None or entry.is_withdrawal:
        entry = _in_force()
    if entry is None or entry.number <= signed.number:
        return Since(signed, signed, None)
    return Since(signed, entry, _told(signed, entry, language))


def _in_force() -> Release | None:
    profile = ServiceProfile.load()
    return Release.objects.in_force(profile.today() if profile else timezone.localdate()).first()


def _told(signed: Release, release: Release, language: str) -> Changes:
    return told(decode(signed.content), decode(release.content), language, public_url=settings.PUBLIC_URL)


def tell_of(entry: Release) -> int:
    """Queue a mail to every customer who asked for it, of an entry that concerns what they signed; in its transaction.

    As subscribers are: nobody is told of an archive, of an announced release over again, or of another region alone.
    """
    content = decode(entry.content)
    if not audience.is_told(content):
        return 0
    wanted = Agreement.objects.in_force().filter(
        tell_changes=True, erased_at__isnull=True, request__requester__isnull=False, release__lt=entry.number
    )
    regions = _concerned(entry, content)
    at, priority = timezone.now(), Delivery.Priority.BULK
    mails = [
        Delivery(
            kind=Delivery.Kind.DPA_CHANGE, request_id=of, event=f"{name} {entry.number}", due_at=at, priority=priority
        )
        for of, name, region in wanted.order_by("pk").values_list("request_id", "reference", "region")
        if not region or audience.tells([region], regions)
    ]
    Delivery.objects.bulk_create(mails, batch_size=500)
    if mails:
        mailing.pump.enqueue()
    return len(mails)


def _concerned(entry: Release, content: Content) -> audience.Concerned:
    """A withdrawal concerns whom the release concerned that it withdraws."""
    about = entry.ends if entry.is_withdrawal and entry.ends else entry
    before = Release.objects.before(about)
    return audience.concerned(decode(before.content) if before else None, decode(about.content))
