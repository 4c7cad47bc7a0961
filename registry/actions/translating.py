"""How far the translations of the draft have come."""

from dataclasses import dataclass
from typing import Any

from ..exchange.content import Draft


@dataclass(frozen=True)
class Coverage:
    """One public language: how many passages of the source it has, and which it lacks (noun and field)."""

    language: str
    done: int
    total: int
    missing: tuple[tuple[Any, str], ...]

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means complete."""
        return 100 * self.done // self.total if self.total else 100


def coverage(found: Draft) -> list[Coverage]:
    """Each public language but the source, in the order of their codes."""
    source = found.profile.source_language
    passages = [(noun, field, texts) for noun, field, texts in found.passages() if source in texts]
    told = []
    for code in found.codes:
        if code == source:
            continue
        missing = tuple((noun, field) for noun, field, texts in passages if code not in texts)
        told.append(Coverage(code, len(passages) - len(missing), len(passages), missing))
    return told
