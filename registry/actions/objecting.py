"""What may happen to an objection to an announced change (GDPR Art. 28(2)), each in one transaction."""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ..exchange import objection_mail
from ..exchange.content import decode
from ..exchange.mailbox import mailbox
from ..models import Delivery, Erasure, Objection, ObjectionNote, Objector, Release, ServiceProfile
from . import cases, mailing
from .cases import CannotMove, Overtaken, saved

# For so long a link verifies an address. What nobody has verified is kept as long again, so that whoever finds the mail
# too late can ask for a new link.
LINK_DAYS = 7
UNVERIFIED_DAYS = 2 * LINK_DAYS
# Mails with a link that a mailbox gets in a day, whatever it objects to: anybody can type any address.
LINKS_A_DAY = 3

_TO_THE_OBJECTOR = (
    Delivery.Kind.OBJECTION_CHECK,
    Delivery.Kind.OBJECTION_RECEIPT,
    Delivery.Kind.OBJECTION_ANSWER,
)
_UNSENT = (Delivery.State.QUEUED, Delivery.State.CLAIMED)

_signer = signing.TimestampSigner(salt="registry.actions.objecting")


class NotOpen(Exception):
    """No objection to this release can be made: its deadline is over, or it stands no longer."""


class NoLink(Exception):
    """A link that is not ours, or leads to what has been erased."""


class OldLink(Exception):
    """A link of ours whose time is over; `objection` is the one that it leads to."""

    def __init__(self, objection: Objection) -> None:
        super().__init__(objection.reference)
        self.objection = objection


# --- By the customer --------------------------------------------------------------------------------------------------


def submit(*, token: str, language: str, release: int, change: str, on: date, **identity: str) -> Objection:
    """Keep an objection, who objects and the mail that asks to verify the address, all or nothing.

    `on` is the day of the objection where days turn for the public. The same form sent twice, with the same `token` and
    the same answers, is one objection. Raise NotOpen.
    """
    form_token = _form_token(token, language=language, release=str(release), change=change, **identity)
    facts = {"language": language, "release_id": release, "change": change}
    return cases.kept_once(Objection, form_token, lambda: _keep(form_token, facts, identity, on))


def submitted(*, token: str, release: int, **answers: str) -> Objection | None:
    """The objection that this form, with these answers, has already made."""
    return Objection.objects.filter(form_token=_form_token(token, release=str(release), **answers)).first()


def _form_token(token: str, **answers: str) -> str:
    return cases.form_token("registry.actions.objecting", token, **answers)


def _keep(form_token: str, facts: dict[str, Any], identity: dict[str, str], on: date) -> Objection:
    if not Release.objects.open_to_objections(on).filter(pk=facts["release_id"]).exists():
        raise NotOpen
    objection = Objection.objects.create(form_token=form_token, **facts)
    objector = Objector(objection=objection, **identity)
    objector.clean_fields(exclude=["objection"])
    objector.save(force_insert=True)
    _queue_link(objection, objector)
    return objection


def of_link(token: str) -> Objection:
    """The objection that a link verifies the address of. Raise NoLink or OldLink."""
    try:
        reference = _signer.unsign(token)
    except signing.BadSignature as error:
        raise NoLink from error
    objection = Objection.objects.with_identity().filter(reference=reference).first()
    if objection is None:
        raise NoLink
    try:
        _signer.unsign(token, max_age=timedelta(days=LINK_DAYS))
    except signing.SignatureExpired as error:
        if objection.state == Objection.State.UNVERIFIED:
            raise OldLink(objection) from error
    return objection


def verify(seen: Objection) -> bool:
    """The address is the objector’s: send them a receipt, and tell staff. False where that was done before."""
    with transaction.atomic():
        objection = _locked(seen)
        if objection.state != Objection.State.UNVERIFIED:
            return False
        objection.state, objection.verified_at = Objection.State.OPEN, timezone.now()
        saved(objection, None)
        _queue(objection, Delivery.Kind.OBJECTION_RECEIPT, Delivery.Kind.OBJECTION_NOTICE)
    return True


