"""Placeholders for facts in prose: {service}, {territory:US}, {territories:US,150}. Literal braces are doubled."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from .localized import listing, territory

PATTERN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_TERRITORY = re.compile(r"territor(?:y:[A-Z0-9]{2,3}|ies:[A-Z0-9]{2,3}(?:,[A-Z0-9]{2,3})*)")
# Stand in link targets, and hold an address of ours.
LINKS = frozenset({"dpa"})
# A fact of the content's `service` each.
SERVICE_FACTS = (
    "provider",
    "provider_address",
    "service",
    "service_address",
    "contact",
    "notice_days",
    "retention_days",
    "unverified_days",
    "declined_days",
    "limitation_years",
)
NAMES = (*SERVICE_FACTS, "provider_country", *sorted(LINKS))


class Values(Protocol):
    """What placeholders stand for, by name. Raises KeyError where a name stands for nothing."""

    def __getitem__(self, name: str, /) -> str: ...


@dataclass(frozen=True)
class Facts:
    """What placeholders stand for: the `service` of a release's content, told in one language.

    Links lead to pages in that language, or in `pages`, where a reader meets a passage in a language of another.
    """

    service: dict[str, Any]
    language: str
    pages: str = ""

    def __getitem__(self, name: str) -> str:
        """Raise KeyError for an unknown placeholder, and for one whose fact is not stated."""
        if name == "dpa":
            return f"/{self.pages or self.language}/dpa/"
        if name == "provider_country":
            return self._territory(self.service["provider_country"])
        if name in SERVICE_FACTS:
            value = self.service[name]
            if value in ("", None):
                raise KeyError(name)
            return str(value)
        if not _TERRITORY.fullmatch(name):
            raise KeyError(name)
        return listing([self._territory(code) for code in _codes(name)], self.language)

    def _territory(self, code: str) -> str:
        name = territory(code, self.language)
        if name is None:
            raise KeyError(code)
        return name


def names(text: str) -> list[str]:
    """The placeholders of a passage, sorted, each as often as it stands there."""
    return sorted(match[1] for match in PATTERN.finditer(text) if match[1] is not None)


def unknown(text: str, facts: Values) -> list[str]:
    """What stands in braces and has no fact, as written; a lone brace counts."""
    found = []
    for match in PATTERN.finditer(text):
        if match[0] in {"{", "}"}:
            found.append(match[0])
        elif match[1] is not None:
            try:
                facts[match[1]]
            except KeyError:
                found.append(match[0])
    return found


def territories(text: str) -> list[str]:
    """The codes of the territories that a passage names by placeholder."""
    return [code for name in names(text) if _TERRITORY.fullmatch(name) for code in _codes(name)]


def fill(text: str, facts: Values, put: Callable[[str, str], str] = lambda _name, value: value) -> str:
    """The text with each placeholder replaced by `put(name, fact)`; a placeholder without a fact stays as written."""

    def replace(match: re.Match[str]) -> str:
        if match[0] in {"{{", "}}"}:
            return match[0][0]
        if match[1] is None:
            return match[0]
        try:
            return put(match[1], facts[match[1]])
        except KeyError:
            return match[0]

    return PATTERN.sub(replace, text)


def _codes(name: str) -> list[str]:
    return name.partition(":")[2].split(",")
