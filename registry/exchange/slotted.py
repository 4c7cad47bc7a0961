"""One mail for many: prepared once, down to the bytes, with slots for what is a recipient's own.

To build a mail takes Python's email package several times as long as to hand it over; to fill slots takes nothing.
"""

import email.message
import email.policy
import re
import secrets
from binascii import b2a_qp
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any, NamedTuple

from django.core.mail import EmailAlternative, EmailMultiAlternatives
from django.utils import timezone
from django.utils.encoding import punycode
from django.utils.html import escape


class Own(NamedTuple):
    """What is a recipient's own: the subscription's reference, and the addresses behind their links."""

    reference: str
    preferences: str
    unsubscribe: str


# Where it stands meanwhile: noncharacters of Unicode, which no text holds.
SLOTS = Own("\ufdd0", "\ufdd1", "\ufdd2")
_SLOT = re.compile(f"([{''.join(SLOTS)}])")


class Text(tuple[str | int, ...]):
    """Text, and at every second place the number of a slot."""

    @classmethod
    def of(cls, text: str, first: int = 0) -> "Text":
        parts = enumerate(_SLOT.split(text))
        return cls(first + SLOTS.index(part) if number % 2 else part for number, part in parts)

    def filled(self, own: Sequence[str]) -> str:
        return "".join(own[part] if isinstance(part, int) else part for part in self)


# Without its line end (RFC 5322, 2.1.1).
LONGEST_LINE = 998


@dataclass(frozen=True)
class Prepared:
    """A mail without its recipient: `head` and `body` are the bytes of it that all have alike."""

    subject: str
    sender: str
    reply_to: list[str]
    headers: dict[str, str]
    text: Text
    html: Text
    head: bytes
    body: tuple[bytes | int, ...]

    def to(self, address: str, own: Own, message_id: str) -> "Mail":
        return Mail(self, address, own, message_id)


class Mail(EmailMultiAlternatives):
    """A prepared mail to one recipient: whole, for any backend; and its bytes at once, for SMTP."""

    def __init__(self, prepared: Prepared, address: str, own: Own, message_id: str) -> None:
        super().__init__(
            prepared.subject,
            prepared.text.filled(own),
            prepared.sender,
            [address],
            reply_to=prepared.reply_to,
            headers={
                "Message-ID": message_id,
                "List-Unsubscribe": f"<{own.unsubscribe}>",  # RFC 8058, with List-Unsubscribe-Post
                # By it a file in development is found again.
                "X-Reference": own.reference,
                **prepared.headers,
            },
        )
        # For a mail provider (see message_id.py).
        self.metadata = {"message_id": message_id}
        self._prepared, self._own = prepared, (*own, *map(escape, own))
        self.alternatives = [EmailAlternative(prepared.html.filled(self._own), "text/html")]

    def message(self, *, policy: Any = email.policy.default) -> Any:
        if policy is email.policy.SMTP:
            return _Ready(self._bytes())
        # Folded, a long List-Unsubscribe would become encoded words, which no mail program reads as an address.
        return super().message(policy=policy.clone(max_line_length=LONGEST_LINE))

    def _bytes(self) -> bytes:
        own = {"To": _ascii(self.to[0]), "Date": format_datetime(timezone.now())}
        own |= {name: self.extra_headers[name] for name in ("Message-ID", "List-Unsubscribe", "X-Reference")}
        # Each is shorter than LONGEST_LINE.
        lines = "".join(f"{name}: {value}\r\n" for name, value in own.items())
        values = [_quoted(value) for value in self._own]
        body = (values[part] if isinstance(part, int) else part for part in self._prepared.body)
        return b"".join([lines.encode("ascii"), self._prepared.head, *body])


class _Ready(email.message.EmailMessage):
    """What Django's backend asks of a message before it sends it: its bytes."""

    def __init__(self, data: bytes) -> None:
        super().__init__(policy=email.policy.SMTP)
        self._data = data

    def as_bytes(self, unixfrom: bool = False, policy: Any = None) -> bytes:
        return self._data


def prepare(made: EmailMultiAlternatives, headers: dict[str, str]) -> Prepared:
    """The mail `made`, with SLOTS in its text and HTML, and further headers."""
    # HTML has slots of its own, after the others: there the same is escaped.
    written, _mimetype = made.alternatives[0]
    text, html = Text.of(str(made.body)), Text.of(str(written), len(SLOTS))
    headers = {name: value for name, value in made.extra_headers.items() if name != "Message-ID"} | headers
    bare = EmailMultiAlternatives(made.subject, "", made.from_email, reply_to=made.reply_to, headers=headers)
    boundary = secrets.token_hex(16)
    head = bare.message(policy=email.policy.SMTP)
    for name in ("Date", "Message-ID", "Content-Type", "Content-Transfer-Encoding"):
        del head[name]
    head["Content-Type"] = f'multipart/alternative; boundary="{boundary}"'
    head.set_payload("")
    return Prepared(
        str(made.subject),
        made.from_email,
        made.reply_to,
        headers,
        text,
        html,
        head.as_bytes(),
        tuple(_joined(_parts(boundary, text, html))),
    )


def _parts(boundary: str, text: Text, html: Text) -> Iterator[bytes | int]:
    for kind, said in (("plain", text), ("html", html)):
        yield (
            f'--{boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\n'
            "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        ).encode()
        for part in said:
            yield part if isinstance(part, int) else _quoted(part)
        yield b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _joined(parts: Iterator[bytes | int]) -> Iterator[bytes | int]:
    waiting = b""
    for part in parts:
        if isinstance(part, int):
            yield from (waiting, part)
            waiting = b""
        else:
            waiting += part
    yield waiting


def _quoted(text: str) -> bytes:
    """Quoted-printable (RFC 2045, 6.7), in lines of its own: a soft break after it joins it to what comes next."""
    encoded = b2a_qp(text.encode(), istext=True).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    last = len(encoded) - encoded.rfind(b"\n") - 1
    if last > 75:  # with the break, one more than a line may have
        whole = -3 if encoded[-3:-2] == b"=" else -1
        encoded = encoded[:whole] + b"=\r\n" + encoded[whole:]
    return encoded + b"=\r\n"


def _ascii(address: str) -> str:
    """Raise ValueError for an address that no mail can carry: there is no 7-bit form of what stands before the @."""
    mailbox, _at, domain = address.rpartition("@")
    if not mailbox.isascii() or any(char <= " " or char == "\x7f" for char in mailbox):
        raise ValueError("This address cannot be written in a mail.")
    return f"{mailbox}@{punycode(domain)}"
