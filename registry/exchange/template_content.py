"""The content of a version of a DPA template: exact bytes, and back. As releases have theirs (content.py)."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ..models import DpaTemplate
from ..translation import TRANSLATED, prose
from . import content as shape

SCHEMA = 1
PASSAGES = TRANSLATED[DpaTemplate]
FACTS = ("data_subjects", "data_categories", "governing_law", "authority", "authority_country")

Content = dict[str, Any]
# What a version says of itself.
OWN = frozenset({"schema", "template", "number", "published_at", "previous_digest"})

digest = shape.digest


def compose(
    template: DpaTemplate,
    *,
    number: int,
    published_at: datetime,
    previous_digest: str,
    source: str,
    languages: Iterable[str],
    machine: Iterable[str] = (),
) -> Content:
    """`languages` are those that say all that the source says: no other is in it. In those of `machine` a passage was
    translated by machine and seen by nobody: whoever reads them is told."""
    codes = sorted({source, *languages})
    return {
        "schema": SCHEMA,
        "template": template.key,
        "number": number,
        "published_at": published_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "previous_digest": previous_digest or None,
        "source_language": source,
        "languages": codes,
        "machine": sorted({*machine} & {*codes}),
        **{field: _passage(prose(template, field), source, codes) for field in PASSAGES},
        "data_subjects": sorted(template.data_subjects),
        "data_categories": sorted(template.data_categories),
        "governing_law": template.governing_law or None,
        "authority": template.authority or None,
        "authority_country": template.authority_country or None,
    }


def _passage(texts: dict[str, str], source: str, codes: list[str]) -> dict[str, dict[str, str]] | None:
    if source not in texts:
        return None
    return {"text": {code: texts[code].strip() for code in codes}}


def encode(content: Content) -> str:
    """The exact text of a content. Raise ValueError for a float."""
    return shape.encode(content)


def decode(text: str) -> Content:
    """Raise ValueError where the text is of no schema that this program knows."""
    content = json.loads(text)
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise ValueError("This is no version of a DPA template of a schema that this program knows.")
    return content


def says(content: Content, field: str, language: str) -> str:
    """A passage in one of the version's languages; empty where the template says nothing."""
    passage = content[field]
    return passage["text"][language] if passage else ""


def facts_of(content: Content) -> Content:
    """What a version says, without what it says of itself: two that say the same have equal facts."""
    return {name: value for name, value in content.items() if name not in OWN}
