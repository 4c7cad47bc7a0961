"""A request for a DPA, for tests: whose strings nothing else in the database holds."""

from typing import Any

from registry.actions import dpa
from registry.models import DpaRequest

PERSON = {
    "company": "Zephyrine Quokka Kft.",
    "address": "1234 Budapest\nVörösmarty köz 77.",
    "account": "zephyrine.example.com",
    "name": "Őszirózsa Ödön",
    "role": "ügyvezető igazgató",
    "email": "odon.oszirozsa@zephyrine.example",
    "note": "Kérjük sürgősen: xylophon-4711.",
}


def submit(token: str = "a form", **changed: Any) -> DpaRequest:
    return dpa.submit(
        **{"token": token, "language": "hu", "release": 3, "country": "HU", "region": "eu", **PERSON, **changed}
    )
