"""What an agreement is made from, and what the placeholders in its text stand for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from ..models import DpaTemplate
from . import template_content
from .content import Content
from .localized import day, territory
from .naming import Names
from .placeholders import Facts, Values, unknown

# Facts that the release states of the service, and those of the agreement at hand.
OF_SERVICE = ("provider", "provider_address", "service", "service_address", "contact", "security_contact")
OF_AGREEMENT = (
    "customer",
    "customer_address",
    "customer_country",
    "signatory",
    "signatory_role",
    "account",
    "agreement",
    "version",
    "issued_on",
    "supersedes",
    "region",
    "release",
    "release_in_force_on",
    "governing_law",
    "authority",
    "authority_country",
)
NAMES = (*OF_AGREEMENT, *OF_SERVICE, "provider_country", "notice_days")


@dataclass(frozen=True)
class Customer:
    """Who concludes an agreement with the provider, and who signs for them. Data, never Markdown."""

    company: str
    address: str
    country: str
    account: str
    name: str
    role: str
    email: str = ""


@dataclass(frozen=True)
class Terms:
    """All that the text of an agreement is a function of.

    `template` is the content of a template’s version, `release` that of the release in force; `language` is one of the
    version’s. `region` limits the subprocessors to those of one hosting region’s customers; empty means all of them.
    `governing_law` is a country, empty for the template’s own. `supersedes` is the reference of the agreement in whose
    place this one comes.
    """

    template: template_content.Content
    release: Content
    release_digest: str
    language: str
    reference: str
    issued_on: date
    customer: Customer
    region: str = ""
    governing_law: str = ""
    supersedes: str = ""
    source_prevails: bool = True

    @property
    def source(self) -> str:
        return self.template["source_language"]

    @property
    def languages(self) -> tuple[str, ...]:
        """The language of the agreement, and where its source prevails and is another one, that as well."""
        both = self.source_prevails and self.source != self.language
        return (self.language, self.source) if both else (self.language,)

    @property
    def law(self) -> str:
        return self.governing_law or self.template["governing_law"] or ""


class Stated:
    """What placeholders stand for in the text of an agreement, in one language."""

    def __init__(self, terms: Terms, language: str) -> None:
        self.terms, self.language = terms, language

    def __getitem__(self, name: str) -> str:
        """Raise KeyError for an unknown placeholder, and for one whose fact is not stated."""
        if name.startswith(("territory:", "territories:")):
            return Facts(self.terms.release["service"], self.language)[name]
        if name not in NAMES:
            raise KeyError(name)
        with override(self.language):
            value = self._of(name)
        if not value:
            raise KeyError(name)
        return " ".join(value.split())

    def _of(self, name: str) -> str:
        service, customer = self.terms.release["service"], self.terms.customer
        if name in OF_SERVICE:
            return lines(service[name])
        found: dict[str, Any] = {
            "customer": customer.company,
            "customer_address": lines(customer.address),
            "customer_country": self.country(customer.country),
            "signatory": customer.name,
            "signatory_role": customer.role,
            "account": customer.account or _("not stated"),
            "agreement": self.terms.reference,
            "version": str(self.terms.template["number"]),
            "issued_on": day(self.terms.issued_on, self.language),
            "supersedes": self.terms.supersedes or pgettext("agreement", "none"),
            "region": self.region(),
            "release": str(self.terms.release["number"]),
            "release_in_force_on": self.release_in_force_on,
            "governing_law": self.country(self.terms.law),
            "authority": self.terms.template["authority"] or "",
            "authority_country": self.country(self.terms.template["authority_country"] or ""),
            "provider_country": self.country(service["provider_country"]),
            "notice_days": str(service["notice_days"]),
        }
        return found[name]

    @property
    def release_in_force_on(self) -> str:
        """The day from which the release holds for new customers."""
        return day(date.fromisoformat(self.terms.release["in_force_new_on"]), self.language)

    def country(self, code: str) -> str:
        return (territory(code, self.language) or code) if code else ""

    def region(self) -> str:
        """The hosting region by name; a region that the release does not list, by its key."""
        if not self.terms.region:
            return _("all hosting regions")
        names = Names(self.language, self.terms.release)
        row = names.row("regions", self.terms.region)
        return names.name("regions", row) if row else self.terms.region


def sample_customer(country: str, account: str, language: str) -> Customer:
    """Who concludes an agreement that nobody asked for."""
    with override(language):
        return Customer(
            company=_("Sample Customer Ltd."),
            address=_("1 Sample Street\nSample Town"),
            country=country or "DK",
            account=account,
            name=_("Robin Sample"),
            role=_("Managing director"),
            email="sample@example.com",
        )


def stand_for(noun: Any, service: dict[str, Any], language: str) -> Values:
    """What the placeholders in a noun’s prose stand for: facts of the service, and of a template’s, samples.

    `noun` is a row or a class.
    """
    if not (noun is DpaTemplate or isinstance(noun, DpaTemplate)):
        return Facts(service, language)
    country = service["provider_country"] or "DK"
    with override(language):
        authority = _("Sample Authority")
    return Stated(
        Terms(
            template={
                "number": 1,
                "source_language": language,
                "governing_law": country,
                "authority": authority,
                "authority_country": country,
            },
            release={"number": 1, "in_force_new_on": "2026-01-31", "service": service, "regions": []},
            release_digest="",
            language=language,
            reference="AGR-0000-0000",
            issued_on=date(2026, 1, 31),
            customer=sample_customer(country, service["service_address"], language),
        ),
        language,
    )


def lines(text: str) -> str:
    """An address of several lines as part of a sentence."""
    return ", ".join(line.strip().rstrip(",") for line in text.splitlines() if line.strip())


def unfilled(terms: Terms) -> list[str]:
    """What stands in braces in the agreement’s text and has no fact, as written."""
    return list(dict.fromkeys(_unfilled(terms)))


def _unfilled(terms: Terms) -> Iterator[str]:
    for language in terms.languages:
        for field in template_content.PASSAGES:
            yield from unknown(template_content.says(terms.template, field, language), Stated(terms, language))