def send_link(seen: Objection) -> bool:
    """Queue another mail with a link that verifies the address; False where one waits to be sent, or none is needed."""
    with transaction.atomic():
        objection = _locked(seen)
        mails = objection.deliveries.filter(kind=Delivery.Kind.OBJECTION_CHECK)
        if objection.state != Objection.State.UNVERIFIED or mails.filter(state__in=_UNSENT).exists():
            return False
        _queue_link(objection, objection.objector, event=str(mails.count() + 1))
    return True


def _queue_link(objection: Objection, objector: Objector, event: str = "") -> None:
    """The mail goes out when the mailbox has room for it: nothing is dropped, and nobody is flooded."""
    owner = mailbox(objector.email)
    cases.one_at_a_time(owner)
    # As mailboxes are told apart no database can; before the @ are ASCII letters alone.
    near = Delivery.objects.filter(
        kind=Delivery.Kind.OBJECTION_CHECK,
        due_at__gt=timezone.now() - timedelta(days=1),
        objection__objector__email__istartswith=f"{owner.rpartition('@')[0]}@",
    )
    found = near.order_by("-due_at").values_list("objection__objector__email", "due_at")
    due = [due_at for email, due_at in found if mailbox(email) == owner]
    later = due[LINKS_A_DAY - 1] + timedelta(days=1) if len(due) >= LINKS_A_DAY else timezone.now()
    _queue(objection, Delivery.Kind.OBJECTION_CHECK, event=event, due_at=later)


# --- By staff ---------------------------------------------------------------------------------------------------------


def version(objection: Objection) -> int:
    """What somebody saw who looks at an objection now: the newest entry of its history."""
    history: Any = Objection.history  # type: ignore[attr-defined]  # simple_history adds it
    return history.filter(id=objection.pk).aggregate(newest=Max("history_id"))["newest"]


def take(seen: Objection, at: int, by: Any) -> Objection:
    """Make `by` the one who answers for an objection. This and the verbs below raise Overtaken where its version is no
    longer `at`, CannotMove where Objection.MOVES does not allow it."""
    with transaction.atomic():
        objection = _locked(seen, at)
        if objection.assignee_id == by.pk:
            return objection
        objection.assignee = by
        return saved(objection, by)


def answer(seen: Objection, at: int, text: str, by: Any) -> Objection:
    """Send the objector an answer. Whoever answers what nobody has taken takes it."""
    if not text.strip():
        raise CannotMove(_("There is no answer to send yet. Write it first."))
    with transaction.atomic():
        objection = _moved(_locked(seen, at), Objection.State.ANSWERED)
        objection.assignee = objection.assignee or by
        _tell(objection, text, by)
        return saved(objection, by)


def close(seen: Objection, at: int, outcome: str, by: Any, text: str = "") -> Objection:
    """Close an objection with an outcome, and with a last answer where there is a text."""
    if outcome not in Objection.Outcome:
        raise CannotMove(_("Choose an outcome first: it says what became of the objection."))
    with transaction.atomic():
        objection = _moved(_locked(seen, at), Objection.State.CLOSED)
        objection.outcome, objection.ended_at = outcome, timezone.now()
        if text.strip():
            _tell(objection, text, by)
        return saved(objection, by)


def reopen(seen: Objection, at: int, by: Any) -> Objection:
    with transaction.atomic():
        objection = _moved(_locked(seen, at), Objection.State.OPEN)
        objection.outcome, objection.ended_at = "", None
        return saved(objection, by)


def annotate(seen: Objection, text: str, by: Any) -> None:
    """Keep a note for staff; it is in nobody’s way, whatever they saw."""
    if not text.strip():
        raise CannotMove(_("There is no note to keep yet. Write it first."))
    with transaction.atomic():
        objection = _locked(seen)
        ObjectionNote.objects.create(objection=objection, state=objection.state, text=text.strip(), by=by)


