"""Release content: the draft's rows as exact bytes, and back.

The text is RFC 8785 JSON (keys sorted, no spaces, no floats) with NFC strings; the digest is the SHA-256 of its UTF-8
bytes. Each schema keeps its reader: old content is never rewritten.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import rfc8785

from ..models import (
    INCOMPLETE,
    Language,
    PolicySection,
    ProcessingLocation,
    Question,
    Region,
    Safeguard,
    SafeguardSet,
    ServiceProfile,
    State,
    Subprocessor,
    TransferMechanism,
)
from ..translation import TRANSLATED, Pins, normal, prose

SCHEMA = 2

Content = dict[str, Any]
# {"text": {language: text}, "state": {language: "source" or a State}}; None where the source is silent. Releases of
# schema 1 knew no pins: there a translation's state is "translated", whatever the source that it was made from.
Passage = dict[str, dict[str, str]]
SOURCE, UNPINNED = "source", "translated"
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
    pins: Pins

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

    def state(self, noun: Any, field: str, language: str, texts: dict[str, str]) -> State:
        """Of a passage whose source says something, in another language than the source."""
        return self.pins.state(noun, field, language, texts, self.profile.source_language)


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
        texts = prose(noun, field)
        return _passage(texts, profile.source_language, codes, lambda code: draft.state(noun, field, code, texts))

    return {
        **_header(header),
        "schema": SCHEMA,
        "type": "release",
        "time_zone": profile.time_zone,
        "source_language": profile.source_language,
        "languages": codes,
        "summary": _summary(header.summary, profile.source_language, codes),
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


def _passage(texts: dict[str, str], source: str, codes: list[str], state: Callable[[str], State]) -> Passage | None:
    if source not in texts:
        return None
    return {
        "text": {code: texts[code] for code in codes if code in texts},
        "state": {code: SOURCE if code == source else state(code).value for code in codes},
    }


def _summary(texts: dict[str, str], source: str, codes: list[str]) -> Passage | None:
    """Written in all languages at once, for this release alone."""
    return _passage(texts, source, codes, lambda code: State.CURRENT if code in texts else State.MISSING)


def passages(content: Content) -> Iterator[Passage]:
    """Every passage that a content states, wherever it stands."""

    def walk(value: Any) -> Iterator[Passage]:
        if isinstance(value, dict) and value.keys() == {"text", "state"}:
            yield value
        elif isinstance(value, dict):
            for part in value.values():
                yield from walk(part)
        elif isinstance(value, list):
            for part in value:
                yield from walk(part)

    yield from walk({name: value for name, value in content.items() if name != "summary"})


def completeness(content: Content, language: str) -> tuple[int, int]:
    """How many of a content's passages a language has whole, neither missing nor outdated, and how many there are."""
    found = states(content)
    return whole(found, language), len(found)


def states(content: Content) -> list[dict[str, str]]:
    """Each passage's states, by language."""
    return [passage["state"] for passage in passages(content)]


def whole(found: list[dict[str, str]], language: str) -> int:
    return sum(passage.get(language, State.MISSING) not in INCOMPLETE for passage in found)


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


def _read(content: Content) -> Content:
    return content


# Schema 1 differs in the states of passages alone (see Passage), which every reader of states knows.
_READERS = {1: _read, 2: _read}


def _normal(value: Any) -> Any:
    if isinstance(value, float):
        raise ValueError("Release content holds no floats.")
    if isinstance(value, str):
        return normal(value)
    if isinstance(value, dict):
        return {_normal(name): _normal(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_normal(part) for part in value]
    return value


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
