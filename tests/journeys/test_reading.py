"""A reader changes language and day, and finds each release as it was."""

import pytest
from playwright.sync_api import Page, expect

from .product import Product

pytestmark = pytest.mark.browser

LAST_UPDATED = {
    "da": ("Dansk", ["28. oktober 2019", "2. oktober 2023", "13. december 2024"]),
    "hu": ("Magyar", ["2019. október 28.", "2023. október 2.", "2024. december 13."]),
    "lv": ("Latviešu", ["2019. gada 28. oktobris", "2023. gada 2. oktobris", "2024. gada 13. decembris"]),
    "et": ("Eesti", ["28. oktoober 2019", "2. oktoober 2023", "13. detsember 2024"]),
    "pt-br": ("Português (Brasil)", ["28 de outubro de 2019", "2 de outubro de 2023", "13 de dezembro de 2024"]),
}
# A day on which each release was in force, and what it listed then.
DAYS = {
    "2020-02-29": (1, {"linode", "aws", "websupport"}, {"EU", "GB", "US", "SG", "IE"}),
    "2023-10-02": (2, {"linode", "aws", "websupport"}, {"EU", "GB", "US", "SG"}),
    "2025-01-01": (3, {"aws"}, {"DE", "IE", "US", "SG"}),
}


def choose(page: Page, language: str) -> None:
    page.locator("details.languages summary").click()
    page.get_by_role("link", name=language, exact=True).click()


def keys(page: Page, attribute: str) -> set[str]:
    return set(page.locator(f"table [data-{attribute}]").evaluate_all(f"all => all.map(e => e.dataset.{attribute})"))


def test_a_reader_finds_each_release_on_a_day_of_its_own_in_each_language(trust_page: Product, page: Page):
    for day, (number, hosts, countries) in DAYS.items():
        page.goto(f"{trust_page.url}/en/on/{day}/")
        expect(page).to_have_url(f"{trust_page.url}/en/releases/{number}/")
        for code, (name, dates) in LAST_UPDATED.items():
            choose(page, name)

            expect(page).to_have_url(f"{trust_page.url}/{code}/releases/{number}/")
            expect(page.locator("html")).to_have_attribute("lang", "pt-BR" if code == "pt-br" else code)
            expect(page.locator(".updated")).to_contain_text(dates[number - 1])
            assert hosts <= keys(page, "subprocessor")
            assert keys(page, "country") == countries


def test_an_archived_release_leads_to_the_one_in_force(trust_page: Product, page: Page):
    page.goto(f"{trust_page.url}/hu/releases/1/")
    expect(page.locator("article")).to_have_attribute("data-status", "superseded")

    page.locator("article header a[href='/hu/']").first.click()

    expect(page).to_have_url(f"{trust_page.url}/hu/")
    expect(page.locator("article")).to_have_attribute("data-release", "3")


def test_the_first_page_speaks_the_visitors_language(trust_page: Product, chromium):
    context = chromium.new_context(locale="et-EE")
    page = context.new_page()

    page.goto(trust_page.url)

    expect(page).to_have_url(f"{trust_page.url}/et/")
    assert context.cookies() == []
    context.close()


def test_a_phone_shows_the_whole_policy_without_scrolling_sideways(trust_page: Product, chromium):
    context = chromium.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()

    for address in ("/hu/", "/lv/releases/", "/et/regions/eu/", "/da/dpa/"):
        page.goto(trust_page.url + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
    context.close()


def test_the_policy_is_read_by_keyboard_alone(trust_page: Product, page: Page):
    page.goto(f"{trust_page.url}/en/")

    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_class("skip")
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()