def _locked(seen: Objection, at: int | None = None) -> Objection:
    objection: Objection = cases.locked(
        seen, _("The personal data of this objection has been erased. Nothing more can happen to it.")
    )
    if at is not None and version(objection) != at:
        raise Overtaken(
            _("Somebody else has changed this objection since you opened it. Look at it, then decide again.")
        )
    return objection


def _moved(objection: Objection, to: str) -> Objection:
    # An address is verified by whoever reads its mail alone.
    if objection.state == Objection.State.UNVERIFIED or not objection.may_move_to(to):
        raise CannotMove(_("This objection cannot be moved to that state."))
    objection.state = to
    return objection


def _tell(objection: Objection, text: str, by: Any) -> None:
    note = ObjectionNote.objects.create(
        objection=objection, state=objection.state, answer=True, text=text.strip(), by=by
    )
    _queue(objection, Delivery.Kind.OBJECTION_ANSWER, event=str(note.pk))


# --- The mails --------------------------------------------------------------------------------------------------------


def _queue(objection: Objection, *kinds: Delivery.Kind, event: str = "", due_at: datetime | None = None) -> None:
    due_at = due_at or timezone.now()
    Delivery.objects.bulk_create(Delivery(kind=kind, objection=objection, event=event, due_at=due_at) for kind in kinds)
    mailing.pump.enqueue()


def mail(delivery: Delivery) -> EmailMessage | None:
    """The mail, rendered now; None where the person has been erased, or nothing is left to ask of them."""
    objection = Objection.objects.select_related("objector", "release").get(deliveries=delivery)
    content = decode(objection.release.content)
    earlier = Release.objects.before(objection.release)
    about = objection_mail.About(objection, content, decode(earlier.content) if earlier else None)
    if delivery.kind == Delivery.Kind.OBJECTION_NOTICE:
        profile = ServiceProfile.load()
        to = profile.contact if profile else content["service"]["contact"]
        page = settings.PUBLIC_URL + reverse("admin:registry_objection_change", args=[objection.pk])
        return objection_mail.notice(about, to=to, page=page)
    if not hasattr(objection, "objector"):
        return None
    if delivery.kind == Delivery.Kind.OBJECTION_ANSWER:
        return objection_mail.answer(about, objection.notes.get(pk=int(delivery.event)))
    if delivery.kind == Delivery.Kind.OBJECTION_RECEIPT:
        return objection_mail.receipt(about)
    if objection.state != Objection.State.UNVERIFIED:
        return None
    link = f"{settings.PUBLIC_URL}/{objection.language}/object/verify/{_signer.sign(objection.reference)}/"
    return objection_mail.check(about, link=link, days=LINK_DAYS, event=delivery.event)


# --- By the clock, or because the person asks -------------------------------------------------------------------------


def erase(seen: Objection, by: Any = None, at: datetime | None = None, *, ground: str = Erasure.Ground.REQUEST) -> bool:
    """Erase who objected and why, everywhere (GDPR Art. 17); False where that was done before.

    What stays names nobody: release, change, states, dates, language, outcome, and a line in the erasure log.
    """
    with transaction.atomic():
        objection = Objection.objects.select_for_update().get(pk=seen.pk)
        if objection.erased_at and not Objector.objects.filter(objection=objection).exists():
            return False
        Objector.objects.filter(objection=objection).delete()
        ObjectionNote.objects.filter(objection=objection).delete()
        Delivery.objects.filter(objection=objection, kind__in=_TO_THE_OBJECTOR, state__in=_UNSENT).update(
            state=Delivery.State.CANCELLED
        )
        objection.form_token = f"erased {objection.reference}"
        cases.erased(objection, by, at, ground)
    return True
