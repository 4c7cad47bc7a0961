"""The annexes of an agreement, made from facts (SCC 2021/914, Annexes I to III). One without any fact is left out."""

from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as declared
from typing import Any

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ..models import DataCategory, DataSubject, Safeguard
from . import markdown, template_content
from .agreement_names import AgreementNames
from .content import Content
from .headings import under
from .stated import mechanism_told
from .terms import Stated, Terms

Row = dict[str, Any]
# A label and what is stated.
Fact = tuple[str, SafeString]
_BREAK = mark_safe("<br>")


@dataclass(frozen=True)
class Block:
    """Under one heading: text, a list, a table of facts, any of them."""

    heading: str = ""
    body: SafeString | str = ""
    items: list[SafeString] = declared(default_factory=list)
    facts: list[Fact] = declared(default_factory=list)


@dataclass(frozen=True)
class Annex:
    key: str
    heading: str
    blocks: list[Block]


def annexes(terms: Terms, names: AgreementNames) -> list[Annex]:
    """In the language of `names`, which is the active one."""
    stated = Stated(terms, names.language)
    found = [
        Annex("I.A", _("Annex I.A: Parties"), _parties(stated)),
        Annex("I.B", _("Annex I.B: Description of the processing"), _processing(stated)),
        Annex("I.C", _("Annex I.C: Supervisory authority"), _authority(stated)),
        Annex("II", _("Annex II: Technical and organisational measures"), _measures(stated, names)),
        Annex("III", _("Annex III: Subprocessors"), _subprocessors(stated, names)),
    ]
    return [annex for annex in found if annex.blocks]


def parties_of(release: Content, region: str) -> list[tuple[Row, list[Row]]]:
    """The subprocessors of one region’s customers, each with its locations for them.

    A location whose region is not stated is for all; so is a subprocessor that states no location.
    """
    found = []
    for party in release["subprocessors"]:
        places = [place for place in party["locations"] if not region or place["region"] in (region, None)]
        if places or not party["locations"]:
            found.append((party, places))
    return found


def _parties(stated: Stated) -> list[Block]:
    service, customer = stated.terms.release["service"], stated.terms.customer
    return [
        Block(
            _("Customer (controller)"),
            facts=[
                (_("Name"), escape(customer.company)),
                (_("Registered address"), address(customer.address)),
                (_("Country"), escape(stated.country(customer.country))),
                (_("Signatory"), escape(customer.name)),
                (_("Role of the signatory"), escape(customer.role)),
                (_("E-mail address"), or_not_stated(customer.email)),
                (_("Account on the service"), or_not_stated(customer.account)),
            ],
        ),
        Block(
            _("Provider (processor)"),
            facts=[
                (_("Name"), escape(service["provider"])),
                (_("Registered address"), address(service["provider_address"])),
                (_("Country"), or_not_stated(stated.country(service["provider_country"]))),
                (_("Service"), escape(service["service"])),
                (pgettext("agreement", "Contact"), escape(service["contact"])),
            ],
        ),
    ]


def _processing(stated: Stated) -> list[Block]:
    template = stated.terms.template
    subjects, categories = template["data_subjects"], template["data_categories"]
    prose = [
        (_("Nature and purposes of the processing"), prose_of(stated, "purposes")),
        (_("Duration of the processing and retention"), prose_of(stated, "retention")),
    ]
    if not (subjects or categories or any(body for _heading, body in prose)):
        return []
    facts = [
        (_("Categories of data subjects"), _codes(DataSubject, subjects)),
        (_("Categories of personal data"), _codes(DataCategory, categories)),
    ]
    return [Block(facts=facts), *(Block(heading, body) for heading, body in prose if body)]


def _authority(stated: Stated) -> list[Block]:
    name, country = stated.terms.template["authority"], stated.terms.template["authority_country"]
    if not name and not country:
        return []
    facts = [(_("Name"), or_not_stated(name)), (_("Country"), or_not_stated(stated.country(country or "")))]
    return [Block(facts=facts)]


def _measures(stated: Stated, names: AgreementNames) -> list[Block]:
    blocks = []
    if body := prose_of(stated, "measures"):
        blocks.append(Block(body=body))
    release = stated.terms.release
    contractual = [row for row in release["safeguards"] if row["kind"] == Safeguard.Kind.CONTRACTUAL]
    if contractual:
        items = [names.html(names.safeguard(row)) for row in contractual]
        blocks.append(Block(_("Safeguards that bind every subprocessor"), items=items))
    facts: list[Fact] = []
    for party, places in parties_of(release, stated.terms.region):
        for place in places:
            if claims := names.sentences(place["safeguard_sets"]):
                label = f"{party['legal_name']}: {names.place(place)}"
                facts.append((names.html(label), _lines(map(names.html, claims))))
    if facts:
        blocks.append(Block(_("Safeguards at the processing locations"), facts=facts))
    return blocks


def _subprocessors(stated: Stated, names: AgreementNames) -> list[Block]:
    found = parties_of(stated.terms.release, stated.terms.region)
    if not found:
        return []
    release = stated.terms.release
    of = [
        (_("Release"), escape(str(release["number"]))),
        (_("In force for new customers on"), escape(stated.release_in_force_on)),
        (_("SHA-256 of the release"), format_html("<code>{}</code>", stated.terms.release_digest)),
        (_("Hosting region"), escape(stated["region"])),
    ]
    return [Block(facts=of), *(_party(party, places, names) for party, places in found)]


def _party(party: Row, places: list[Row], names: AgreementNames) -> Block:
    country = party["country"]
    facts: list[Fact] = [
        (_("Registered address"), address(party["address"] or "")),
        (_("Country of establishment"), or_not_stated(names.country(country) if country else "")),
        (_("What it does"), names.block(party["purpose"]) if party["purpose"] else or_not_stated("")),
        (
            _("Processing locations"),
            _lines(names.html(names.place(place)) for place in places) if places else or_not_stated(""),
        ),
    ]
    if party["data_categories"]:
        facts.append((_("Categories of personal data"), _codes(DataCategory, party["data_categories"])))
    if party["data_subjects"]:
        facts.append((_("Categories of data subjects"), _codes(DataSubject, party["data_subjects"])))
    if party["parent"]:
        facts.append((_("Engaged by"), escape(names.value("subprocessors", "parent", party["parent"], party))))
    if party["transfer_mechanisms"]:
        told = (names.html(mechanism_told(row, names)) for row in party["transfer_mechanisms"])
        facts.append((_("Transfer mechanisms"), _lines(told)))
    else:
        facts.append((_("Transfer mechanisms"), or_not_stated("")))
    return Block(party["legal_name"], facts=facts)


def prose_of(stated: Stated, field: str) -> SafeString | str:
    text = template_content.says(stated.terms.template, field, stated.language)
    return under(markdown.html(text, stated), 4) if text else ""


def address(text: str) -> SafeString:
    """Line by line."""
    found = [line.strip() for line in text.splitlines() if line.strip()]
    return format_html_join(_BREAK, "{}", ((line,) for line in found)) if found else or_not_stated("")


def or_not_stated(value: str | None) -> SafeString:
    return escape(value or _("not stated"))


def _codes(choices: Any, codes: list[str]) -> SafeString:
    labels = {code: str(label) for code, label in choices.choices}
    # A line each: a list with "and" would not do, as the labels hold an "and" of their own.
    return _lines(labels.get(code, code) for code in codes) if codes else or_not_stated("")


def _lines(told: Iterable[str | SafeString]) -> SafeString:
    return format_html_join(_BREAK, "{}", ((line,) for line in told))
