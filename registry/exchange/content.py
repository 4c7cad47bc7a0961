"""Release content: the draft's rows as exact bytes, and back.

The text is RFC 8785 JSON (keys sorted, no spaces, no floats) with NFC strings; the digest is the SHA-256 of its UTF-8
bytes. Each schema keeps its reader: old content is never rewritten.
"""

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import rfc8785

from ..models import (
    Language,
    PolicySection,
    ProcessingLocation,
    Question,
    Region,
    Safeguard,
    SafeguardSet,
    ServiceProfile,
    Subprocessor,
    TransferMechanism,
)
from ..translation import TRANSLATED, prose

SCHEMA = 1

Content = dict[str, Any]
# {"text": {language: text}, "state": {language: "source" | "translated" | "missing"}}; None where the source is silent.
Passage = dict[str, dict[str, str]]
# What a noun's field says, frozen.
Said = Callable[[Any, str], Passage | None]


@dataclass(frozen=True)
class Draft:
    """The rows that the next release would name, in their order, with links prefetched."""

    profile: ServiceProfile
    languages: Sequence[Language]
    sections: Sequence[PolicySection]
    questions: Sequence[Question]
    regions: Sequence[Region]
    safeguards: Sequence[Safeguard]
    safeguard_sets: Sequence[SafeguardSet]
    subprocessors: Sequence[Subprocessor]
    locations: Sequence[ProcessingLocation]
    transfer_mechanisms: Sequence[TransferMechanism]

    @property
    def codes(self) -> list[str]:
        return sorted(language.code for language in self.languages)

    def nouns(self) -> Iterator[Any]:
        yield self.profile
        for rows in (
            self.sections,
            self.questions,
            self.regions,
            self.safeguards,
            self.subprocessors,
            self.locations,
        ):
            yield from rows

    def passages(self) -> Iterator[tuple[Any, str, dict[str, str]]]:
        """Each translated field: its noun, its name, and its texts by language."""
        for noun in self.nouns():
            for field in TRANSLATED[type(noun)]:
                yield noun, field, prose(noun, field)


@dataclass(frozen=True)
class Header:
    """What a release says of itself."""

    number: int
    kind: str
    published_at: datetime
    announced_on: date
    in_force_new_on: date
    in_force_existing_on: date
    objection_deadline: date | None
    backfill: bool
    previous_digest: str
    summary: dict[str, str]


def compose(draft: Draft, header: Header) -> Content:
    profile, codes = draft.profile, draft.codes

    def said(noun: Any, field: str) -> Passage | None:
        return _passage(prose(noun, field), profile.source_language, codes)

    return {
        **_header(header),
        "schema": SCHEMA,
        "type": "release",
        "time_zone": profile.time_zone,
        "source_language": profile.source_language,
        "languages": codes,
        "summary": _passage(header.summary, profile.source_language, codes),
        "service": service(profile),
        "privacy": said(profile, "privacy"),
        **_policy(draft, said),
        "regions": [
            {
                "key": region.key,
                "name": said(region, "name"),
                "customers": said(region, "customers"),
                "countries": sorted(region.countries),
            }
            for region in draft.regions
        ],
        **_safeguards(draft, said),
        "subprocessors": [_subprocessor(subprocessor, draft, said) for subprocessor in draft.subprocessors],
    }


def _header(header: Header) -> dict[str, Any]:
    return {
        "number": header.number,
        "kind": header.kind,
        "published_at": header.published_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "announced_on": _iso(header.announced_on),
        "in_force_new_on": _iso(header.in_force_new_on),
        "in_force_existing_on": _iso(header.in_force_existing_on),
        "objection_deadline": _iso(header.objection_deadline),
        "backfill": header.backfill,
        "previous_digest": header.previous_digest or None,
    }


def _policy(draft: Draft, said: Said) -> dict[str, Any]:
    return {
        "sections": [
            {
                "key": section.key,
                "heading": said(section, "heading"),
                "body": said(section, "body"),
                "lists": section.lists or None,
            }
            for section in draft.sections
        ],
        "questions": [
            {"key": question.key, "question": said(question, "question"), "answer": said(question, "answer")}
            for question in draft.questions
        ],
    }


