"""Publish in the browser what customers cannot wait a notice period for."""

from playwright.sync_api import Page, expect

from tests.releases import REASON


def choose_urgent(page: Page) -> None:
    """On the publish page: in force today, with a reason in every language; the page tells what follows."""
    page.get_by_label("Urgent replacement").check()
    for code, text in REASON.items():
        page.locator(f"[name=reason_{code}]").fill(text)
    expect(page.locator("#follows")).to_contain_text("In force for all customers.")


def publish_at_once(page: Page) -> None:
    choose_urgent(page)
    page.get_by_role("button", name="Publish release 4").click()
    expect(page.get_by_text("Release 4 is published.")).to_be_visible()
