"""Reference numbers that people read aloud, and that tell nothing about how many there are."""

import secrets

# Without vowels and look-alikes: read aloud on the telephone, and no words.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXZ"


def new(prefix: str) -> str:
    """Such as DPA-7K2M-X4QD: 38 bits."""
    letters = [secrets.choice(ALPHABET) for _i in range(8)]
    return f"{prefix}-{''.join(letters[:4])}-{''.join(letters[4:])}"
