"""What a request for a ready page gets: one of its encodings, or 304. Both doors ask here."""

from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from .pages import Page

# Fresh for a second, about as long as a worker takes to learn of a release: a CDN asks us once a second for an address,
# whatever the number of readers, and is mostly told 304. Never stale: a cache that cannot reach us must not show
# an outdated list as if it were in force; we ourselves go on without our database.
FRESH = "public, max-age=1, must-revalidate"
# Added while the database does not answer; the bytes and their tags stay what they are.
LAST_KNOWN = ("Trust-Center-State", "last-known")

Headers = list[tuple[str, str]]


class Answer(NamedTuple):
    etag: str
    body: bytes
    headers: Headers
    not_modified: Headers


def answers(page: Page, more: Headers | None = None) -> dict[str, Answer]:
    """A page's answers by encoding; `more` are headers that go with each of them."""
    made = {name: _answer(page, name, body, more or []) for name, body in page.bodies.items()}
    return {"gzip": made["identity"], "br": made.get("gzip", made["identity"]), **made}


def _answer(page: Page, encoding: str, body: bytes, more: Headers) -> Answer:
    # Strong: a hash of the very bytes.
    etag = f'"{_hash(body)}"'
    shared = [("Cache-Control", FRESH), ("ETag", etag), ("Vary", "Accept-Encoding"), *more]
    headers = [("Content-Type", page.content_type), ("Content-Length", str(len(body)))]
    if page.language:
        headers.append(("Content-Language", page.language))
    if encoding != "identity":
        headers.append(("Content-Encoding", encoding))
    return Answer(etag, body, headers + shared, shared)


def _hash(body: bytes) -> str:
    return sha256(body).hexdigest()[:32]


@lru_cache(maxsize=512)
def encoding(accepted: str) -> str:
    """The encoding for an Accept-Encoding (RFC 9110, 12.5.3): the best weight, of equal ones the smallest body."""
    weights = {}
    for part in accepted.lower().split(","):
        name, _semicolon, parameter = part.partition(";")
        weights[name.strip().removeprefix("x-")] = _weight(parameter)
    rest = weights.get("*", 0.0)
    # What is not named may be sent plain, after anything that is named.
    offered = {"br": weights.get("br", rest), "gzip": weights.get("gzip", rest)}
    offered["identity"] = weights.get("identity", weights.get("*", 0.0001))
    best = max(offered, key=lambda name: offered[name])
    return best if offered[best] > 0 else "identity"


def _weight(parameter: str) -> float:
    name, _equals, value = parameter.partition("=")
    if not name.strip():
        return 1.0
    try:
        weight = float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0


def matches(if_none_match: str, etag: str) -> bool:
    """Whether an If-None-Match names the tag (RFC 9110, 13.1.2: compared weakly, as proxies weaken tags)."""
    if if_none_match == etag:
        return True
    return any(tag.strip().removeprefix("W/") in {etag, "*"} for tag in if_none_match.split(","))
