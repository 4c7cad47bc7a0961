"""The subscription's pages as eyes, fingers and screen readers meet them, with scripts and cookies and without."""

import json

import pytest
from playwright.sync_api import Page, expect

from .product import Product
from .test_looks import breaches

pytestmark = [pytest.mark.browser, pytest.mark.looks]

MAKE = """
import json
from registry.actions import notifying
from tests.subscribers import ask, link, subscribe
pending, told, left, gone = ask("a@marjamaa.example"), *(subscribe(f"{name}@marjamaa.example") for name in "bcd")
notifying.unsubscribe(left)
notifying.suppress(gone)
print("links:" + json.dumps([
    link(pending, "confirm"), link(told, "confirm"), link(told, "preferences"), link(told, "unsubscribe"),
    link(told, "unsubscribe", step="erase"), link(left, "unsubscribe"), link(gone, "preferences"),
]))
"""


def links(product: Product) -> list[str]:
    return json.loads(product.manage("shell", "-c", MAKE).partition("links:")[2].splitlines()[0])


def test_pages_fit_and_breach_no_rule_of_accessibility(product: Product, page: Page):
    addresses = ["/et/subscribe/", "/et/subscribe/thanks/", "/et/subscribe/confirm/x/", *links(product)]

    for scheme, width in (("light", 1280), ("dark", 390), ("light", 320)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        for address in addresses:
            page.goto(product.url + address)
            assert breaches(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            pressed = page.locator("main button:visible, main .choice:visible, main input[type=email]")
            assert min([44, *pressed.evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")]) >= 44


def test_the_regions_appear_with_their_choice_and_mistakes_are_led_to(product: Product, page: Page):
    page.goto(f"{product.url}/en/subscribe/")
    regions = page.get_by_role("group", name="Regions")

    expect(regions).to_be_hidden()
    page.get_by_label("Only changes that concern the regions I choose").check()
    expect(regions).to_be_visible()
    page.wait_for_timeout(3100)
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert breaches(page) == []
    page.get_by_role("alert").get_by_role("link", name="Regions").click()
    expect(regions).to_be_focused()
    expect(regions).to_have_accessible_description(
        "A change that concerns every customer is told in any case. Please choose at least one region."
    )


def test_everything_works_without_scripts_and_without_cookies_from_the_mail_on(product: Product, page: Page):
    browser = page.context.browser
    assert browser
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    confirm, _told, preferences, unsubscribe, *_rest = links(product)

    plain.goto(product.url + confirm)
    plain.locator("main form button").click()
    assert plain.url == product.url + confirm
    expect(plain.locator("main .chosen dd").first).to_have_text("a@marjamaa.example")
    plain.goto(product.url + preferences.replace("/et/", "/en/"))
    plain.get_by_label("Only changes that concern the regions I choose").check()
    plain.get_by_label("United States").check()
    plain.get_by_role("button", name="Save the choices").click()
    expect(plain.get_by_role("status")).to_be_visible()
    plain.goto(product.url + unsubscribe.replace("/et/", "/en/"))
    plain.get_by_role("button", name="Unsubscribe").click()
    expect(plain.locator("h1")).to_have_text("You are no longer subscribed")
    assert context.cookies() == []
    context.close()
