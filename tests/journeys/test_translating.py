"""A source moves on, staff see which languages it left behind, readers are told, and a translator mends one."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from .product import PASSWORD, Product, running
from .test_publishing import breaches

pytestmark = pytest.mark.browser

SET_UP = f"""
from django.contrib.auth.models import Group, User
from registry.models import Language, PolicySection, Translator
Language.objects.update(when_incomplete="notice")
eve = User.objects.create_user("eve", password="{PASSWORD}", is_staff=True)
eve.groups.add(*Group.objects.filter(name__in=["editor", "publisher"]))
anna = User.objects.create_user("anna", password="{PASSWORD}", is_staff=True)
anna.groups.add(Group.objects.get(name="translator"))
Translator.objects.create(user=anna).languages.set(Language.objects.filter(code="lv"))
section = PolicySection.objects.get(key="introduction")
section.heading_en, section.body_en = "What this policy is about", section.body_en + " It is kept up to date."
section.save()
"""
MATRIX = "/admin/registry/translationpin/"
LANGUAGES = ("da", "et", "hu", "lv", "pt-br")
HEADING, BODY = "sections/introduction/heading", "sections/introduction/body"


@pytest.fixture(scope="module")
def product(product_at_rest: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One for these journeys: each works on a section of its own."""
    with running(product_at_rest, tmp_path_factory.mktemp("translating")) as served:
        served.manage("shell", "-c", SET_UP)
        yield served


def sign_in(page: Page, product: Product, name: str) -> None:
    page.goto(f"{product.url}/admin/login/")
    page.locator("[name=username]").fill(name)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def card(page: Page, key: str):
    return page.locator(f"article[data-passage='{key}']")


def test_a_source_edit_makes_five_languages_outdated_for_staff_and_after_publication_for_readers(
    product: Product, page: Page
):
    sign_in(page, product, "eve")
    page.goto(f"{product.url}/admin/registry/policysection/")
    page.get_by_role("link", name="Due diligence").click()
    page.get_by_label("Body · English").fill(
        "The provider looks at every subprocessor before it begins, and each year."
    )
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Home").click()
    page.get_by_role("link", name="All translations").click()

    row = page.locator("tr[data-part='sections/due-diligence']")
    for code in LANGUAGES:
        expect(row.locator(f"[data-language='{code}']")).to_have_attribute("data-state", "outdated")
    assert breaches(page) == []

    page.goto(f"{product.url}/admin/registry/release/preview/hu/")
    expect(page.locator("#due-diligence [data-state=outdated]").first).to_be_visible()

    page.goto(f"{product.url}/admin/registry/release/publish/")
    page.get_by_role("button", name="Publish release 4").click()
    expect(page.get_by_text("Release 4 is published.")).to_be_visible()
    published = time.monotonic()
    for code in LANGUAGES:
        page.goto(f"{product.url}/{code}/")
        while page.locator("article").get_attribute("data-release") != "4":
            assert time.monotonic() < published + 10, f"/{code}/ is still the release before"
            page.wait_for_timeout(200)
            page.reload()
        expect(page.locator("#due-diligence [data-state=outdated]").first).to_be_visible()
    page.goto(f"{product.url}/en/")
    expect(page.locator("[data-state=outdated]")).to_have_count(0)


