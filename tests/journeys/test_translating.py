"""A source moves on, staff see which languages it left behind, readers are told, and a translator mends one."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from playwright.sync_api import Browser, Page, expect

from .product import PASSWORD, Product, running
from .publishing import publish_at_once
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


def gettext(*call: str | Path) -> None:
    subprocess.run(call, check=True, capture_output=True)


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
    publish_at_once(page)
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


@pytest.mark.skipif(
    not shutil.which("msgmerge") and os.environ.get("CI") != "true", reason="gettext's programs are not here"
)
def test_a_file_that_gettexts_programs_have_edited_comes_back_right(product: Product, page: Page, tmp_path: Path):
    moved, mended = "sections/subcontractors/heading", "sections/faq/heading"

    def taken_away(name: str) -> Path:
        page.goto(f"{product.url}{MATRIX}lv/")
        with page.expect_download() as download:
            page.locator("a[href$='/lv/export/']").click()
        download.value.save_as(tmp_path / name)
        return tmp_path / name

    def brought_back(file: Path) -> None:
        page.goto(f"{product.url}{MATRIX}lv/import/")
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_role("button", name="Show what it would change").click()

    sign_in(page, product, "anna")
    mine = taken_away("mine.po")
    file = polib.pofile(str(mine))
    next(entry for entry in file if entry.msgctxt == mended).msgstr = "Mans virsraksts"
    file.save()
    # While the translator is at work, the source of another passage moves on.
    product.manage(
        "shell",
        "-c",
        f"from registry.models import PolicySection; s = PolicySection.objects.get(key='{moved.split('/')[1]}'); "
        "s.heading_en += ' of this list'; s.save()",
    )
    merged = tmp_path / "merged.po"
    gettext("msgmerge", "--previous", "--quiet", f"--output-file={merged}", mine, taken_away("theirs.po"))
    brought_back(merged)
    expect(page.locator(".entries.changed code")).to_have_text([mended])
    assert breaches(page) == []
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator(".messagelist .success")).to_have_text("1 translation imported.")
    page.goto(f"{product.url}{MATRIX}lv/?show=all")
    expect(card(page, mended).get_by_label("Latvian")).to_have_value("Mans virsraksts")
    expect(card(page, mended)).to_have_attribute("data-state", "current")
    expect(card(page, moved)).to_have_attribute("data-state", "outdated")

    # Looked at, and still right.
    looked_at = tmp_path / "looked-at.po"
    gettext("msgattrib", "--clear-fuzzy", "--clear-previous", f"--output-file={looked_at}", taken_away("again.po"))
    brought_back(looked_at)
    expect(page.locator(".entries.confirmed code").filter(has_text=moved)).to_have_count(1)
    page.get_by_role("button", name="Import", exact=True).click()
    page.goto(f"{product.url}{MATRIX}lv/?show=all&at={moved}")
    expect(card(page, moved)).to_have_attribute("data-state", "current")


def test_without_a_script_each_passage_is_a_page_load_and_nothing_else_differs(product: Product, chromium: Browser):
    context = chromium.new_context(locale="en-GB", java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    sign_in(page, product, "anna")
    page.goto(f"{product.url}{MATRIX}lv/?group=questions&show=all")
    first = page.locator("article").first
    key = first.get_attribute("data-passage")
    first.get_by_label("Latvian").fill("Jautājums")
    first.get_by_role("button", name="Save").click()

    expect(page.locator("#passages p.done")).to_have_text("Saved.")
    expect(page).to_have_url(re.compile(r"\?group=questions&show=all&at="))
    expect(card(page, key).get_by_label("Latvian")).to_have_value("Jautājums")
    context.close()


@pytest.mark.looks
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_pages_are_accessible_and_fit_a_phone(product: Product, page: Page, scheme: str):
    sign_in(page, product, "admin")
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 844})

    for address in (MATRIX, f"{MATRIX}hu/?show=all", f"{MATRIX}hu/?show=current", "/admin/registry/translator/"):
        page.goto(f"{product.url}{address}")
        assert breaches(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
