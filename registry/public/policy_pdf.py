"""The policy as PDF: made when somebody asks for it first, once for each release, language and build, and kept beside
the ready pages; no database is asked."""

import fcntl
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.translation import gettext as _

from ..exchange.localized import tag
from ..exchange.pdf import Unfinished, Unprintable
from ..exchange.policy_paper import key, policy_pdf
from ..exchange.published import Entry, Site
from . import errors, site
from .answer import answers
from .errors import Links, reads, tell
from .known import folder, write
from .pages import KEPT_FOR, Page, build
from .releases import give, no_such_language, no_such_release, nothing_in_force

log = logging.getLogger(__name__)

# Of the eight threads of a process (gunicorn.conf.py): whoever asks for the hundred documents of an archive leaves the
# others to the pages, which wait for nothing.
_WAITING = threading.BoundedSemaphore(4)


class Busy(Exception):
    """Others are having documents made."""


@reads
def in_force(request: HttpRequest, code: str) -> HttpResponseBase:
    found = site.current()
    if found.languages and code not in found.languages:
        return tell(request, 404, no_such_language)
    if found.current is None:
        return tell(request, 404, nothing_in_force if found.entries else lambda _found, _code: errors.nothing_yet())
    return _answer(request, found, found.current, code)


@reads
def release(request: HttpRequest, code: str, number: int) -> HttpResponseBase:
    found = site.current()
    if found.languages and code not in found.languages:
        return tell(request, 404, no_such_language)
    entry = found.entry(number)
    if entry is None:
        return tell(request, 404, no_such_release)
    if entry.is_withdrawal:
        return tell(request, 404, _no_policy)
    return _answer(request, found, entry, code)


def _no_policy(found: Site, told: str) -> tuple[str, str, Links]:
    return (
        _("There is no such document"),
        _("This entry withdrew a release. It states no policy of its own."),
        errors.ways_on(found, told),
    )


def _unprintable(entry: Entry) -> Callable[[Site, str], tuple[str, str, Links]]:
    return lambda found, told: (
        _("This release cannot be had as PDF"),
        _("It holds characters that none of our fonts has. Its page shows all of it."),
        [(_("Release %(number)s") % {"number": entry.number}, f"/{told}/releases/{entry.number}/")],
    )


def _answer(request: HttpRequest, found: Site, entry: Entry, code: str) -> HttpResponseBase:
    try:
        body = made(found, entry, code)
    except Unprintable:
        return tell(request, 404, _unprintable(entry))
    except Busy:
        return errors.busy(request)
    more = [
        ("Content-Disposition", f'inline; filename="policy-{entry.number}-{code}.pdf"'),
        ("Link", f'<{found.public_url}/{code}/releases/{entry.number}/>; rel="canonical"'),
    ]
    if entry.status not in {"in_force", "announced"}:
        # Readers who search must not land on a list that no longer holds.
        more.append(("X-Robots-Tag", "noindex"))
    return give(request, answers(Page("application/pdf", tag(code), {"identity": body}), more)["identity"])


def made(found: Site, entry: Entry, code: str) -> bytes:
    """The document from disk, else made now and kept. Raise Unprintable, and Busy where too many wait for theirs."""
    file = _folder() / f"{build()[:32]}-{key(found, entry, code)}.pdf"
    kept = _kept(file)
    if kept is None:
        with _alone():
            # Another thread or process may have made it meanwhile.
            kept = _kept(file)
            if kept is None:
                kept = _make(found, entry, code)
                write(file, kept)
                _clean()
    if not kept:
        raise Unprintable("")
    return kept


def _make(found: Site, entry: Entry, code: str) -> bytes:
    """Nothing where it cannot be printed: that is kept too, so that it is not tried for every request."""
    try:
        return policy_pdf(found, entry, code)
    except Unprintable as error:
        log.warning("Release %s cannot be had as PDF (%s). %s. Set FONTS_DIR.", entry.number, code, error)
        return b""
    except Unfinished as error:
        raise Busy from error


def _kept(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except OSError:
        return None


@contextmanager
def _alone() -> Iterator[None]:
    """One document at a time, whatever the number of threads and processes; few threads wait for it, the next is Busy
    at once."""
    if not _WAITING.acquire(blocking=False):
        raise Busy
    try:
        try:
            _folder().mkdir(parents=True, exist_ok=True)
            file = (_folder() / "lock").open("ab")
        except OSError:
            yield
            return
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    finally:
        _WAITING.release()


def _clean() -> None:
    """Remove what earlier builds made."""
    for found in _folder().glob("*.pdf"):
        try:
            if not found.name.startswith(build()[:32]) and time.time() - found.stat().st_mtime > KEPT_FOR:
                found.unlink()
        except FileNotFoundError:
            continue


def _folder() -> Path:
    return folder() / "pdf"


urlpatterns = [
    path("<slug:code>/policy.pdf", in_force, name="policy_pdf"),
    path("<slug:code>/releases/<int:number>/policy.pdf", release, name="release_pdf"),
]
