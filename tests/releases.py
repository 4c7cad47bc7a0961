"""Releases for tests that need one now: of a change customers hear before it, so only an urgent one comes at once."""

from typing import Any

from registry.actions.publishing import publish
from registry.models import Release

REASON = {
    "en": "It cannot wait.",
    "da": "Det kan ikke vente.",
    "et": "See ei saa oodata.",
    "hu": "Nem várhat.",
    "lv": "Tas nevar gaidīt.",
    "pt-br": "Não pode esperar.",
}


def publish_at_once(**values: Any) -> Release:
    """The draft, in force from today on."""
    return publish(**{"kind": Release.Kind.URGENT, "reason": REASON, **values})
