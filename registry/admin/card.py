"""A card of the admin’s first page: one subject that may need attention."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import ngettext

# A card shows so many entries; the page behind its link has the rest.
MOST = 8


@dataclass(frozen=True)
class Item:
    text: str
    address: str = ""
    note: str = ""
    urgent: bool = False


@dataclass(frozen=True)
class Card:
    """One subject. Without a `count` it is in order, and `calm` says so."""

    key: str
    title: str
    calm: str
    count: int = 0
    items: list[Item] = field(default_factory=list)
    link: tuple[str, str] | None = None
    languages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def urgent(self) -> bool:
        return any(item.urgent for item in self.items)

    @property
    def more(self) -> str:
        hidden = self.count - len(self.items)
        if self.languages or hidden <= 0:
            return ""
        return ngettext("And %(count)s more.", "And %(count)s more.", hidden) % {"count": hidden}