def test_a_translator_of_latvian_mends_by_keyboard_without_a_page_load_and_is_refused_danish(
    product: Product, page: Page
):
    sign_in(page, product, "anna")
    page.get_by_role("link", name="Latvian").first.click()
    expect(page).to_have_url(f"{product.url}{MATRIX}lv/")
    assert breaches(page) == []
    page.evaluate("window.neverLeft = true")

    # Unsaved text outlives the page, whose browser warns.
    heading = card(page, HEADING).get_by_label("Latvian")
    heading.fill("Par ko ir šī politika")
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.evaluate("window.neverLeft = true")
    card(page, HEADING).get_by_role("button", name="Put it back").click()
    expect(heading).to_have_value("Par ko ir šī politika")

    # Saved by keyboard: the focus goes on to the next passage.
    page.keyboard.press("Control+Enter")
    expect(card(page, HEADING)).to_have_attribute("data-state", "current")
    expect(card(page, BODY).get_by_label("Latvian")).to_be_focused()

    # A text that lost a fact is refused where it stands, and put right with a placeholder's button.
    body = card(page, BODY).get_by_label("Latvian")
    whole = body.input_value()
    body.fill(whole.replace("{service_address}", ""))
    page.keyboard.press("Control+Enter")
    expect(card(page, BODY).get_by_text("missing here: {service_address}")).to_be_visible()
    expect(body).to_have_attribute("aria-invalid", "true")
    assert breaches(page) == []
    body.press("Control+End")
    card(page, BODY).get_by_role("button", name="Insert: {service_address}").click()
    page.keyboard.press("Control+Enter")
    expect(card(page, BODY)).to_have_attribute("data-state", "current")
    assert page.evaluate("window.neverLeft") is True
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('translation:'))") == []

    assert page.goto(f"{product.url}{MATRIX}da/").status == 403
    page.goto(f"{product.url}{MATRIX}")
    expect(page.locator("thead [data-language]")).to_have_text(["Latvian"])


def test_what_is_typed_survives_a_lost_session_and_a_source_that_moved(product: Product, page: Page):
    sign_in(page, product, "eve")
    page.goto(f"{product.url}{MATRIX}et/?group=sections/definition&show=all")
    field = card(page, "sections/definition/heading").get_by_label("Estonian")
    field.fill("Minu tekst")
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    expect(field).to_have_value("Minu tekst")

    page.context.add_cookies(cookies)
    product.manage(
        "shell",
        "-c",
        "from registry.models import PolicySection; s = PolicySection.objects.get(key='definition'); "
        "s.heading_en = 'What a processor is'; s.save()",
    )
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    card(page, "sections/definition/heading").get_by_role("button", name="Put it back").click()
    expect(card(page, "sections/definition/heading").locator("ins")).to_have_text("processor")
    product.manage(
        "shell",
        "-c",
        "from registry.models import PolicySection; s = PolicySection.objects.get(key='definition'); "
        "s.heading_en = 'What a helper is'; s.save()",
    )
    field.press("Control+Enter")
    expect(card(page, "sections/definition/heading").locator("ins")).to_have_text("helper")
    expect(field).to_have_value("Minu tekst")
    assert breaches(page) == []
    field.press("Control+Enter")
    expect(card(page, "sections/definition/heading")).to_have_attribute("data-state", "current")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('translation:'))") == []

    # A link to a passage of another page or filter finds it.
    page.goto(f"{product.url}{MATRIX}et/#profile/privacy")
    expect(card(page, "profile/privacy").get_by_label("Estonian")).to_be_focused()


def test_without_a_script_each_passage_is_a_page_load_and_nothing_else_differs(product: Product, chromium: Browser):
    context = chromium.new_context(locale="en-GB", java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    sign_in(page, product, "anna")
    page.goto(f"{product.url}{MATRIX}lv/?group=questions&show=all")
    first = page.locator("article").first
    key = first.get_attribute("data-passage")
    first.get_by_label("Latvian").fill("Jautājums")
    first.get_by_role("button", name="Save").click()

    expect(page.locator(".messagelist .success")).to_have_text("Saved.")
    expect(page).to_have_url(re.compile(r"\?group=questions&show=all&at="))
    expect(card(page, key).get_by_label("Latvian")).to_have_value("Jautājums")
    context.close()


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_pages_are_accessible_and_fit_a_phone(product: Product, page: Page, scheme: str):
    sign_in(page, product, "admin")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 844})

    for address in (MATRIX, f"{MATRIX}hu/?show=all", f"{MATRIX}hu/?show=current", "/admin/registry/translator/"):
        page.goto(f"{product.url}{address}")
        assert breaches(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
