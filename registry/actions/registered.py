"""What the registry's draft says, free of language: what a company's old pages are held against."""

from dataclasses import dataclass, field
from datetime import date

from ..exchange.oldpage_certifications import usual
from ..models import ProcessingLocation, Release, Safeguard, ServiceProfile, Subprocessor
from .reviewing import same_name


@dataclass(frozen=True)
class Location:
    territory: str
    certifications: frozenset[str]


@dataclass
class Registry:
    """What the draft says now: companies by legal name, whether listed or not, and the rest of what is listed."""

    provider: str = ""
    service: str = ""
    spellings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    locations: dict[str, list[Location]] = field(default_factory=dict)
    certifications: tuple[str, ...] = ()
    claimed: set[str] = field(default_factory=set)
    in_force_on: date | None = None

    def places(self, entity: str) -> set[str]:
        return {location.territory for location in self.locations.get(entity, ())}


def registry() -> Registry | None:
    """The registry's own facts; None where there is no registry yet."""
    profile = ServiceProfile.load()
    rows = list(Subprocessor.objects.all())
    if profile is None and not rows:
        return None
    found = Registry(provider=profile.provider if profile else "", service=profile.service if profile else "")
    names: dict[str, str] = {}
    for row in sorted(rows, key=lambda row: not row.listed):
        name = names.setdefault(same_name(row.legal_name), row.legal_name)
        more = (row.legal_name, row.brand_name)
        found.spellings[name] = (*found.spellings.get(name, ()), *(word for word in more if word and word != name))
        if row.listed:
            found.listed.add(name)
    if found.provider:
        name = names.setdefault(same_name(found.provider), found.provider)
        found.spellings[name] = (*found.spellings.get(name, ()), found.provider)
        found.provider = name
    certifications = Safeguard.objects.filter(kind=Safeguard.Kind.CERTIFICATION)
    found.certifications = tuple(dict.fromkeys(map(usual, certifications.values_list("name", flat=True))))
    listed = ProcessingLocation.objects.listed().filter(subprocessor__listed=True).select_related("subprocessor")
    for location in listed.prefetch_related("safeguard_sets__safeguards"):
        claims = frozenset(
            usual(safeguard.name)
            for group in location.safeguard_sets.all()
            for safeguard in group.safeguards.all()
            if group.listed and safeguard.listed and safeguard.kind == Safeguard.Kind.CERTIFICATION
        )
        name = names[same_name(location.subprocessor.legal_name)]
        found.locations.setdefault(name, []).append(Location(location.territory, claims))
        found.claimed |= claims
    newest = Release.objects.newest()
    found.in_force_on = newest.in_force_existing_on if newest else None
    return found
