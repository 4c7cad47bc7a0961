"""Staff add a subprocessor in the admin, look at it in every language, publish it, and customers read it."""

import time

import pytest
from playwright.sync_api import Page, expect

from .product import PASSWORD, Product
from .publishing import publish_at_once

pytestmark = pytest.mark.browser

PURPOSE = {
    "en": ("English", "Sends text messages."),
    "da": ("Danish", "Sender sms-beskeder."),
    "et": ("Estonian", "Saadab tekstisõnumeid."),
    "hu": ("Hungarian", "Szöveges üzeneteket küld."),
    "lv": ("Latvian", "Sūta īsziņas."),
    "pt-br": ("Portuguese (Brazil)", "Envia mensagens de texto."),
}
AUTONYMS = {
    "en": "English",
    "da": "Dansk",
    "et": "Eesti",
    "hu": "Magyar",
    "lv": "Latviešu",
    "pt-br": "Português (Brasil)",
}


def sign_in(page: Page, product: Product) -> None:
    page.goto(f"{product.url}/admin/login/")
    page.locator("[name=username]").fill("admin")
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def add_subprocessor(page: Page, product: Product) -> None:
    page.goto(f"{product.url}/admin/registry/subprocessor/")
    page.get_by_role("link", name="Add subprocessor").click()
    page.locator("[name=legal_name]").fill("Nordic Messages AB")
    page.locator("[name=kind]").select_option("infrastructure")
    page.locator("[name=country]").select_option("SE")
    for code, (name, text) in PURPOSE.items():
        page.get_by_role("tab", name=name).first.click()
        page.locator(f"[name=purpose_{code.replace('-', '_')}]").fill(text)
    page.get_by_role("button", name="Add another Processing location").click()
    page.locator("[name=locations-0-territory]").select_option("SE")
    page.locator("[name=locations-0-region]").select_option(label="European Union")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_contain_text("nordic-messages-ab")


def test_the_six_public_pages_carry_a_subprocessor_that_staff_added_and_published(product: Product, page: Page):
    sign_in(page, product)
    add_subprocessor(page, product)

    page.goto(f"{product.url}/en/")
    expect(page.locator("[data-subprocessor=nordic-messages-ab]")).to_have_count(0)

    page.goto(f"{product.url}/admin/registry/release/publish/")
    expect(
        page.get_by_text("New subprocessor: Nordic Messages AB — processing location: Sweden (EU customers)")
    ).to_be_visible()
    for code, autonym in AUTONYMS.items():
        with page.context.expect_page() as opened:
            page.get_by_role("link", name=autonym, exact=True).click()
        expect(opened.value.get_by_text(PURPOSE[code][1]).first).to_be_visible()
        opened.value.close()
    publish_at_once(page)

    published = time.monotonic()
    for code, (_name, text) in PURPOSE.items():
        page.goto(f"{product.url}/{code}/")
        while page.locator("article").get_attribute("data-release") != "4":
            assert time.monotonic() < published + 10, f"/{code}/ is still the release before"
            page.wait_for_timeout(200)
            page.reload()
        expect(page.get_by_text(text).first).to_be_visible()
        row = page.locator("table [data-location^=nordic-messages-ab]")
        country = row.locator("[data-country]").or_(row.and_(page.locator("[data-country]")))
        expect(country.first).to_have_attribute("data-country", "SE")
    page.goto(f"{product.url}/hu/releases/")
    expect(page.get_by_text("Nordic Messages AB").first).to_be_visible()


def test_of_two_people_who_edit_one_record_the_second_sees_both_versions_and_loses_nothing(
    product: Product, page: Page
):
    sign_in(page, product)
    address = f"{product.url}/admin/registry/subprocessor/?q=twilio"
    mine, theirs = page, page.context.new_page()
    for editor in (mine, theirs):
        editor.goto(address)
        editor.get_by_role("link", name="Twilio, Inc.").click()
    theirs.locator("[name=brand_name]").fill("Their brand")
    theirs.get_by_role("button", name="Save", exact=True).click()
    mine.locator("[name=brand_name]").fill("My brand")
    mine.get_by_role("button", name="Save", exact=True).click()

    expect(mine.get_by_role("heading", name="Two versions")).to_be_visible()
    expect(mine.get_by_text("Their brand").first).to_be_visible()
    expect(mine.locator("[name=brand_name]")).to_have_value("My brand")
    mine.get_by_role("button", name="Save", exact=True).click()
    expect(mine.locator(".messagelist .success")).to_be_visible()
    mine.goto(address)
    mine.get_by_role("link", name="Twilio, Inc.").click()
    expect(mine.locator("[name=brand_name]")).to_have_value("My brand")
