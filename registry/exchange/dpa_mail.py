"""The mails about a request for a data processing agreement, from the form until something is issued, and its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _
from django.utils.translation import override

from ..models import Delivery, DpaRequest
from .content import Content
from .localized import day, instant, listing, territory
from .mail import message, received_on, region_name

Facts = list[tuple[str, str]]


@dataclass(frozen=True)
class About:
    """A request, the release in whose words the service is told, and the address of the customer’s page."""

    request: DpaRequest
    content: Content
    page: str = ""
    # Tells apart mails of one kind.
    event: str = ""

    @property
    def reference(self) -> str:
        return self.request.reference

    @property
    def language(self) -> str:
        return self.request.language

    @property
    def service(self) -> dict[str, Any]:
        return self.content["service"]

    def at(self, when: datetime, language: str) -> str:
        """A point in time, where days turn for the public."""
        return instant(when, ZoneInfo(self.content["time_zone"]), language)

    def received(self, language: str) -> Facts:
        return [(_("Received on"), received_on(self.request.received_at, self.content, language))]

    def told(self) -> dict[str, Any]:
        """What every mail says, in whatever language."""
        return {
            "reference": self.reference,
            "service": self.service["service"],
            "provider": self.service["provider"],
            "contact": self.service["contact"],
        }

    def to_the_customer(
        self, kind: Delivery.Kind, subject: str, facts: Facts, **context: Any
    ) -> EmailMultiAlternatives:
        """In the requester’s language, which is active."""
        home = f"{settings.PUBLIC_URL}/{self.language}"
        context |= self.told() | {
            "facts": [(label, value) for label, value in facts if value],
            "page": self.page,
            "form": f"{home}/dpa/",
            "privacy": f"{home}/dpa/privacy/" if self.content["privacy"] else "",
        }
        return message(
            kind,
            self.reference,
            self.service,
            to=self.request.requester.email,
            subject=subject % {"reference": self.reference},
            context=context,
            language=self.language,
            event=self.event.replace(" ", "-"),
        )

    def to_staff(
        self, kind: Delivery.Kind, subject: str, facts: Facts, *, to: str, page: str, digest: str = ""
    ) -> EmailMultiAlternatives:
        """In the source language, which is active: where to look, and nothing about the person, for fewer copies of it.

        `page` is one of the admin. Where a document was issued meanwhile nothing waits for staff.
        """
        return message(
            kind,
            self.reference,
            self.service,
            to=to,
            subject=subject % {"reference": self.reference},
            context=self.told()
            | {"facts": [(label, value) for label, value in facts if value], "page": page, "digest": digest}
            | {"waits": self.request.state != DpaRequest.State.ISSUED},
            language=self.content["source_language"],
            event=self.event.replace(" ", "-"),
        )


# --- To the customer --------------------------------------------------------------------------------------------------


def check(about: About, link: str) -> EmailMultiAlternatives:
    """Asks whoever reads the mailbox whether they want an agreement. It repeats nothing that was typed into the form:
    nobody can have us carry a text of theirs, or a link, to a mailbox of their choice."""
    with override(about.language):
        verify_by = about.request.verify_by
        return about.to_the_customer(
            Delivery.Kind.DPA_CHECK,
            _("Please confirm your DPA request %(reference)s"),
            about.received(about.language),
            link=link,
            until=about.at(verify_by, about.language) if verify_by else "",
        )


def receipt(about: About) -> EmailMultiAlternatives:
    """The address is verified, the request is kept. The note, the address and the account are not repeated."""
    request, language = about.request, about.language
    with override(language):
        return about.to_the_customer(
            Delivery.Kind.DPA_RECEIPT,
            _("We have received your DPA request %(reference)s"),
            [
                *about.received(language),
                (_("Company"), request.requester.company),
                (_("Country"), territory(request.country, language) or request.country),
                (_("Signatory"), request.requester.name),
                (_("Hosting region"), region_name(about.content, request.region, language)),
            ],
        )


def link(about: About, *, new: bool) -> EmailMultiAlternatives:
    """`new` says that the links that were sent before do not work any more."""
    with override(about.language):
        subject = _("The link to your DPA request %(reference)s")
        return about.to_the_customer(Delivery.Kind.DPA_LINK, subject, about.received(about.language), new=new)


def ended(about: About, *, reason: str = "", kept_until: date | None = None) -> EmailMultiAlternatives:
    """The request was declined, withdrawn, or has expired. `reason` is staff’s, as they wrote it for the customer."""
    request, language = about.request, about.language
    with override(language):
        subjects = {
            DpaRequest.State.DECLINED: _("We have declined your DPA request %(reference)s"),
            DpaRequest.State.WITHDRAWN: _("You have withdrawn your DPA request %(reference)s"),
            DpaRequest.State.EXPIRED: _("Your DPA request %(reference)s has expired"),
        }
        return about.to_the_customer(
            Delivery.Kind.DPA_ENDED,
            subjects[DpaRequest.State(request.state)],
            [
                *about.received(language),
                (_("What you entered is erased after"), day(kept_until, language) if kept_until else ""),
            ],
            state=request.state,
            reason=reason,
        )


def kept(about: About, agreements: Sequence[str], until: str) -> EmailMultiAlternatives:
    """An erasure is refused: the ground, how long, and the person’s remedies (GDPR Art. 12(4), 17(3)).

    `until` is a sentence in the customer’s language, `agreements` are references.
    """
    with override(about.language):
        return about.to_the_customer(
            Delivery.Kind.DPA_KEPT,
            _("We cannot erase your personal data yet (%(reference)s)"),
            [*about.received(about.language), (_("Agreements"), listing(agreements, about.language))],
            until=until,
        )


# --- To staff ---------------------------------------------------------------------------------------------------------


def notice(about: About, *, to: str, page: str) -> EmailMultiAlternatives:
    request, language = about.request, about.content["source_language"]
    with override(language):
        facts = [
            *about.received(language),
            (_("Country"), territory(request.country, language) or request.country),
            (_("Hosting region"), region_name(about.content, request.region, language)),
        ]
        return about.to_staff(Delivery.Kind.DPA_NOTICE, _("New DPA request %(reference)s"), facts, to=to, page=page)
