"""Hand mails over: to a mail server, on a connection that is kept from mail to mail, or to what else carries mail.

What goes wrong is told as one of three things: this mail is refused for good, it has to wait, or all of them have to.
"""

import email.policy
import re
import smtplib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from anymail.exceptions import AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMessage, mailers
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend

# Servers end a connection after so many mails, a hundred or fewer; it is left before that.
MAILS_A_CONNECTION = 50
# Answers of a mail provider's API to a mail that it will not take in any case.
_HTTP_REFUSED = {400, 413, 422}

# What needs no looking at: a dot-atom (RFC 5322, 3.2.3) and a host's name.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN = re.compile(rf"{_ATOM}(\.{_ATOM})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


class Deferred(Exception):
    """Not now: the mail server asks to try this mail again later. Holds the code alone."""


class Unreachable(Deferred):
    """The mail server, not this mail, is the problem."""


class Refused(Exception):
    """For good: sending again would be refused again. Holds the code or the error's class alone."""


class Postbox:
    """What carries mail, by the settings. It connects with the first mail; leave it by `with`."""

    def __init__(self) -> None:
        self._mailer: Any = mailers.default
        self._offered = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        # The server has taken each mail, or refused it: a clumsy good-bye must not send the last one twice.
        with suppress(OSError):
            self._mailer.close()

    def send(self, message: EmailMessage) -> None:
        """Raise Refused, Deferred or Unreachable."""
        try:
            self._send(message)
        except smtplib.SMTPRecipientsRefused as error:
            raise _by_code(min(code for code, _words in error.recipients.values())) from None
        except smtplib.SMTPDataError as error:
            raise _by_code(error.smtp_code) from None
        except smtplib.SMTPResponseException as error:
            # Not this mail but our sender, our password, our greeting: the operator's to mend.
            raise Unreachable(f"SMTP {error.smtp_code}") from None
        except OSError as error:
            raise _by_status(error) from None
        except (ValueError, AnymailRecipientsRefused) as error:
            # An address that cannot be written in a mail, or that the provider knows to be dead.
            raise Refused(type(error).__name__) from None

    def _send(self, message: EmailMessage) -> None:
        if isinstance(self._mailer, SmtpBackend):
            return self._by_smtp(message)
        self._mailer.open()
        try:
            self._mailer.send_messages([message])
        finally:
            # One mail a file.
            if hasattr(self._mailer, "file_path"):
                self.close()
                self._mailer = mailers.default

    def _by_smtp(self, message: EmailMessage) -> None:
        sender, recipient = _sender(message.from_email), message.to[0]
        if not _PLAIN.fullmatch(recipient):
            recipient = self._mailer.prep_address(recipient)
        data = message.message(policy=email.policy.SMTP).as_bytes()
        if self._offered >= MAILS_A_CONNECTION:
            self.close()
        kept = not self._connect()
        try:
            self._announce(sender, recipient)
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
            # A server may end a connection that it finds old: it has taken nothing of this mail yet.
            if not (kept and _ended(error)):
                raise
            self.close()
            self._connect()
            self._announce(sender, recipient)
        self._offered += 1
        code, words = self._mailer.connection.data(data)
        if code != 250:
            raise smtplib.SMTPDataError(code, words)

    def _connect(self) -> bool:
        """Whether the connection is a new one."""
        new = bool(self._mailer.open())
        self._offered = 0 if new else self._offered
        return new

    def _announce(self, sender: str, recipient: str) -> None:
        """Up to the mail itself (RFC 5321, 3.3), as smtplib's sendmail does."""
        server = self._mailer.connection
        server.ehlo_or_helo_if_needed()
        code, words = server.mail(sender)
        if code != 250:
            _start_again(server)
            raise smtplib.SMTPSenderRefused(code, words, sender)
        code, words = server.rcpt(recipient)
        if code not in {250, 251}:
            _start_again(server)
            raise smtplib.SMTPRecipientsRefused({recipient: (code, words)})


def _start_again(server: smtplib.SMTP) -> None:
    with suppress(smtplib.SMTPServerDisconnected):
        server.rset()


def _ended(error: Exception) -> bool:
    """Whether the server has closed, or announces that it closes, the connection (RFC 5321, 3.8)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return any(code == 421 for code, _words in error.recipients.values())
    return isinstance(error, smtplib.SMTPServerDisconnected) or getattr(error, "smtp_code", 0) == 421


def _by_code(code: int) -> Exception:
    return Refused(f"SMTP {code}") if 500 <= code < 600 else Deferred(f"SMTP {code}")


def _by_status(error: OSError) -> Exception:
    """A network that fails, or a mail provider's API, whose errors (of django-anymail) have an HTTP status."""
    status = getattr(error, "status_code", None)
    if status in _HTTP_REFUSED:
        return Refused(f"HTTP {status}")
    return Unreachable(f"HTTP {status}" if status else type(error).__name__)


@lru_cache
def _sender(address: str) -> str:
    return mailers.default.prep_address(address)  # type: ignore[attr-defined]  # of the SMTP backend


_BETWEEN = b"\n" + b"-" * 79 + b"\n"


def remove_files(references: Iterable[str]) -> int:
    """Remove the mails about these from where development keeps mails in files; how many there were."""
    marks = [reference.encode() for reference in references]
    found = 0
    for folder in _folders():
        for path in folder.glob("*.log"):
            mails = path.read_bytes().split(_BETWEEN)
            kept = [text for text in mails if not any(mark in text for mark in marks)]
            found += len(mails) - len(kept)
            if not any(text.strip() for text in kept):
                path.unlink()
            elif len(kept) < len(mails):
                path.write_bytes(_BETWEEN.join(kept))
    return found


def _folders() -> Iterator[Path]:
    for mailer in settings.MAILERS.values():
        if path := mailer.get("OPTIONS", {}).get("file_path"):
            yield Path(path)