def _safeguards(draft: Draft, said: Said) -> dict[str, Any]:
    return {
        "safeguards": [
            {
                "key": safeguard.key,
                "kind": safeguard.kind,
                "name": safeguard.name or None,
                "text": said(safeguard, "text"),
                "claim": safeguard.claim or None,
                "valid_until": _iso(safeguard.valid_until),
            }
            for safeguard in draft.safeguards
        ],
        "safeguard_sets": [
            {
                "key": found.key,
                "match": found.match,
                "safeguards": [s.key for s in sorted(found.safeguards.all(), key=lambda s: (s.position, s.key))],
            }
            for found in draft.safeguard_sets
        ],
    }


def service(profile: ServiceProfile) -> dict[str, Any]:
    """The facts that placeholders in prose stand for."""
    return {
        "provider": profile.provider,
        "provider_address": profile.provider_address,
        "provider_country": profile.provider_country,
        "service": profile.service,
        "service_address": profile.service_address,
        "contact": profile.contact,
        "security_contact": profile.security_contact,
        "notice_days": profile.notice_days,
        "retention_days": profile.retention_days,
    }


def _subprocessor(subprocessor: Subprocessor, draft: Draft, said: Said) -> dict[str, Any]:
    return {
        "key": subprocessor.key,
        "brand_name": subprocessor.brand_name or None,
        "legal_name": subprocessor.legal_name,
        "address": subprocessor.address or None,
        "country": subprocessor.country or None,
        "kind": subprocessor.kind,
        "purpose": said(subprocessor, "purpose"),
        "data_categories": sorted(subprocessor.data_categories),
        "data_subjects": sorted(subprocessor.data_subjects),
        "website": subprocessor.website or None,
        "privacy_page": subprocessor.privacy_page or None,
        "subprocessor_list": subprocessor.subprocessor_list or None,
        "dpa_page": subprocessor.dpa_page or None,
        "dpa_valid_until": _iso(subprocessor.dpa_valid_until),
        "parent": subprocessor.parent.key if subprocessor.parent else None,
        "locations": [
            {
                "key": location.key,
                "territory": location.territory or None,
                "place": said(location, "place"),
                "region": location.region.key if location.region else None,
                "use": location.use,
                "safeguard_sets": sorted(found.key for found in location.safeguard_sets.all()),
            }
            for location in draft.locations
            if location.subprocessor_id == subprocessor.pk
        ],
        "transfer_mechanisms": [
            {
                "key": mechanism.key,
                "regime": mechanism.regime,
                "mechanism": mechanism.mechanism,
                "scc_module": mechanism.scc_module or None,
                "reference": mechanism.reference or None,
                "verified_on": _iso(mechanism.verified_on),
                "expires_on": _iso(mechanism.expires_on),
            }
            for mechanism in draft.transfer_mechanisms
            if mechanism.subprocessor_id == subprocessor.pk
        ],
    }


def _passage(texts: dict[str, str], source: str, codes: list[str]) -> Passage | None:
    if source not in texts:
        return None
    return {
        "text": {code: texts[code] for code in codes if code in texts},
        "state": {code: "source" if code == source else "translated" if code in texts else "missing" for code in codes},
    }


def encode(content: Content) -> str:
    """The exact text of a content. Raise ValueError for a float, which has no one form in every language."""
    return rfc8785.dumps(_normal(content)).decode()


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def decode(text: str) -> Content:
    """Read content of any schema into the shape of the newest. Raise ValueError for a schema of the future."""
    content = json.loads(text)
    reader = _READERS.get(content.get("schema"))
    if reader is None:
        raise ValueError(f"Release content of schema {content.get('schema')!r} is newer than this program.")
    return reader(content)


def facts_of(content: Content) -> Content:
    """What a release says, without what it says of itself: two releases that say the same have equal facts."""
    own = {
        "schema",
        "number",
        "kind",
        "published_at",
        "announced_on",
        "in_force_new_on",
        "in_force_existing_on",
        "objection_deadline",
        "backfill",
        "previous_digest",
        "summary",
    }
    return {name: value for name, value in content.items() if name not in own}


def _read_1(content: Content) -> Content:
    return content


_READERS = {1: _read_1}


def _normal(value: Any) -> Any:
    if isinstance(value, float):
        raise ValueError("Release content holds no floats.")
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.replace("\r\n", "\n"))
    if isinstance(value, dict):
        return {_normal(name): _normal(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_normal(part) for part in value]
    return value


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
