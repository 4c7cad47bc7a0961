"""The mails about an agreement: to accept it, to countersign it, signed by both parties, and what has changed since."""

from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _
from django.utils.translation import override

from ..models import Agreement, Delivery
from .audience import lies_ahead
from .changes import Changes
from .content import Content, is_withdrawal
from .dpa_mail import About, Facts
from .localized import day, language_name

# A document as large as that, or larger, is downloaded from the customer’s page: many mail servers refuse it.
ATTACHED_BELOW = 5 * 1024 * 1024

# --- To the customer --------------------------------------------------------------------------------------------------


def issued(about: About, agreement: Agreement, *, replaces: bool) -> EmailMultiAlternatives:
    """What to do, until when, and which document. `replaces` says that an earlier one cannot be accepted any more."""
    with override(about.language):
        return about.to_the_customer(
            Delivery.Kind.DPA_ISSUED,
            _("Your data processing agreement is ready (%(reference)s)"),
            _offered(about, agreement),
            digest=agreement.issued_digest,
            replaces=replaces,
            supersedes=agreement.supersedes.reference if agreement.supersedes else "",
        )


def reminder(about: About, agreement: Agreement) -> EmailMultiAlternatives:
    with override(about.language):
        subject = _("Your data processing agreement waits to be accepted (%(reference)s)")
        facts = _offered(about, agreement)
        return about.to_the_customer(Delivery.Kind.DPA_REMINDER, subject, facts, digest=agreement.issued_digest)


def accepted(about: About, agreement: Agreement) -> EmailMultiAlternatives:
    """The customer’s evidence until the provider has signed as well."""
    with override(about.language):
        subject = _("We have received your signature (%(reference)s)")
        facts = _signed(about, agreement, about.language)
        return about.to_the_customer(Delivery.Kind.DPA_ACCEPTED, subject, facts, digest=agreement.signed_digest)


def final(about: About, agreement: Agreement, pdf: bytes) -> EmailMultiAlternatives:
    """With the document that both parties have signed, unless it is too large."""
    language, attached = about.language, len(pdf) < ATTACHED_BELOW
    with override(language):
        made = about.to_the_customer(
            Delivery.Kind.DPA_FINAL,
            _("Signed by both parties: your data processing agreement (%(reference)s)"),
            [
                (_("Document"), agreement.reference),
                (_("In force from"), day(agreement.in_force_on, language) if agreement.in_force_on else ""),
                (_("Takes the place of"), agreement.supersedes.reference if agreement.supersedes else ""),
                (_("Language of the document"), language_name(agreement.language, language)),
                (_("Release"), str(agreement.release_id)),
            ],
            digest=agreement.final_digest,
            attached=attached,
        )
    if attached:
        made.attach(f"{agreement.reference}-final.pdf", pdf, "application/pdf")
    return made


def change(
    about: About, agreement: Agreement, entry: Content, changes: Changes | None, current: int
) -> EmailMultiAlternatives:
    """What has changed since the customer signed. `entry` is what entered the chain, `current` the release compared."""
    language, home = about.language, f"{settings.PUBLIC_URL}/{about.language}"
    signed = agreement.release_id
    with override(language):
        return about.to_the_customer(
            Delivery.Kind.DPA_CHANGE,
            _("Change since you signed your data processing agreement (%(reference)s)"),
            [
                (_("Document"), agreement.reference),
                (_("Release that you signed"), str(signed)),
                (_("Release compared"), str(current)),
                *_days(entry, language),
            ],
            news=_news(entry),
            changes=changes,
            compare=f"{home}/compare/{signed}/{current}/" if signed != current else "",
            object=f"{home}/object/{entry['number']}/" if entry.get("objection_deadline") else "",
        )


def _news(entry: Content) -> str:
    if is_withdrawal(entry):
        return _("A change of our subprocessors that we had announced is not made.")
    if lies_ahead(entry):
        return _("We announce a change of our policy on subprocessors.")
    return _("Our policy on subprocessors has changed.")


def _days(entry: Content, language: str) -> Facts:
    def on(name: str) -> str:
        return day(date.fromisoformat(entry[name]), language) if entry.get(name) else ""

    if is_withdrawal(entry):
        return [(_("Withdrawn on"), on("announced_on"))]
    return [
        (_("Announced on"), on("announced_on")),
        (_("In force for existing customers from"), on("in_force_existing_on")),
        (_("Objections until"), on("objection_deadline")),
    ]


def _offered(about: About, agreement: Agreement) -> Facts:
    language = about.language
    return [
        (_("Document"), agreement.reference),
        (_("Issued on"), day(agreement.issued_at.astimezone(ZoneInfo(about.content["time_zone"])).date(), language)),
        (_("To be accepted by"), about.at(agreement.open_until, language)),
        (_("Language of the document"), language_name(agreement.language, language)),
        (_("Release"), str(agreement.release_id)),
    ]


def _signed(about: About, agreement: Agreement, language: str) -> Facts:
    return [
        (_("Document"), agreement.reference),
        (_("Accepted on"), about.at(agreement.accepted_at, language) if agreement.accepted_at else ""),
        (_("Way of signing"), agreement.get_way_display()),
    ]


# --- To staff ---------------------------------------------------------------------------------------------------------


def task(about: About, agreement: Agreement, *, to: str, page: str) -> EmailMultiAlternatives:
    language = about.content["source_language"]
    with override(language):
        facts = _signed(about, agreement, language)
        if agreement.way == Agreement.Way.UPLOAD:
            unchanged = _("yes") if agreement.unchanged else _("no")
            facts.append((_("The upload holds the issued document unchanged"), unchanged))
        subject = _("To be countersigned: %(reference)s")
        return about.to_staff(Delivery.Kind.DPA_TASK, subject, facts, to=to, page=page, digest=agreement.signed_digest)
