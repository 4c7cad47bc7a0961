"""Mail that comes back, as servers write it (RFC 3464)."""

ORIGINAL = """\
From: Service <trust@example.com>
To: {recipient}
Subject: Changes to come
Message-ID: {message_id}

What changes.
"""


def bounce(
    message_id: str = "<1@example.com>",
    *,
    recipient: str = "gone@marjamaa.example",
    status: str = "5.1.1",
    action: str = "failed",
    words: str = "smtp; 550 5.1.1 User unknown",
    date: str = "Mon, 23 Nov 2026 10:00:00 +0000",
    original: str = "message/rfc822",
) -> bytes:
    """A report as Postfix writes it, with the mail that came back, its headers alone, or neither."""
    came_back = ORIGINAL.format(recipient=recipient, message_id=message_id)
    if original == "text/rfc822-headers":
        came_back = came_back.partition("\n\n")[0] + "\n"
    part = f"--b\nContent-Type: {original}\n\n{came_back}" if original else ""
    return f"""\
Return-Path: <>
Date: {date}
From: MAILER-DAEMON@mx.example.com (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: trust@example.com
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

This is a MIME-encapsulated message.

--b
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com
Arrival-Date: Mon, 23 Nov 2026 09:59:58 +0000 (UTC)

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.marjamaa.example
Diagnostic-Code: {words}

{part}--b--
""".encode()


def mbox(*messages: bytes) -> bytes:
    return b"".join(b"From MAILER-DAEMON Mon Nov 23 10:00:00 2026\n" + message + b"\n" for message in messages)
