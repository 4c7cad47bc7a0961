"""The text of an agreement: one HTML that the customer reads on the page and that its PDF is made from.

It holds the tags that pdf.py prints, and no other. The same terms give the same text, whatever day it is.
"""

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from . import markdown, template_content
from .agreement_names import AgreementNames
from .annexes import Annex, Fact
from .annexes import annexes as annexes_of
from .headings import under
from .localized import language_name, listing, tag, text_direction
from .terms import Customer, Stated, Terms, unfilled

__all__ = ["Customer", "Terms", "annexes", "text", "title", "unfilled"]


@dataclass(frozen=True)
class Part:
    """The whole text in one language. Both parties sign the first part."""

    language: str
    title: str
    notices: list[str]
    facts: list[Fact]
    customer: Customer
    provider: str
    clauses: SafeString
    signed: bool
    annexes: list[Annex]

    @property
    def tag(self) -> str:
        return tag(self.language)

    @property
    def direction(self) -> str:
        return text_direction(self.language)


def text(terms: Terms) -> str:
    """HTML: a section for each language of the agreement, the customer’s first."""
    parts = []
    for language in terms.languages:
        with override(language):
            part = _part(terms, language)
            parts.append(
                render_to_string(
                    "agreement/text.html",
                    {"part": part, "customer": terms.customer, "provider": terms.release["service"]["provider"]},
                ).strip()
            )
    return "\n".join(parts) + "\n"


def title(terms: Terms) -> str:
    """The heading of the agreement, plain."""
    return markdown.plain(template_content.says(terms.template, "title", terms.language), Stated(terms, terms.language))


def annexes(terms: Terms) -> list[str]:
    """The annexes that there are, such as ["I.A", "I.B", "II"]."""
    with override(terms.language):
        return [annex.key for annex in annexes_of(terms, AgreementNames(terms.language, terms.release))]


def _part(terms: Terms, language: str) -> Part:
    names, stated = AgreementNames(language, terms.release), Stated(terms, language)
    found = annexes_of(terms, names)
    body = markdown.html(template_content.says(terms.template, "body", language), stated)
    service, customer = terms.release["service"], terms.customer
    facts = [
        (_("Reference"), escape(terms.reference)),
        (_("Issued on"), escape(stated["issued_on"])),
        (_("Customer"), escape(customer.company)),
        (_("Provider"), escape(service["provider"])),
    ]
    if terms.law:
        facts.append((_("Governing law"), escape(stated["governing_law"])))
    if terms.supersedes:
        facts.append((_("Supersedes"), escape(terms.supersedes)))
    return Part(
        language,
        markdown.plain(template_content.says(terms.template, "title", language), stated),
        _notices(terms, names),
        facts,
        customer,
        service["provider"],
        under(body, 3),
        language == terms.language,
        found,
    )


def _notices(terms: Terms, names: AgreementNames) -> list[str]:
    language, found = names.language, []
    if len(terms.languages) > 1:
        both = listing([language_name(code, language) for code in terms.languages], language)
        found.append(
            _(
                "Languages of this agreement: %(languages)s. Where the texts differ, the text in this language "
                "prevails: %(prevailing)s."
            )
            % {"languages": both, "prevailing": language_name(terms.source, language)}
        )
    if language in terms.template["machine"] or names.machine:
        found.append(_("Parts of the text in this language were translated by machine."))
    if names.borrowed:
        told = listing([language_name(code, language) for code in sorted(names.borrowed)], language)
        found.append(
            _("Facts in the annexes that are not translated stand in this language: %(language)s.") % {"language": told}
        )
    return found
