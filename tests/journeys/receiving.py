"""What comes by mail to somebody in a journey, and how they wait for it."""

import email
import email.policy
import re
import time
from collections.abc import Callable
from email.message import EmailMessage

from playwright.sync_api import Page

from tests.smtp import Sink

from .product import Product


def wait_for[T](what: Callable[[], T | None], seconds: float = 30) -> T:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def mail_to(mails: Sink, address: str, number: int) -> EmailMessage:
    """The so-many-th mail to an address."""

    def look() -> EmailMessage | None:
        found = [email.message_from_string(text, policy=email.policy.default) for text in list(mails.mails)]
        to = [mail for mail in found if mail["To"].addresses[0].addr_spec == address]
        return to[number - 1] if len(to) >= number else None

    return wait_for(look)


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(mail: EmailMessage, product: Product, path: str) -> str:
    found = re.search(rf"{re.escape(product.url)}{path}\S*", text_of(mail))
    assert found, text_of(mail)
    return found[0]


def send(page: Page) -> None:
    page.wait_for_timeout(3_200)  # a person needs longer than that
    page.locator("main button[type=submit]").last.click()


def seen_on(page: Page, what: str) -> None:
    """Within seconds, and without anybody's doing, on a page that is loaded anew."""

    def look() -> bool:
        page.reload()
        return page.locator(what).count() > 0

    wait_for(look)
