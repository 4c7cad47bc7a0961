import copy
import datetime
from collections.abc import Callable
from typing import Any

import pytest

from registry.exchange.content import digest, encode
from registry.exchange.published import Site
from registry.models import Release

LANGUAGES = ("da", "en", "et", "hu", "lv", "pt-br")


@pytest.fixture
def site(db):
    """The sample's three releases on a day after the last."""
    rows = Release.objects.order_by("number").values_list("content", "digest")
    return Site.on(rows, LANGUAGES, "https://trust.example", datetime.date(2025, 1, 31))


@pytest.fixture
def with_release(site):
    """The site with one more release: the last one's content, changed by a function or by values."""

    def add(change=None, day=site.day, languages=site.languages, **values):
        content = copy.deepcopy(site.newest.content) | {"number": len(site.entries) + 1, "backfill": False} | values
        if change:
            change(content)
        text = encode(content)
        rows = [*((entry.text, entry.digest) for entry in site.entries), (text, digest(text))]
        return Site.on(rows, languages, site.public_url, day)

    return add


def said(**texts: str) -> dict[str, Any]:
    return {
        "text": texts,
        "state": {code: "source" if code == "en" else "current" if code in texts else "missing" for code in LANGUAGES},
    }


@pytest.fixture
def entered(site: Site) -> Callable[..., Site]:
    """The site after more entries: each is the newest release's content with other values, an hour after the last."""

    def after(*entries: dict[str, Any], day: datetime.date = site.day, public_url: str = site.public_url) -> Site:
        rows = [(entry.text, entry.digest) for entry in site.chain]
        last = datetime.datetime.fromisoformat(site.chain[-1].content["published_at"])
        for hour, values in enumerate(entries, 1):
            content = {
                **site.newest.content,
                "schema": 3,
                "type": "release",
                "kind": "change",
                "number": len(rows) + 1,
                "published_at": f"{last + datetime.timedelta(hours=hour):%Y-%m-%dT%H:%M:%SZ}",
                "announced_on": "2025-01-31",
                "in_force_new_on": "2025-01-31",
                "in_force_existing_on": "2025-03-02",
                "objection_deadline": "2025-03-01",
                "backfill": False,
                "previous_digest": rows[-1][1],
                "summary": said(en="A change for [you]({dpa})."),
                **values,
            }
            text = encode({name: value for name, value in content.items() if value is not ...})
            rows.append((text, digest(text)))
        return Site.on(rows, site.languages, public_url, day)

    return after


AT_ONCE = {"in_force_existing_on": "2025-01-31", "objection_deadline": None}
WITHDRAWAL = {
    "type": "withdrawal",
    "reason": said(en="The new host failed its audit.", da="Den nye vært bestod ikke kontrollen."),
    **dict.fromkeys(
        ("kind", "in_force_new_on", "in_force_existing_on", "objection_deadline", "backfill", "summary"), ...
    ),
}
