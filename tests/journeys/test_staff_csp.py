"""Staff keep the registry in a real browser: every page under the strict policy, languages as tabs, a file imported.

The `context` fixture fails a test on any breach of the Content-Security-Policy and on any script's error.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from .product import Product, running
from .test_publishing import breaches, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.looks]

NOUNS = (
    "subprocessor",
    "processinglocation",
    "transfermechanism",
    "region",
    "safeguard",
    "safeguardset",
    "policysection",
    "question",
)
OF_A_NOUN = ("", "add/", "import/", "deleted/")
OF_A_ROW = (
    "change/",
    "history/",
    "history/compare/?before=2000-01-01T00:00:00Z&after=now",
    "history/bring-back/?to=now",
)
MECHANISM = (
    "from registry.models import Subprocessor, TransferMechanism; "
    "TransferMechanism.objects.create(key='aws-eu-dpf', subprocessor=Subprocessor.objects.get(key='aws'), "
    "regime='eu', mechanism='dpf')"
)


def addresses():
    for noun in NOUNS:
        yield from (f"registry/{noun}/{page}" for page in OF_A_NOUN)
        yield from (f"registry/{noun}/1/{page}" for page in OF_A_ROW)
    for noun, pk in (("serviceprofile", 1), ("language", 1)):
        yield from (f"registry/{noun}/{pk}/{page}" for page in OF_A_ROW)
    yield from ("registry/language/", "registry/language/add/")


@pytest.fixture(scope="module")
def product(product_at_rest: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One for all of these tests: each works on entries of its own."""
    with running(product_at_rest, tmp_path_factory.mktemp("staff")) as served:
        served.manage("shell", "-c", MECHANISM)
        yield served


@pytest.fixture
def staff(product: Product, page: Page) -> Page:
    sign_in(page, product)
    return page


def test_every_page_of_the_registry_keeps_the_policy_and_is_accessible(product: Product, staff: Page):
    found = {}
    for address in addresses():
        response = staff.goto(f"{product.url}/admin/{address}")
        assert response.status == 200, address
        if breach := breaches(staff):
            found[address] = breach

    assert found == {}, "\n".join(f"{k}: {v}" for k, v in found.items())


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_main_pages_are_accessible_on_a_phone(product: Product, staff: Page, scheme: str):
    staff.emulate_media(color_scheme=scheme)
    staff.set_viewport_size({"width": 390, "height": 800})
    found = {}
    for address in ("subprocessor/", "subprocessor/1/change/", "subprocessor/1/history/", "policysection/1/change/"):
        staff.goto(f"{product.url}/admin/registry/{address}")
        if breach := breaches(staff):
            found[address] = breach
        assert staff.evaluate("document.documentElement.scrollWidth") <= 390, address

    assert found == {}, "\n".join(f"{k}: {v}" for k, v in found.items())


def test_languages_are_tabs_for_the_mouse_and_for_the_keyboard_and_the_choice_is_kept(product: Product, staff: Page):
    staff.goto(f"{product.url}/admin/registry/policysection/1/change/")
    tabs = staff.get_by_role("tablist", name="Language").first
    expect(tabs.get_by_role("tab", name="English")).to_have_attribute("aria-selected", "true")
    expect(staff.get_by_label("Heading · Danish")).to_be_hidden()

    tabs.get_by_role("tab", name="Danish").click()
    expect(staff.get_by_label("Heading · Danish")).to_be_visible()
    expect(staff.get_by_label("Heading · English")).to_be_hidden()
    expect(staff.locator(".source-text:visible").first).to_contain_text("About this policy")
    staff.keyboard.press("ArrowRight")
    expect(tabs.get_by_role("tab", name="Estonian")).to_be_focused()
    staff.keyboard.press("Home")
    staff.keyboard.press("ArrowLeft")
    expect(tabs.get_by_role("tab", name="Portuguese (Brazil)")).to_have_attribute("aria-selected", "true")

    staff.goto(f"{product.url}/admin/registry/region/1/change/")
    expect(staff.get_by_label("Name · Portuguese (Brazil)")).to_be_visible()


def test_a_tab_says_where_a_text_is_missing_and_where_one_needs_correction(product: Product, staff: Page):
    staff.goto(f"{product.url}/admin/registry/policysection/1/change/")
    staff.get_by_role("tab", name="Hungarian").click()
    staff.get_by_label("Heading · Hungarian").fill("")
    expect(staff.get_by_role("tab", name="Hungarian (text missing)")).to_be_visible()
    staff.get_by_label("Heading · Hungarian").fill("{nobody}")
    staff.get_by_role("tab", name="English").click()
    staff.get_by_role("button", name="Save", exact=True).click()

    expect(staff.get_by_role("tab", name="Hungarian (needs correction)")).to_have_attribute("aria-selected", "true")
    expect(staff.get_by_text("There is no fact for the placeholder {nobody}.")).to_be_visible()


