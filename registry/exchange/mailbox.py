"""An address as mail servers tell it apart from others."""

import unicodedata

from django.utils.encoding import punycode


def mailbox(address: str) -> str:
    """The host in the form of DNS, and all of it in small letters.

    RFC 5321 lets a server tell `Name` from `name`; none that people use does, and nobody means two subscriptions. Not
    `casefold`: it would make one mailbox of straße@ and strasse@.
    """
    local, _at, host = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    return f"{local.lower()}@{punycode(host).lower()}"
