"""The exact text of an event of a DPA request, which its digest is over, and back."""

import json
from datetime import datetime
from typing import Any

from .content import digest, encode

SCHEMA = 1


def written(
    *, request: str, number: int, kind: str, at: datetime, agreement: str, facts: dict[str, Any], previous: str
) -> str:
    """RFC 8785 text. `request` and `agreement` are references; `facts` hold digests and codes, and name nobody."""
    return encode(
        {
            "schema": SCHEMA,
            "request": request,
            "number": number,
            "kind": kind,
            "at": at.isoformat(),
            "agreement": agreement,
            "facts": facts,
            "previous": previous,
        }
    )


def read(text: str) -> dict[str, Any]:
    """What `written` was given. Raise ValueError where the text is none of ours."""
    found = json.loads(text)
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise ValueError("This is no event of a schema that this program knows.")
    return found


__all__ = ["digest", "read", "written"]
