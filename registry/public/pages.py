"""The public pages as bytes: which addresses a site state has, what stands there, in which encodings.

Rendered and compressed once for each build and site state; the bytes stay on disk, for a restart and for the other
worker processes.
"""

import fcntl
import gzip
import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import brotli
from django.conf import settings

from ..exchange import conventions, feed, page
from ..exchange.localized import tag
from ..exchange.published import Entry, Site
from .known import folder, write

log = logging.getLogger(__name__)

HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
ATOM = "application/atom+xml; charset=utf-8"
# A new release is to be out within a second: the best levels take 40 times as long for 5 % fewer bytes.
BROTLI_QUALITY = 6
GZIP_LEVEL = 6
# Files of other states stay this long for workers that are about to read them.
KEPT_FOR = 3600


class Page(NamedTuple):
    """What stands at one address. `bodies`: identity always, gzip and br where they are smaller."""

    content_type: str
    language: str
    bodies: dict[str, bytes]


Plan = dict[str, Callable[[], Page]]


def plan(site: Site) -> Plan:
    """Every address of a site state; an address is rendered when it is called."""
    return fresh(site) | archive(site)


def fresh(site: Site) -> Plan:
    """The addresses that a new release or a new day changes."""
    found: Plan = {
        "/robots.txt": partial(_text, TEXT, conventions.robots, site),
        "/sitemap.xml": partial(_text, "application/xml", conventions.sitemap, site),
    }
    if site.last is not None:
        found["/.well-known/security.txt"] = partial(_text, TEXT, conventions.security, site)
    for entry in site.chain:
        found[f"/releases/{entry.number}.json"] = partial(_exact, entry)
    archived = archive(site)
    for language in site.languages:
        if site.current is not None:
            found[f"/{language}/"] = partial(_html, language, page.policy, site, site.current, language)
            for region in site.current.content["regions"]:
                key = region["key"]
                found[f"/{language}/regions/{key}/"] = partial(_html, language, page.region, site, key, language)
        if site.entries:
            found[f"/{language}/releases/"] = partial(_html, language, page.releases, site, language)
            found[f"/{language}/feed.atom"] = partial(_feed, site, language)
        for entry in site.chain:
            address, made = _of_release(site, entry, language)
            if address not in archived:
                found[address] = made
    return found


def archive(site: Site) -> Plan:
    """The releases that were superseded before the last one was: what their pages say is settled."""
    return dict(_of_release(site, entry, language) for language in site.languages for entry in _settled(site))


def settled_in(before: Site, after: Site) -> bool:
    """Whether the pages of an earlier state can stand in for the archive of a later one."""
    return set(after.languages) <= set(before.languages) and all(entry in before.chain for entry in _settled(after))


def _settled(site: Site) -> list[Entry]:
    return [entry for entry in site.entries if entry.status == "superseded"][:-1]


def _of_release(site: Site, entry: Entry, language: str) -> tuple[str, Callable[[], Page]]:
    shown = page.withdrawal if entry.is_withdrawal else partial(page.policy, permanent=True)
    made = partial(_html, language, shown, site, entry, language)
    return f"/{language}/releases/{entry.number}/", made


def _html(language: str, made: Callable[..., str], *values: object) -> Page:
    return _encode(HTML, language, made(*values).encode())


def _text(content_type: str, made: Callable[..., str | None], *values: object) -> Page:
    return _encode(content_type, "", (made(*values) or "").encode())


def _feed(site: Site, language: str) -> Page:
    return _encode(ATOM, language, (feed.feed(site, language) or "").encode())


def _exact(entry: Entry) -> Page:
    """The bytes that the digest is over."""
    return _encode("application/json", "", entry.text.encode())


def _encode(content_type: str, language: str, body: bytes) -> Page:
    made = {
        "br": brotli.compress(body, quality=BROTLI_QUALITY, mode=brotli.MODE_TEXT),
        "gzip": gzip.compress(body, GZIP_LEVEL, mtime=0),
    }
    smaller = {name: data for name, data in made.items() if len(data) < len(body)}
    return Page(content_type, language and tag(language), {"identity": body, **smaller})


def ready(site: Site, group: Callable[[Site], Plan]) -> dict[str, Page]:
    """The pages of a group: from disk where this process or another one has made them, else made now and kept."""
    path = folder() / f"{group.__name__}-{_key(site)}.pages"
    with _alone():
        kept = _read(path)
        if kept is not None:
            return kept
        made = {address: render() for address, render in group(site).items()}
        write(path, _packed(made))
        return made


def clean(site: Site) -> None:
    """Remove the files of states that are over."""
    for path in folder().glob("*.pages"):
        try:
            if not path.stem.endswith(_key(site)) and time.time() - path.stat().st_mtime > KEPT_FOR:
                path.unlink()
        except FileNotFoundError:
            continue


@contextmanager
def _alone() -> Iterator[None]:
    """One process renders; the others wait and read. The kernel lifts the lock of a process that dies."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
        file = (folder() / "lock").open("ab")
    except OSError:
        yield
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _packed(pages: dict[str, Page]) -> bytes:
    index, blob = {}, bytearray()
    for address, found in pages.items():
        spans = {}
        for name, data in found.bodies.items():
            spans[name] = (len(blob), len(blob) + len(data))
            blob += data
        index[address] = (found.content_type, found.language, spans)
    head = json.dumps({"digest": hashlib.sha256(blob).hexdigest(), "pages": index}).encode()
    return head + b"\n" + bytes(blob)


def _read(path: Path) -> dict[str, Page] | None:
    try:
        head, _newline, blob = path.read_bytes().partition(b"\n")
        index = json.loads(head)
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        log.exception("%s cannot be read: its pages are made again.", path.name)
        return None
    if index["digest"] != hashlib.sha256(blob).hexdigest():
        log.error("%s is damaged: its pages are made again.", path.name)
        return None
    return {
        address: Page(content_type, language, {name: blob[start:end] for name, (start, end) in spans.items()})
        for address, (content_type, language, spans) in index["pages"].items()
    }


def _key(site: Site) -> str:
    entries = [(entry.digest, entry.status) for entry in site.chain]
    state = repr((build(), site.public_url, site.languages, site.day, entries))
    return hashlib.sha256(state.encode()).hexdigest()[:32]


@cache
def build() -> str:
    """Names what makes bytes of a state: code, templates, catalogues, static names, libraries."""
    found = hashlib.sha256()
    for path in _sources():
        found.update(f"{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    for name in ("django", "babel", "markdown-it-py", "nh3", "brotli", "typst"):
        found.update(f"{name}={version(name)}\0".encode())
    return found.hexdigest()


def _sources() -> Iterator[Path]:
    registry = Path(settings.BASE_DIR) / "registry"
    yield from sorted(registry.rglob("*.py"))
    yield from sorted(registry.glob("locale/*/LC_MESSAGES/*.mo"))
    for folder_of in ("public", "pdf"):
        yield from sorted((Path(settings.BASE_DIR) / "templates" / folder_of).rglob("*.*"))
    if settings.FONTS_DIR:
        yield from sorted(path for path in Path(settings.FONTS_DIR).rglob("*") if path.is_file())
    yield from sorted(Path(settings.STATIC_ROOT).glob("staticfiles.json"))
