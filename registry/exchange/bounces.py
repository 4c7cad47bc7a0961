"""Reports that a mail could not be delivered (RFC 3464, RFC 6533), as mail servers send them back: bytes to values."""

import email
import mailbox
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.parser import HeaderParser
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

# Enhanced status codes (RFC 3463, RFC 7505; 5.4.1 as Exchange means it) that say: no such mailbox, and none to come.
# Not a full mailbox (5.2.2), a mail too large, a policy (5.7.x) or a server that gave up waiting (5.4.7): those are
# about one mail, or about us.
NO_SUCH_MAILBOX = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.1", "5.4.4"})
# What says nothing by itself: the server's own words may say more.
_VAGUE = frozenset({"", "5.0.0", "5.5.0"})
# Not a part of an IP address.
_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_ORIGINALS = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})


@dataclass(frozen=True)
class Report:
    """What a server says of one mail to one recipient."""

    # Of our mail that came back; empty where the report does not repeat it.
    message_id: str
    recipient: str
    failed: bool
    # No use in writing to this address again.
    permanent: bool
    at: datetime | None


def permanent(status: str, words: str = "") -> bool:
    """Whether an enhanced status code says that there is no such mailbox; `words` are the server's own."""
    return (code_in(words) if status in _VAGUE else status) in NO_SUCH_MAILBOX


def code_in(words: str) -> str:
    """The first enhanced status code in a server's words; empty where there is none."""
    found = _CODE.search(words)
    return found[1] if found else ""


def read(path: Path) -> Iterator[list[Report]]:
    """For each message of an mbox, a maildir, a folder of .eml files or a single one: what it reports, if anything.

    Raise OSError.
    """
    for message in _messages(path):
        yield reports(message)


def _messages(path: Path) -> Iterator[Message]:
    if path.is_dir() and not (path / "cur").is_dir():
        for file in sorted(path.glob("*.eml")):
            yield parsed(file.read_bytes())
        return
    if not path.is_dir() and not _is_mbox(path):
        yield parsed(path.read_bytes())
        return
    box: mailbox.Mailbox[Any]
    with closing(mailbox.Maildir(path, create=False) if path.is_dir() else mailbox.mbox(path, create=False)) as box:
        for key in box.iterkeys():
            yield parsed(box.get_bytes(key))


def parsed(data: bytes) -> Message:
    """An empty message for one that Python gives up on: a report has three parts, not thousands inside each other, and
    what anybody sends here must not stand before the reports that come after it."""
    try:
        return email.message_from_bytes(data)
    except RecursionError:
        return Message()


def _is_mbox(path: Path) -> bool:
    with path.open("rb") as start:
        return start.read(5) == b"From "


def reports(message: Message) -> list[Report]:
    """Of the message itself: a report that somebody forwards is their word, not a mail server's."""
    parts = _parts(message)
    status = next((part for part in parts if part.get_content_type() in _REPORTS), None)
    if status is None:
        return []
    original = next((part for part in parts if part.get_content_type() in _ORIGINALS), None)
    message_id = _field(_headers(original), "Message-ID") if original else ""
    at = _moment(_field(message, "Date"))
    return [_report(block, message_id, at) for block in _blocks(status)[1:]]


def _report(block: Message, message_id: str, at: datetime | None) -> Report:
    code = _CODE.match(_field(block, "Status"))
    failed = _field(block, "Action").lower() == "failed"
    over = failed and permanent(code[1] if code else "", _field(block, "Diagnostic-Code"))
    # What we wrote to, where it is told: a mail that was forwarded came back from somewhere else.
    recipient = _address(_field(block, "Original-Recipient")) or _address(_field(block, "Final-Recipient"))
    return Report(message_id, recipient, failed, over, at)


def _blocks(part: Message) -> list[Message]:
    """Of the mail, and then of each recipient. Python splits the type that knows ASCII alone, and not the other one."""
    parts = _parts(part)
    if part.get_content_type() == "message/delivery-status":
        return parts
    return [block for own in parts for block in (own, *map(_parsed, re.split(r"(?:\r?\n){2,}", _text(own))))]


def _headers(part: Message) -> Message:
    return next(iter(_parts(part)), None) or _parsed(_text(part))


def _parts(message: Message) -> list[Message]:
    found: Any = message.get_payload()
    return found if isinstance(found, list) else []


def _text(part: Message) -> str:
    """As it was sent: Python would put replacement characters where a part says nothing of UTF-8."""
    found: Any = part.get_payload(decode=True)
    return (found or b"").decode("utf-8", "surrogateescape").strip()


def _parsed(text: str) -> Message:
    return HeaderParser().parsestr(text)


def _field(block: Message, name: str) -> str:
    """A field's text on one line. UTF-8 stands there as it is, although headers of old could not hold it."""
    wanted = name.lower()
    found = next((value for field, value in block.raw_items() if field.lower() == wanted), "")
    return " ".join(str(found).encode("utf-8", "surrogateescape").decode("utf-8", "replace").split())


def _address(field: str) -> str:
    """Of "rfc822; name@example.com" what follows; RFC 6533 may write a letter as its number."""
    kind, _semicolon, address = field.partition(";")
    if kind.strip().lower() == "utf-8":
        address = re.sub(r"\\x\{([0-9A-Fa-f]{2,6})\}", lambda found: chr(min(int(found[1], 16), 0x10FFFF)), address)
    return address.strip().removeprefix("<").removesuffix(">")


def _moment(written: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(written)
    except (ValueError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
