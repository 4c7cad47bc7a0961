"""The digest by which a document is known."""

import hashlib


def sha256(content: bytes) -> str:
    """In hex, as `sha256sum` prints it."""
    return hashlib.sha256(content).hexdigest()
