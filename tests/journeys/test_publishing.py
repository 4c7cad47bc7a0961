"""Staff sign in, see what needs attention, preview and publish, in a real browser under the strict policy."""

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .product import PASSWORD, Product
from .publishing import choose_urgent, publish_at_once

pytestmark = pytest.mark.browser

WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
PAGES = (
    "",
    "registry/release/",
    "registry/release/3/change/",
    "registry/release/publish/",
    "registry/release/verify/",
    "registry/release/correct/",
    "registry/release/preview/hu/",
    "auth/user/",
    "auth/user/add/",
    "auth/user/1/change/",
    "auth/user/1/password/",
    "auth/group/",
    "auth/group/1/change/",
    "password_change/",
)
ANNOUNCED = (
    "",
    "registry/release/",
    "registry/release/4/change/",
    "registry/release/publish/",
    "registry/release/correct/",
    "registry/release/4/withdraw/",
)
CHANGE = (
    "from registry.models import Subprocessor, PolicySection; "
    "Subprocessor.objects.create(key='example', legal_name='Example GmbH', country='DE', kind='service'); "
    "section = PolicySection.objects.get(key='definition'); section.body_lv = '{lv}'; section.save()"
)
REWORD = (
    "from registry.models import PolicySection; section = PolicySection.objects.get(key='introduction'); "
    "[setattr(section, name, getattr(section, name) + '!') for name in "
    "('heading_en', 'heading_da', 'heading_et', 'heading_hu', 'heading_lv', 'heading_pt_br')]; section.save()"
)


def breaches(page: Page) -> list[tuple[str, list[str]]]:
    found = Axe().run(page, options=WCAG).response["violations"]
    return [(breach["id"], [node["html"] for node in breach["nodes"]]) for breach in found]


def sign_in(page: Page, product: Product, password: str = PASSWORD) -> None:
    page.goto(f"{product.url}/admin/login/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_staff_publish_what_they_have_previewed_and_all_six_pages_carry_it(product: Product, page: Page):
    product.manage("shell", "-c", CHANGE.format(lv="Tulkojums."))
    sign_in(page, product)

    expect(page.get_by_text("New subprocessor: Example GmbH")).to_be_visible()
    page.get_by_role("link", name="Look at the draft and publish it").click()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Magyar").click()
    preview = opened.value
    expect(preview.get_by_text("Preview of the draft. Nothing here is published.")).to_be_visible()
    expect(preview.locator("html")).to_have_attribute("lang", "hu")
    expect(preview.get_by_text("Example GmbH").first).to_be_visible()
    preview.close()
    for name, text in {
        "English": "One.",
        "Danish": "En.",
        "Hungarian": "Egy.",
        "Latvian": "Viens.",
        "Estonian": "Üks.",
        "Portuguese (Brazil)": "Um.",
    }.items():
        page.get_by_role("group", name="Summary of the release").get_by_label(f"{name}:").fill(text)
    publish_at_once(page)

    deadline = time.monotonic() + 10
    for language in ("en", "da", "hu", "lv", "et", "pt-br"):
        while True:
            page.goto(f"{product.url}/{language}/")
            if page.locator("[data-release='4'] [data-subprocessor='example']").count():
                break
            assert time.monotonic() < deadline, f"/{language}/ still lacks the subprocessor"
            time.sleep(0.2)


def test_what_is_missing_is_mended_by_following_its_link(product: Product, page: Page):
    product.manage("shell", "-c", CHANGE.format(lv=""))
    sign_in(page, product)

    page.locator("[data-card=problems]").get_by_role("link").click()

    expect(page).to_have_url(re.compile(r"/admin/registry/translationpin/lv/\?at=[^#]*#sections/definition/body$"))


@pytest.mark.looks
@pytest.mark.parametrize(("scheme", "width"), [("dark", 390), ("light", 1280)])
def test_the_pages_breach_no_rule_of_accessibility_and_fit_a_phone(product: Product, page: Page, scheme, width):
    product.manage("shell", "-c", CHANGE.format(lv=""))
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{product.url}/admin/login/")
    assert breaches(page) == []
    sign_in(page, product)

    for rest in PAGES:
        page.goto(f"{product.url}/admin/{rest}")
        assert breaches(page) == [], rest
        assert page.evaluate("document.documentElement.scrollWidth") <= width, rest
    page.goto(f"{product.url}/admin/registry/release/publish/")
    choose_urgent(page)
    assert breaches(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    product.manage("shell", "-c", CHANGE.format(lv="Tulkojums.").replace("create(", "get_or_create("))
    product.manage("publish")
    product.manage("shell", "-c", REWORD)
    for rest in ANNOUNCED:
        page.goto(f"{product.url}/admin/{rest}")
        assert breaches(page) == [], rest
        assert page.evaluate("document.documentElement.scrollWidth") <= width, rest


def test_the_page_tells_what_follows_from_each_choice_and_publishes_what_it_told(product: Product, page: Page):
    product.manage("shell", "-c", CHANGE.format(lv="Tulkojums."))
    sign_in(page, product)
    page.goto(f"{product.url}/admin/registry/release/publish/")
    follows, reasons = page.locator("#follows"), page.get_by_role("group", name="Reason")

    expect(follows).to_contain_text("In force for existing customers.")
    expect(reasons).to_be_hidden()
    page.get_by_label("Urgent replacement").check()
    expect(reasons).to_be_visible()
    expect(follows).to_contain_text("In force for all customers.")
    page.locator("[name=urgent_in_force_on]").fill("2026-01-01")
    page.locator("[name=urgent_in_force_on]").blur()
    expect(page.get_by_text("A release cannot come into force on a day in the past.")).to_be_visible()
    page.get_by_label("Change with notice").check()
    expect(reasons).to_be_hidden()
    later = datetime.now(UTC).date() + timedelta(days=45)
    page.locator("[name=in_force_on]").fill(str(later))
    page.locator("[name=in_force_on]").blur()
    expect(follows).to_contain_text(f"{later.day} {later:%B %Y}")
    page.get_by_role("button", name="Publish release 4").click()

    expect(page.get_by_text("Release 4 is published.")).to_be_visible()
    expect(page.locator(".field-in_force_existing .readonly")).to_have_text(f"{later.day} {later:%B %Y}")


def test_failed_sign_ins_end_on_a_page_that_says_what_to_do(product: Product, page: Page):
    for _i in range(5):
        sign_in(page, product, "wrong")

    expect(page.get_by_role("heading", name="Sign-in is locked")).to_be_visible()
    assert breaches(page) == []
    page.get_by_role("link", name="Back to sign-in").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
