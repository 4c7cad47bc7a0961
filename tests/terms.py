"""What agreements are made from, for tests: a template's version and a release, in English and Hungarian."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from registry.exchange import content as shape
from registry.exchange import template_content
from registry.exchange.terms import Customer, Terms
from registry.models import DpaTemplate
from registry.translation import set_prose

RELEASE = (Path(__file__).parent / "data" / "release-3.json").read_text("utf-8")
PUBLISHED = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
CUSTOMER = Customer("Kunde ApS", "Gade 1\n1000 København", "DK", "kunde.example.com", "Ane Ny", "Direktør")
TEXTS = {
    "title": {"en": "Agreement on {service}", "hu": "Megállapodás: {service}"},
    "body": {
        "en": "## 1. Subject\n\nBetween {customer} and {provider}.",
        "hu": "## 1. Tárgy\n\nFelek: {customer}, {provider}.",
    },
    "purposes": {"en": "To run {service}.", "hu": "Üzemeltetés: {service}."},
    "retention": {"en": "While the agreement runs.", "hu": "A megállapodás idejére."},
    "measures": {"en": "# Access\n\nKeys.", "hu": "# Hozzáférés\n\nKulcsok."},
}
FACTS: dict[str, Any] = {
    "data_subjects": ["visitors", "end-customers"],
    "data_categories": ["files", "contact"],
    "governing_law": "SK",
    "authority": "Úrad na ochranu osobných údajov",
    "authority_country": "SK",
}


def template(texts: dict[str, dict[str, str]] | None = None, **facts: Any) -> DpaTemplate:
    """Not saved. `texts` and `facts` replace those of the standard one."""
    made = DpaTemplate(key=facts.pop("key", "standard"), **(FACTS | facts))
    for field, said in (TEXTS if texts is None else texts).items():
        set_prose(made, field, said)
    return made


def version(of: DpaTemplate | None = None, **values: Any) -> template_content.Content:
    told: dict[str, Any] = {"number": 1, "published_at": PUBLISHED, "previous_digest": "", "source": "en"}
    return template_content.compose(of or template(), **(told | {"languages": ["hu"]} | values))


def release(**values: Any) -> shape.Content:
    return shape.decode(RELEASE) | values


def terms(**values: Any) -> Terms:
    told: dict[str, Any] = {
        "template": version(),
        "release": release(),
        "release_digest": shape.digest(RELEASE),
        "language": "en",
        "reference": "AGR-7KQ2-9XWM",
        "issued_on": date(2026, 12, 3),
        "customer": CUSTOMER,
    }
    return Terms(**(told | values))
