"""The mails about an objection to an announced change."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from ..models import Delivery, Objection, ObjectionNote
from . import objectable
from .content import Content
from .localized import day
from .mail import message, received_on

# What an outcome means to the customer who is told of it.
OUTCOMES = {
    Objection.Outcome.UPHELD: gettext_lazy("We drop the change."),
    Objection.Outcome.ACCOMMODATED: gettext_lazy("The change stays, and we have found another way for you."),
    Objection.Outcome.REJECTED: gettext_lazy("The change stays as it was announced."),
    Objection.Outcome.TERMINATED: gettext_lazy("Our contract with you ends."),
    Objection.Outcome.WITHDRAWN: gettext_lazy("You have taken the objection back."),
}


@dataclass(frozen=True)
class About:
    """An objection, the release that it is to, and the one that this release changes."""

    objection: Objection
    content: Content
    earlier: Content | None

    @property
    def service(self) -> dict[str, Any]:
        return self.content["service"]

    def told(self, language: str) -> dict[str, Any]:
        """What each of the mails says, in a language that is active."""
        objection, content = self.objection, self.content
        facts = [
            (_("Received on"), received_on(objection.received_at, content, language)),
            (_("Release"), str(content["number"])),
            (_("In force for existing customers from"), _day(content["in_force_existing_on"], language)),
            (_("Objections until"), _day(content["objection_deadline"], language)),
        ]
        return {
            "reference": objection.reference,
            "service": self.service["service"],
            "provider": self.service["provider"],
            "contact": self.service["contact"],
            "facts": facts,
            "changes": objectable.lines(self.earlier, content, objection.change, language)
            or [_("All changes of this release")],
        }


def check(about: About, *, link: str, days: int, event: str) -> EmailMultiAlternatives:
    """Asks whoever reads the mailbox whether they object. It repeats nothing that was typed into the form: nobody can
    have us carry a text of theirs to a mailbox of their choice."""
    language = about.objection.language
    with override(language):
        valid = ngettext("The link is valid for one day.", "The link is valid for %(count)d days.", days)
        context = {**about.told(language), "link": link, "valid": valid % {"count": days}}
        subject = _("Please confirm your objection %(reference)s") % {"reference": about.objection.reference}
        return _to_the_objector(Delivery.Kind.OBJECTION_CHECK, about, subject, context, event)


def receipt(about: About) -> EmailMultiAlternatives:
    """With the grounds: the address is verified, and this is the customer’s evidence."""
    objector = about.objection.objector
    with override(about.objection.language):
        context = about.told(about.objection.language) | {"company": objector.company, "grounds": objector.grounds}
        subject = _("We have received your objection %(reference)s") % {"reference": about.objection.reference}
        return _to_the_objector(Delivery.Kind.OBJECTION_RECEIPT, about, subject, context)


def answer(about: About, note: ObjectionNote) -> EmailMultiAlternatives:
    """What staff wrote; with the outcome, where the objection was closed with it."""
    objection = about.objection
    with override(objection.language):
        closed = note.state == Objection.State.CLOSED and objection.outcome
        context = about.told(objection.language) | {
            "text": note.text,
            "outcome": OUTCOMES[Objection.Outcome(objection.outcome)] if closed else "",
        }
        subject = _("Our answer to your objection %(reference)s") % {"reference": objection.reference}
        return _to_the_objector(Delivery.Kind.OBJECTION_ANSWER, about, subject, context, str(note.pk))


def notice(about: About, *, to: str, page: str) -> EmailMultiAlternatives:
    """To staff, in the source language: where to look, and nothing about the person, for fewer copies of it."""
    language = about.content["source_language"]
    with override(language):
        return message(
            Delivery.Kind.OBJECTION_NOTICE,
            about.objection.reference,
            about.service,
            to=to,
            subject=_("New objection %(reference)s") % {"reference": about.objection.reference},
            context={**about.told(language), "page": page},
            language=language,
        )


def _to_the_objector(
    kind: Delivery.Kind, about: About, subject: str, context: dict[str, Any], event: str = ""
) -> EmailMultiAlternatives:
    return message(
        kind,
        about.objection.reference,
        about.service,
        to=about.objection.objector.email,
        subject=subject,
        context=context,
        language=about.objection.language,
        event=event,
    )


def _day(written: str | None, language: str) -> str:
    return day(date.fromisoformat(written), language) if written else ""
