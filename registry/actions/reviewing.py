"""Where the registry contradicts itself or leaves open what readers expect: warnings, which keep nobody from
publishing. `checking` has what does."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ..exchange.composing import Draft
from ..exchange.localized import language_name, listing, territory
from ..exchange.mentions import unnamed
from ..models import ProcessingLocation, Safeguard, Subprocessor, TransferMechanism
from ..models.territories import ADEQUATE, EEA_MEMBERS, EU
from ..translation import TRANSLATED, prose
from .checking import Problem, passage_name
from .publishing import CannotPublish, draft


def warnings(found: Draft | None = None) -> list[Problem]:
    """Every warning about what the next release would list, in the active language."""
    if found is None:
        try:
            found = draft()
        except CannotPublish:
            return []
    return [
        *_identities(found),
        *_prose(found),
        *_places(found),
        *_unstated(found),
        *_transfers(found),
        *_overdue(found, found.profile.today()),
    ]


def warnings_for(noun: Any, found: Draft | None = None) -> list[Problem]:
    """The warnings about a row and, for a subprocessor, about its locations and transfer mechanisms."""
    return [
        warning
        for warning in warnings(found)
        if warning.noun == noun
        or (
            isinstance(noun, Subprocessor)
            and isinstance(warning.noun, ProcessingLocation | TransferMechanism)
            and warning.noun.subprocessor_id == noun.pk
        )
    ]


def same_name(name: str) -> str:
    """A legal name without what registers write differently: "Quality Unit, s. r. o." is "QUALITY UNIT s.r.o."."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(char for char in plain if char.isalnum())


def _identities(found: Draft) -> Iterator[Problem]:
    provider = same_name(found.profile.provider)
    seen: dict[str, str] = {}
    for subprocessor in found.subprocessors:
        name = same_name(subprocessor.legal_name)
        if name == provider:
            yield Problem(
                _("%(name)s is the provider itself, yet it is listed as its own subprocessor.")
                % {"name": subprocessor.legal_name},
                subprocessor,
                "legal_name",
            )
        if name in seen:
            yield Problem(
                _("%(name)s has the same legal name as the subprocessor with the key %(key)s.")
                % {"name": subprocessor.legal_name, "key": seen[name]},
                subprocessor,
                "legal_name",
            )
        seen.setdefault(name, subprocessor.key)
        if subprocessor.parent and not subprocessor.parent.listed:
            yield Problem(
                _("%(name)s is engaged by %(parent)s, which is not listed.")
                % {"name": subprocessor.legal_name, "parent": subprocessor.parent.legal_name},
                subprocessor,
                "parent",
            )


def _prose(found: Draft) -> Iterator[Problem]:
    """Prose that names fewer countries than the rows; a translation is told where it differs from its source."""
    places = {location.territory for location in found.locations} - {""}
    source = found.profile.source_language
    nouns: list[Any] = [*found.sections, *found.questions]
    for noun, field in ((row, name) for row in nouns for name in TRANSLATED[type(row)]):
        texts = prose(noun, field)
        left_out = {code: unnamed(texts[code], code, places) for code in found.codes if code in texts}
        for code in sorted(left_out, key=lambda code: (code != source, code)):
            if left_out[code] and (code == source or left_out[code] != left_out.get(source)):
                yield _left_out(noun, field, code, left_out[code], translated=code != source)


def _left_out(noun: Any, field: str, code: str, codes: list[str], *, translated: bool) -> Problem:
    said = {"passage": passage_name(noun, field), "countries": _countries(codes)}
    if not translated:
        message = _("%(passage)s: the text names fewer places than the processing locations. Left out: %(countries)s.")
        return Problem(message % said, noun, field, code)
    message = _(
        "%(passage)s: the translation names fewer places than the processing locations. Left out: %(countries)s. "
        "Language: %(language)s."
    )
    return Problem(message % {**said, "language": language_name(code, _active())}, noun, field, code)


def _places(found: Draft) -> Iterator[Problem]:
    placed = {location.subprocessor_id for location in found.locations}
    for subprocessor in found.subprocessors:
        if subprocessor.kind == Subprocessor.Kind.INFRASTRUCTURE and subprocessor.pk not in placed:
            yield Problem(
                _("%(name)s has no processing location.") % {"name": subprocessor.legal_name}, subprocessor, "locations"
            )
    for location in found.locations:
        said = {"name": location.subprocessor.legal_name, "key": location.key}
        if not location.territory:
            yield Problem(_("%(name)s, location %(key)s: the place is not stated.") % said, location, "territory")
        if location.territory == EU:
            yield Problem(
                _("%(name)s, location %(key)s: %(territory)s is no country. Name the countries.")
                % {**said, "territory": _countries([EU])},
                location,
                "territory",
            )
        if found.regions and location.region is None:
            yield Problem(
                _("%(name)s, location %(key)s: it is not stated whose customers’ data it holds.") % said,
                location,
                "region",
            )


def _unstated(found: Draft) -> Iterator[Problem]:
    source = found.profile.source_language
    for subprocessor in found.subprocessors:
        if source not in prose(subprocessor, "purpose"):
            yield Problem(
                _("%(name)s: what it does is not stated.") % {"name": subprocessor.legal_name},
                subprocessor,
                "purpose",
                source,
            )
    for region in found.regions:
        if source not in prose(region, "customers"):
            yield Problem(
                _("Region %(key)s: its customers are not stated.") % {"key": region.key}, region, "customers", source
            )


def _transfers(found: Draft) -> Iterator[Problem]:
    """Third countries without an adequacy decision and without anything that the transfer rests on (GDPR Art. 44)."""
    today = found.profile.today()
    resting = {
        mechanism.subprocessor_id
        for mechanism in found.transfer_mechanisms
        if mechanism.regime == TransferMechanism.Regime.EU
        and (mechanism.expires_on is None or mechanism.expires_on >= today)
    }
    places: dict[int, set[str]] = defaultdict(set)
    for location in found.locations:
        places[location.subprocessor_id].add(location.territory)
    for subprocessor in found.subprocessors:
        where = places.get(subprocessor.pk, {subprocessor.country}) - EEA_MEMBERS - ADEQUATE - {"", EU}
        if where and subprocessor.pk not in resting:
            yield Problem(
                _("%(name)s: no mechanism is stated for the transfer to third countries. Countries: %(countries)s.")
                % {"name": subprocessor.legal_name, "countries": _countries(sorted(where))},
                subprocessor,
                "transfer_mechanisms",
            )


def _overdue(found: Draft, today: date) -> Iterator[Problem]:
    for safeguard in found.safeguards:
        if safeguard.kind == Safeguard.Kind.CERTIFICATION and safeguard.valid_until and safeguard.valid_until < today:
            yield Problem(
                _("%(name)s is still claimed, yet it is no longer valid.") % {"name": safeguard.name},
                safeguard,
                "valid_until",
            )
    for subprocessor in found.subprocessors:
        if subprocessor.next_review and subprocessor.next_review < today:
            yield Problem(
                _("%(name)s: its review is overdue.") % {"name": subprocessor.legal_name}, subprocessor, "next_review"
            )


def _countries(codes: list[str]) -> str:
    return listing([territory(code, _active()) or code for code in codes], _active())


def _active() -> str:
    return get_language() or "en"
