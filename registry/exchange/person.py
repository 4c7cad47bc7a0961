"""One person's data as JSON, to be handed over in a common electronic form (GDPR Art. 15(3), 20(1))."""

import json
from base64 import b64encode
from datetime import date
from typing import Any

SCHEMA = 1


def written(values: dict[str, Any]) -> str:
    """Times in ISO form, documents as base64, letters as they are; it ends with a line break."""
    return json.dumps({"schema": SCHEMA, **values}, ensure_ascii=False, indent=2, default=_written) + "\n"


def media_type(content: bytes) -> str:
    return "application/pdf" if content.startswith(b"%PDF") else "text/html"


def _written(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return b64encode(value).decode("ascii")
    # Of a country, a language, a state: what it is called in the database.
    return str(value)
