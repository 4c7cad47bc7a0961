import copy
import datetime

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
