"""Compose the content of an entry of the chain: from the draft's rows, or from a release that it amends."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as declared
from datetime import date, datetime
from typing import Any

from ..models import (
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
from ..translation import TRANSLATED, Pins, prose
from .content import SCHEMA, SOURCE, Content, Passage

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
    in_force_new_on: date | None
    in_force_existing_on: date | None
    objection_deadline: date | None
    backfill: bool
    previous_digest: str
    summary: dict[str, str]
    # The announced release that this entry withdraws or replaces.
    ends: int | None = None
    # Why an urgent release could not wait, or why a release is withdrawn.
    reason: dict[str, str] = declared(default_factory=dict)


def compose(draft: Draft, header: Header) -> Content:
    profile, codes = draft.profile, draft.codes

    def said(noun: Any, field: str) -> Passage | None:
        texts = prose(noun, field)
        return _passage(texts, profile.source_language, codes, lambda code: draft.state(noun, field, code, texts))

    return {
        **_header(header, profile.source_language, codes),
        "type": "release",
        "time_zone": profile.time_zone,
        "source_language": profile.source_language,
        "languages": codes,
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


def amended(content: Content, header: Header) -> Content:
    """A release that says what another one says, under a header of its own."""
    return {**content, **_header(header, content["source_language"], content["languages"])}


def withdrawal(of: Content, header: Header) -> Content:
    """The entry that withdraws an announced release, with the facts of `of`: what the public reads instead."""
    kept = {name: of[name] for name in ("time_zone", "source_language", "languages", "service")}
    told = {**kept, **_header(header, of["source_language"], of["languages"]), "type": "withdrawal"}
    return {name: value for name, value in told.items() if name not in _OF_RELEASES}


# A withdrawal comes into force on no day, and changes nothing of its own.
_OF_RELEASES = {"kind", "in_force_new_on", "in_force_existing_on", "objection_deadline", "backfill", "summary"}


def _header(header: Header, source: str, codes: list[str]) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "number": header.number,
        "kind": header.kind,
        "published_at": header.published_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "announced_on": _iso(header.announced_on),
        "in_force_new_on": _iso(header.in_force_new_on),
        "in_force_existing_on": _iso(header.in_force_existing_on),
        "objection_deadline": _iso(header.objection_deadline),
        "backfill": header.backfill,
        "previous_digest": header.previous_digest or None,
        "ends": header.ends,
        "summary": _summary(header.summary, source, codes),
        "reason": _summary(header.reason, source, codes),
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
        "unverified_days": profile.unverified_days,
        "declined_days": profile.declined_days,
        "limitation_years": profile.limitation_years,
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
    """Written in all languages at once, for this entry alone."""
    return _passage(texts, source, codes, lambda code: State.CURRENT if code in texts else State.MISSING)


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
