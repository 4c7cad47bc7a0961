"""The pages of objections as eyes, fingers and screen readers meet them: the customers' and the staff's."""

import json

import pytest
from playwright.sync_api import Page, expect

from .product import Product
from .test_looks import breaches, wait_for
from .test_publishing import breaches as breaches_of_staff
from .test_publishing import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.looks]

# Release 4 says much about a subprocessor; one objection waits for its link, one for an answer, one is closed.
MAKE = """
import json, re, time
from unittest import mock
from django.contrib.auth.models import User
from registry.actions import objecting
from registry.models import ProcessingLocation, Subprocessor
from tests.objections import announce, submit, verified
ProcessingLocation.objects.create(
    key="aws-se", subprocessor=Subprocessor.objects.get(key="aws"), territory="SE", use="backup"
)
Subprocessor.objects.filter(key="aws").update(legal_name="Amazon Web Services EMEA SARL")
announce()
waiting, open_, closed = submit("1"), verified("2"), verified("3", change="")
anna = User.objects.first()
closed = objecting.answer(closed, objecting.version(closed), "Tere!", anna)
objecting.close(closed, objecting.version(closed), "accommodated", anna)
link = lambda one: re.search(r"(/et/object/verify/.*)$", objecting.mail(one.deliveries.first()).body, re.M)[1]
fresh = link(waiting)
with mock.patch("django.core.signing.time.time", return_value=time.time() - 8 * 24 * 3600):
    old = link(waiting)
print("made:" + json.dumps([[fresh, old], [one.pk for one in (waiting, open_, closed)]]))
"""


def make(product: Product, page: Page) -> tuple[list[str], list[int]]:
    """The links, fresh and old, and the ids of the objections."""
    links, objections = json.loads(product.manage("shell", "-c", MAKE).partition("made:")[2].splitlines()[0])
    wait_for(page, f"{product.url}/en/object/4/")
    return links, objections


def seen_by(page: Page, product: Product, address: str) -> None:
    page.goto(product.url + address)
    expect(page.locator("h1")).not_to_be_empty()


def test_the_customers_pages_fit_and_breach_no_rule_of_accessibility(product: Product, page: Page):
    links, _objections = make(product, page)
    rest = ["/et/object/4/", "/et/object/3/", "/et/object/thanks/OBJ-7K2M-X4QD/", "/et/object/verify/x/", *links]

    for scheme, width in (("light", 1280), ("dark", 390), ("light", 320)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        for address in rest:
            seen_by(page, product, address)
            assert breaches(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
            pressed = page.locator("main button:visible, main .choice:visible, main input[type=email]")
            assert min([44, *pressed.evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")]) >= 44


def test_mistakes_are_led_to_and_what_was_typed_stays(product: Product, page: Page):
    make(product, page)
    page.goto(f"{product.url}/en/object/4/")
    page.get_by_label("Amazon Web Services EMEA SARL").check()
    page.get_by_label("Your grounds").fill("No.")
    page.wait_for_timeout(3100)

    page.get_by_role("button", name="Send the objection").click()

    expect(page.get_by_role("alert")).to_be_focused()
    assert breaches(page) == []
    page.get_by_role("alert").get_by_role("link", name="Business e-mail").click()
    expect(page.get_by_label("Business e-mail")).to_be_focused()
    expect(page.get_by_label("Your grounds")).to_have_value("No.")
    expect(page.get_by_label("Amazon Web Services EMEA SARL")).to_be_checked()


def test_a_link_confirms_without_scripts_and_cookies_and_an_old_one_offers_another(product: Product, page: Page):
    browser = page.context.browser
    assert browser
    (fresh, old), _objections = make(product, page)
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()

    plain.goto(product.url + old.replace("/et/", "/en/"))
    plain.get_by_role("button", name="Send a new link").click()
    expect(plain.locator("h1")).to_have_text("A new link is on its way")
    plain.goto(product.url + fresh.replace("/et/", "/en/"))
    plain.get_by_role("button", name="Confirm the objection").click()
    expect(plain.locator("h1")).to_have_text("We have received your objection")
    assert context.cookies() == []
    context.close()


def test_the_staffs_pages_fit_and_breach_no_rule_of_accessibility(product: Product, page: Page):
    _links, objections = make(product, page)
    sign_in(page, product)
    addresses = ["", *(f"{pk}/change/" for pk in objections), f"{objections[1]}/erase/"]

    for scheme, width in (("light", 1280), ("dark", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        for address in addresses:
            seen_by(page, product, f"/admin/registry/objection/{address}")
            assert breaches_of_staff(page) == [], address
            assert page.evaluate("document.documentElement.scrollWidth") <= width, address
