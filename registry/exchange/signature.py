"""What a signature says, as the digest that the chain of events keeps of it is over."""

from datetime import UTC, datetime

from .content import digest, encode


def said(
    *, agreement: str, party: str, name: str, role: str, at: datetime, address: str, browser: str, salt: str
) -> str:
    """SHA-256, hex, over RFC 8785 text. `agreement` is a reference. Without `salt` nobody can test guesses."""
    return digest(
        encode(
            {
                "agreement": agreement,
                "party": party,
                "name": name,
                "role": role,
                "at": at.astimezone(UTC).isoformat(),
                "address": address,
                "browser": browser,
                "salt": salt,
            }
        )
    )
