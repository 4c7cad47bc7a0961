"""A customer asks for a DPA in Hungarian, confirms the address, and is answered in Hungarian."""

import email
import email.policy
import re
import time

import pytest
from playwright.sync_api import Page, expect

from .product import Product

pytestmark = pytest.mark.browser

TYPED = {
    "company": "Árvíztűrő Kft.",
    "address": "1051 Budapest, Fő utca 1.",
    "account": "arvizturo.ladesk.com",
    "name": "Kovács Ágnes",
    "role": "ügyvezető",
    "email": "agnes.kovacs@arvizturo.example",
}


def fill(page: Page, **typed: str) -> None:
    for name, value in typed.items():
        page.locator(f"[name={name}]").fill(value)


def mails(product: Product, count: int) -> list[email.message.EmailMessage]:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = [
            email.message_from_string(text.rpartition("\n" + "-" * 79)[0] or text, policy=email.policy.default)
            for text in product.mails
        ]
        if len(found) >= count:
            return found
        time.sleep(0.2)
    raise AssertionError(f"{len(product.mails)} mails after 20 seconds")


def text(mail: email.message.EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_hungarian_request_gets_a_reference_and_once_confirmed_a_hungarian_receipt(product: Product, page: Page):
    page.goto(f"{product.url}/hu/dpa/")
    fill(page, **TYPED)
    page.locator("[name=country]").select_option("HU")
    page.locator("[name=region]").select_option("eu")
    page.wait_for_timeout(3_200)  # a person needs longer than that
    page.locator("button[type=submit]").click()

    expect(page).to_have_url(re.compile(r"/hu/dpa/thanks/"))
    reference = page.locator(".reference strong").inner_text()
    assert re.fullmatch(r"DPA-[0-9A-Z]{4}-[0-9A-Z]{4}", reference)
    [check] = mails(product, 1)
    assert check["To"] == TYPED["email"]
    assert not any(value in text(check) for value in TYPED.values())
    link = re.search(rf"{product.url}/hu/dpa/verify/\S+", text(check))
    assert link is not None

    page.goto(link[0])
    page.locator("main form[method=post] button[type=submit]").click()

    expect(page).to_have_url(re.compile(r"/hu/dpa/status/[\w-]{22}/$"))
    later = [mail for mail in mails(product, 3) if mail["Message-ID"] != check["Message-ID"]]
    receipt, notice = sorted(later, key=lambda mail: mail["To"] == "dpa@example.com")
    assert receipt["To"] == TYPED["email"]
    assert receipt["Subject"] == f"Megkaptuk az Ön DPA-igénylését ({reference})"
    assert reference in text(receipt)
    assert page.url in text(receipt)
    assert f"{product.url}/hu/dpa/privacy/" in text(receipt)
    assert notice["To"] == "dpa@example.com"
    assert not any(value in notice.as_string() for value in TYPED.values())


def test_what_was_typed_stays_where_something_is_wrong(product: Product, page: Page):
    page.goto(f"{product.url}/hu/dpa/")
    fill(page, **{**TYPED, "email": "nobody"})
    page.locator("[name=country]").select_option("HU")
    page.wait_for_timeout(3_200)
    page.locator("button[type=submit]").click()

    expect(page.locator("[name=email]")).to_have_attribute("aria-invalid", "true")
    for name, value in {**TYPED, "email": "nobody", "country": "HU"}.items():
        expect(page.locator(f"[name={name}]")).to_have_value(value)
    assert product.mails == []


def test_a_double_click_is_one_request(product: Product, page: Page):
    page.goto(f"{product.url}/en/dpa/")
    fill(page, **TYPED)
    page.locator("[name=country]").select_option("HU")
    page.locator("[name=region]").select_option("eu")
    page.wait_for_timeout(3_200)
    page.locator("button[type=submit]").dblclick()

    expect(page).to_have_url(re.compile(r"/en/dpa/thanks/"))
    mails(product, 1)
    page.wait_for_timeout(2_000)
    assert len(product.mails) == 1
