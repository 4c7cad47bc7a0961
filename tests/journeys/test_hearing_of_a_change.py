"""A customer hears of a change in Estonian before it happens, objects, is answered; the day comes, the page changes."""

import re
import urllib.parse
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.smtp import Sink

from .product import Product
from .receiving import link_in, mail_to, seen_on, send, text_of, wait_for
from .test_publishing import sign_in

pytestmark = pytest.mark.browser

CUSTOMER = "mari.maasikas@klient.example"
DRAFT = (
    "from registry.models import Subprocessor; "
    "Subprocessor.objects.create(key='{key}', legal_name='{name}', country='DE', kind='service')"
)


@pytest.fixture
def product(product_in_time: Product) -> Product:
    return product_in_time


def test_a_customer_hears_of_a_change_objects_and_sees_it_come(product: Product, mails: Sink, clock: Path, page: Page):
    # subscribes in Estonian, and confirms
    page.goto(f"{product.url}/et/subscribe/")
    page.locator("[name=email]").fill(CUSTOMER)
    send(page)
    expect(page).to_have_url(re.compile(r"/et/subscribe/thanks/"))
    page.goto(link_in(mail_to(mails, CUSTOMER, 1), product, "/et/subscribe/confirm/"))
    page.locator("main button[type=submit]").click()
    expect(page.locator("main")).to_contain_text(CUSTOMER)

    # staff announces a new subprocessor; the mail tells of it in Estonian, thirty days before
    product.manage("shell", "-c", DRAFT.format(key="example", name="Example GmbH"))
    sign_in(page, product)
    page.goto(f"{product.url}/admin/registry/release/publish/")
    page.get_by_role("button", name=re.compile("release 4", re.IGNORECASE)).click()
    expect(page.get_by_text("Release 4 is published.")).to_be_visible()
    announcement = mail_to(mails, CUSTOMER, 2)
    assert "Example GmbH" in text_of(announcement)
    assert "alltöötleja" in text_of(announcement).casefold()
    assert announcement["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    # the policy shows what is upcoming, and still what holds
    page.goto(f"{product.url}/et/")
    seen_on(page, "[data-upcoming='4']")
    expect(page.locator("article.policy")).to_have_attribute("data-release", "3")
    expect(page.locator("[data-upcoming='4']")).to_contain_text("Example GmbH")
    expect(page.locator("[data-subprocessor='example']")).to_have_count(0)

    # the customer objects, from the mail
    page.goto(link_in(announcement, product, "/et/object/4/"))
    page.locator("[name=change][value='subprocessors/example']").check()
    for name, value in {
        "company": "Klient OÜ",
        "name": "Mari Maasikas",
        "email": CUSTOMER,
        "grounds": "Andmed ei tohi minna sellele ettevõttele.",
    }.items():
        page.locator(f"[name={name}]").fill(value)
    send(page)
    expect(page).to_have_url(re.compile(r"/et/object/thanks/"))
    page.goto(link_in(mail_to(mails, CUSTOMER, 3), product, "/et/object/verify/"))
    page.locator("main button[type=submit]").click()
    reference = re.search(r"OBJ-\w{4}-\w{4}", text_of(mail_to(mails, CUSTOMER, 4)))
    assert reference
    notice = mail_to(mails, "dpa@example.com", 1)
    assert reference[0] in text_of(notice)
    assert "Maasikas" not in notice.as_string()

    # staff answers in Estonian
    page.goto(f"{product.url}/admin/registry/objection/")
    page.get_by_role("link", name=reference[0]).click()
    page.locator("[name=answer]").fill("Teie andmeid sinna ei saadeta.")
    page.get_by_role("button", name=re.compile("send the answer", re.IGNORECASE)).first.click()
    answer = mail_to(mails, CUSTOMER, 5)
    assert "Teie andmeid sinna ei saadeta." in text_of(answer)
    assert reference[0] in text_of(answer)

    # the day comes, and the page changes by itself
    page.goto(f"{product.url}/et/")
    clock.write_text("30")
    seen_on(page, "article.policy[data-release='4']")
    expect(page.locator("[data-subprocessor='example']")).not_to_have_count(0)
    expect(page.locator("[data-upcoming]")).to_have_count(0)
    page.goto(f"{product.url}/et/object/4/")
    expect(page.locator("form")).to_have_count(0)

    # one click, and nothing comes any more
    address = re.search(r"<(http\S+)>", announcement["List-Unsubscribe"])
    assert address
    body = urllib.parse.urlencode({"List-Unsubscribe": "One-Click"}).encode()
    with urllib.request.urlopen(address[1], data=body, timeout=20) as response:
        assert response.status == 200
    product.manage("shell", "-c", DRAFT.format(key="another", name="Another GmbH"))
    told = product.manage(
        "shell",
        "-c",
        "from tests.releases import publish_at_once; from registry.models import Delivery; "
        "print(publish_at_once().number, Delivery.objects.filter(release_id=5).count())",
    )
    assert told.split()[-2:] == ["5", "0"]
    wait_for(lambda: page.goto(f"{product.url}/et/releases/5/").status == 200)