def test_a_link_to_a_field_opens_its_language(product: Product, staff: Page):
    staff.goto(f"{product.url}/admin/registry/policysection/1/change/#id_body_pt_br")

    expect(staff.get_by_label("Body · Portuguese (Brazil)")).to_be_focused()


def test_a_location_is_added_with_tabs_of_its_own(product: Product, staff: Page):
    staff.goto(f"{product.url}/admin/registry/subprocessor/2/change/")
    staff.get_by_text("Add another Processing location").click()
    row = staff.locator("#locations-5")
    row.get_by_label("Territory").select_option(label="France")
    row.get_by_role("tab", name="Danish").click()
    row.get_by_label("Place · Danish").fill("Paris")
    staff.get_by_role("button", name="Save and continue editing").click()

    expect(staff.get_by_text("France (aws-fr) · region not stated · hosting")).to_be_visible()


def test_staff_compare_two_states_and_bring_one_back(product: Product, staff: Page):
    staff.goto(f"{product.url}/admin/registry/policysection/1/change/")
    staff.get_by_label("Heading · English").fill("What this policy says")
    staff.get_by_role("button", name="Save and continue editing").click()
    staff.get_by_role("link", name="History").click()
    staff.get_by_role("button", name="Compare").click()
    expect(staff.locator(".changes del").first).to_have_text("About")
    expect(staff.locator(".changes ins").first).to_have_text("What")

    staff.get_by_role("link", name="Bring back the earlier state").click()
    staff.get_by_role("button", name="Bring back").click()

    expect(staff.get_by_text("Brought back. History keeps the state that it replaced.")).to_be_visible()


def test_a_file_is_exported_and_imported_after_a_preview(product: Product, staff: Page, tmp_path):
    staff.goto(f"{product.url}/admin/registry/region/")
    with staff.expect_download() as download:
        staff.get_by_role("link", name="Export CSV").click()
    text = download.value.path().read_text("utf-8-sig")
    file = tmp_path / "regions.csv"
    file.write_text(text.replace("European Union", "Europe", 1), "utf-8")
    staff.get_by_role("link", name="Import").click()
    staff.get_by_label("File").set_input_files(file)
    staff.get_by_role("button", name="Show what it would change").click()

    expect(staff.locator(".lines ins")).to_have_text("Europe")
    assert breaches(staff) == []
    staff.get_by_role("button", name="Import").click()
    expect(staff.get_by_text("1 entry imported.")).to_be_visible()


def test_the_second_of_two_editors_sees_both_versions(product: Product, staff: Page, chromium: Browser):
    address = f"{product.url}/admin/registry/policysection/1/change/"
    staff.goto(address)
    other = chromium.new_context(locale="en-GB").new_page()
    sign_in(other, product)
    other.goto(address)
    other.get_by_label("Heading · English").fill("Theirs")
    other.get_by_role("button", name="Save", exact=True).click()
    other.context.close()

    staff.get_by_label("Heading · English").fill("Mine")
    staff.get_by_role("button", name="Save", exact=True).click()

    row = staff.get_by_role("row", name="Heading · English")
    expect(row).to_contain_text("Theirs")
    expect(row).to_contain_text("Mine")
    expect(staff.get_by_label("Heading · English")).to_have_value("Mine")
    assert breaches(staff) == []
    staff.get_by_role("button", name="Save", exact=True).click()
    expect(staff.get_by_text("was changed successfully")).to_be_visible()


def test_without_a_script_all_languages_stand_one_below_another_and_save(product: Product, chromium: Browser):
    page = chromium.new_context(locale="en-GB", java_script_enabled=False).new_page()
    sign_in(page, product)
    page.goto(f"{product.url}/admin/registry/policysection/1/change/")
    for language in ("English", "Danish", "Estonian", "Hungarian", "Latvian", "Portuguese (Brazil)"):
        expect(page.get_by_label(f"Heading · {language}")).to_be_visible()
    page.get_by_label("Heading · Danish").fill("Uden script")
    page.get_by_role("button", name="Save and continue editing").click()

    expect(page.get_by_label("Heading · Danish")).to_have_value("Uden script")
    page.context.close()
