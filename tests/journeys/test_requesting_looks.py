"""The customer's pages of a DPA request as eyes, fingers, keyboards and screen readers meet them, in each state."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.agreements import document

from .product import Product
from .receiving import wait_for
from .test_looks import breaches

pytestmark = [pytest.mark.browser, pytest.mark.looks]

# One request in each state, and one with several documents.
MAKE = """
import json
from registry.actions import dpa, linking
from registry.models import Agreement, DpaRequest
from tests import agreements
from tests.requests import submit

def fresh(request):
    return DpaRequest.objects.get(pk=request.pk)

def page(request):
    return f"/hu/dpa/status/{linking.page(request)}/"

staff = agreements.staff()
with agreements.quick():
    made = {
        "received": submit("1"),
        "verified": agreements.verified("2"),
        "in_review": dpa.move(agreements.verified("3"), "in_review", staff),
        "issued": agreements.issued("4").request,
        "accepted": agreements.accepted("5").request,
        "countersigned": agreements.in_force("6").request,
        "closed": dpa.move(fresh(agreements.in_force("7").request), "closed", staff),
        "declined": dpa.decline(agreements.verified("8"), "Van m\\u00e1r szerz\\u0151d\\u00e9se.", staff),
        "withdrawn": dpa.withdraw(agreements.issued("9").request),
        "ended": agreements.ended("11").request,
    }
    replaced = agreements.issued("12")
    agreements.issue(fresh(replaced.request))
    made["several"] = replaced.request
Agreement.objects.filter(request=made["countersigned"]).update(release=2)
asks = submit("13")
links = {state: page(request) for state, request in made.items()}
links["verify"] = f"/hu/dpa/verify/{linking.token(asks, 'verify')}/"
links["link"] = "/hu/dpa/link/"
links["withdraw"] = links["issued"] + "withdraw/"
print("made:" + json.dumps(links))
"""


def make(product: Product) -> dict[str, str]:
    links: dict[str, str] = json.loads(product.manage("shell", "-c", MAKE).partition("made:")[2].splitlines()[0])
    return links


def test_each_state_fits_every_width_and_breaches_no_rule_of_accessibility(product: Product, page: Page):
    links = make(product)

    for scheme, width in (("light", 1280), ("dark", 390), ("light", 320)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        for state, address in links.items():
            page.goto(product.url + address)
            expect(page.locator("h1")).not_to_be_empty()
            for summary in page.locator("main details:not([open]) > summary").all():
                summary.press("Enter")
            assert breaches(page) == [], state
            assert page.evaluate("document.documentElement.scrollWidth") <= width, state
            pressed = page.locator("main button:visible, main .button:visible, main .choice:visible, main summary")
            assert min([44, *pressed.evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")]) >= 44


def test_a_document_is_signed_by_keyboard_and_mistakes_are_led_to(product: Product, page: Page):
    page.goto(product.url + make(product)["issued"].replace("/hu/", "/en/"))
    name, role = (page.locator("#sign").get_by_label(label).first for label in ("Full name", "Role in the company"))

    page.get_by_role("link", name="Go to signing").press("Enter")
    expect(page.locator("#sign")).to_be_focused()
    page.keyboard.press("Tab")
    expect(name).to_be_focused()
    page.keyboard.type("Őszirózsa Ödön")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_be_focused()
    assert breaches(page) == []
    expect(name).to_have_value("Őszirózsa Ödön")
    page.get_by_role("alert").get_by_role("link", name="Role in the company").press("Enter")
    expect(role).to_be_focused()
    page.keyboard.type("igazgató")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="We have your acceptance")).to_be_visible()


def test_a_signed_document_is_uploaded_without_scripts_and_cookies(product: Product, page: Page, tmp_path):
    browser = page.context.browser
    assert browser
    link = make(product)["issued"].replace("/hu/", "/en/")
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(document("signed by hand"))
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()

    plain.goto(product.url + link)
    plain.get_by_text("The other way: sign it elsewhere and upload it").click()
    form = plain.locator("form[action$='/upload/']")
    form.get_by_label("Full name").fill("Őszirózsa Ödön")
    form.get_by_label("Role in the company").fill("igazgató")
    form.get_by_label("The person who signed").check()
    form.get_by_role("button", name="Upload the signed document").click()
    expect(plain.locator("#upload-file_error")).to_have_text("Please choose the signed document.")
    expect(form.get_by_label("Full name")).to_have_value("Őszirózsa Ödön")
    form.get_by_label("Signed document").set_input_files(signed)
    form.get_by_role("button", name="Upload the signed document").click()

    expect(plain.get_by_role("heading", name="We have your acceptance")).to_be_visible()
    with plain.expect_download() as taken:
        plain.get_by_role("link", name="As signed by the customer (PDF)").click()
    assert taken.value.path().read_bytes() == signed.read_bytes()
    assert context.cookies() == []
    context.close()


def test_a_table_that_is_too_wide_moves_by_itself(product: Product, page: Page):
    page.set_viewport_size({"width": 320, "height": 800})
    page.goto(product.url + make(product)["issued"])

    table = page.locator(".wide-table").first
    table.focus()
    page.keyboard.press("ArrowRight")
    wait_for(lambda: page.evaluate("document.querySelector('.wide-table').scrollLeft") > 0)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
