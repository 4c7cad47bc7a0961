"""A signed PDF from a customer: taken, or refused with the reason. Nothing in it runs, nothing meets the disk."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LARGEST = 10 * 1024 * 1024
# By the wall's clock: the program that looks into a file is limited in time and memory by itself.
LONGEST = 20
# At once, in each process of the server: a machine with many uploads stays a web server.
_LOOKING = threading.BoundedSemaphore(2)
# Who looks and who waits for it, of the eight threads of a process (gunicorn.conf.py): the others serve pages.
_WAITING = threading.BoundedSemaphore(4)
_PROGRAM = Path(__file__).with_name("upload_reading.py")

REASONS: dict[str, Promise] = {
    "empty": _("The file is empty. Choose the signed document, then upload it again."),
    "large": _("The file is larger than 10 MB. Save it with a lower resolution, then upload it again."),
    "no-pdf": _("The file is no PDF document. Save the signed document as PDF, then upload it again."),
    "broken": _("The PDF document is damaged or incomplete. Save it again, then upload it again."),
    "encrypted": _("The PDF document is encrypted or has a password. Save it without, then upload it again."),
    "script": _("The PDF document holds JavaScript or an active form. Print it to a PDF file, then upload that."),
    "action": _(
        "The PDF document holds actions that start programs, send data or play media. Print it to a PDF file, then "
        "upload that."
    ),
    "embedded": _("The PDF document has other files inside. Save it without attachments, then upload it again."),
    "no-page": _("The PDF document has no page. Choose the signed document, then upload it again."),
    "complex": _("The PDF document is too complex to be checked. Print it to a PDF file, then upload that."),
    "busy": _("We are busy just now. Please try again in a minute."),
    "unsigned": _("This is the document as we issued it. Sign it, then upload the signed document."),
}


class NotAcceptable(Exception):
    """The file is not taken; the message tells the customer why and what to do. `code` is a name of REASONS."""

    def __init__(self, code: str) -> None:
        super().__init__(REASONS[code])
        self.code = code

    def __str__(self) -> str:
        return str(REASONS[self.code])


@dataclass(frozen=True)
class Looked:
    """What was found in a file that may be taken. A signature counts when it is there: nobody has checked it."""

    pages: int
    signatures: int


def accepted(content: bytes) -> Looked:
    """Look into a file. Raise NotAcceptable."""
    if not content:
        raise NotAcceptable("empty")
    if len(content) > LARGEST:
        raise NotAcceptable("large")
    # From the first byte on, so that it is a PDF document to everybody and nothing else besides.
    if not content.startswith(b"%PDF-"):
        raise NotAcceptable("no-pdf")
    if b"%%EOF" not in content[-1024:]:
        raise NotAcceptable("broken")
    if not _WAITING.acquire(blocking=False):
        raise NotAcceptable("busy")
    try:
        return _looked(content)
    finally:
        _WAITING.release()


def begins_with(content: bytes, issued: bytes) -> bool:
    """Whether a file holds the issued document unchanged: programs that sign a PDF add to its end."""
    return content.startswith(issued)


def _looked(content: bytes) -> Looked:
    with _LOOKING:
        try:
            run = subprocess.run(  # noqa: S603 - a program of ours, without a shell; the file goes to its input
                [sys.executable, "-I", "-W", "ignore", str(_PROGRAM)],
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # None of our secrets.
                env={name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ},
                timeout=LONGEST,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise NotAcceptable("complex") from error
    # Ended by a signal: too much time. By an error: whatever the reader stumbled over is no document that we can take.
    if run.returncode < 0:
        raise NotAcceptable("complex")
    try:
        said = json.loads(run.stdout)
        wrong, looked = said["wrong"], Looked(said["pages"], said["signatures"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotAcceptable("broken") from error
    if wrong:
        raise NotAcceptable(wrong)
    return looked
