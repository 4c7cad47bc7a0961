"""A data processing agreement, from the form to the copy that both parties hold, and what becomes of its people."""

import io
import re
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Page, expect

from tests.smtp import Sink

from .product import Product
from .receiving import link_in, mail_to, send, text_of, wait_for
from .test_publishing import sign_in

pytestmark = pytest.mark.browser

STAFF = "dpa@example.com"
DANE = {
    "company": "Blåbær & Søn ApS",
    "address": "Ågade 12\n8000 Aarhus C",
    "account": "blaabaer.ladesk.com",
    "name": "Søren Æbelø",
    "role": "direktør",
    "email": "soeren@blaabaer.example",
}
HUNGARIAN = {
    "company": "Árvíztűrő Kft.",
    "address": "1051 Budapest, Fő utca 1.",
    "account": "arvizturo.ladesk.com",
    "name": "Kovács Ágnes",
    "role": "ügyvezető",
    "email": "agnes.kovacs@arvizturo.example",
}


@pytest.fixture
def product(product_in_time: Product) -> Product:
    return product_in_time


def ask(page: Page, product: Product, mails: Sink, language: str, country: str, who: dict[str, str]) -> str:
    """Fill in the form, confirm the address from the mail; return the reference."""
    page.goto(f"{product.url}/{language}/dpa/")
    for name, value in who.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=country]").select_option(country)
    page.locator("[name=region]").select_option("eu")
    send(page)
    expect(page).to_have_url(re.compile(rf"/{language}/dpa/thanks/"))
    reference = re.search(r"DPA-\w{4}-\w{4}", page.url)
    assert reference
    check = mail_to(mails, who["email"], 1)
    # Staff hear of it once the address is verified, not before.
    assert [mail for mail in mails.mails if f"\nTo: {STAFF}" in mail] == []
    page.goto(link_in(check, product, f"/{language}/dpa/verify/"))
    page.locator("main button[type=submit]").click()
    expect(page).to_have_url(re.compile(rf"/{language}/dpa/status/"))
    return reference[0]


def accept(page: Page, **who: str) -> None:
    form = page.locator("form[action$='accept/']")
    for name, value in who.items():
        form.locator(f"[name={name}]").fill(value)
    form.locator("[name=authority]").check()
    form.locator("button[type=submit]").click()


def countersign(page: Page, product: Product, mails: Sink, number: int) -> None:
    """Staff is told, reads and signs: from the mail that says what is to do."""
    page.goto(link_in(mail_to(mails, STAFF, number), product, "/admin/registry/"))
    if "/dparequest/" in page.url:
        page.get_by_role("link", name=re.compile("^Look at AGR-")).click()
    page.locator("#sign-name").fill("Jane Doe")
    page.locator("#sign-role").fill("Managing director")
    page.locator("#sign-authority").check()
    page.get_by_role("button", name="Countersign").click()
    expect(page.get_by_role("heading", name="Amendment and end")).to_be_visible()


def end(page: Page, product: Product) -> None:
    """Staff notes that the contract has ended today."""
    page.goto(f"{product.url}/admin/registry/agreement/")
    page.get_by_role("link", name=re.compile(r"AGR-")).first.click()
    page.locator("summary", has_text="End the agreement").click()
    page.locator("#end-on").fill(page.locator("#end-on").get_attribute("max") or "")
    page.get_by_role("button", name="End the agreement").click()
    expect(page.locator("section[aria-labelledby=facts]")).to_contain_text("ended")


def download(page: Page, what: str) -> bytes:
    with page.expect_download() as waiting:
        page.locator(what).first.click()
    return Path(waiting.value.path()).read_bytes()


def people_held(product: Product) -> str:
    told = product.manage(
        "shell",
        "-v0",
        "-c",
        "from registry.models import *; "
        "print([m.objects.count() for m in (DpaRequester, AgreementFile, Signature, DpaLink)], "
        "[a.state for a in Agreement.objects.all()])",
    )
    return told.strip()


def test_a_danish_customer_concludes_an_agreement_the_same_day(
    product: Product, mails: Sink, clock: Path, page: Page, tmp_path: Path
) -> None:
    reference = ask(page, product, mails, "da", "DK", DANE)
    own_page = page.url
    notice = mail_to(mails, STAFF, 1)
    assert reference in text_of(notice)
    assert not [value for value in DANE.values() if value in notice.as_string()]

    # staff looks at the document as it would be, and issues it
    sign_in(page, product)
    page.goto(link_in(notice, product, "/admin/registry/dparequest/"))
    page.get_by_role("button", name="Start the review").click()
    page.get_by_role("button", name="Issue", exact=True).click()
    issued = mail_to(mails, DANE["email"], 3)
    assert link_in(issued, product, "/da/dpa/status/") == own_page

    # the customer reads it and signs it
    page.goto(own_page)
    document = page.locator(".paper")
    expect(document).to_contain_text(DANE["company"])
    expect(document).to_have_attribute("lang", "da")
    shown = download(page, "#document a[download]")
    accept(page, name=DANE["name"], role=DANE["role"])
    expect(page.locator("ol.way")).to_have_attribute("data-state", "accepted")

    # staff countersigns, and both hold one and the same document
    countersign(page, product, mails, 2)
    final = mail_to(mails, DANE["email"], 5)
    (attached,) = [part.get_content() for part in final.iter_attachments()]
    page.goto(own_page)
    expect(page.locator("[data-agreement]")).to_have_attribute("data-state", "in_force")
    assert download(page, "a[href$='final.pdf']") == attached
    read = pypdf.PdfReader(io.BytesIO(attached))
    assert read.trailer["/Root"]["/Lang"] == "da"
    assert [content for contents in read.attachments.values() for content in contents] == [shown]
    copy = tmp_path / "copy.pdf"
    copy.write_bytes(attached)
    told = product.manage("verify_agreement", str(copy))
    assert "wrong:" not in told
    assert told.count("holds:") > 4

    # while it is in force its signatory is not erased, and is told why
    page.goto(f"{product.url}/admin/registry/dparequest/")
    page.get_by_role("link", name=reference).click()
    page.get_by_role("link", name=re.compile("erase", re.IGNORECASE)).first.click()
    page.get_by_role("button", name="Refuse, and tell the person").click()
    refusal = text_of(mail_to(mails, DANE["email"], 6))
    assert "17" in refusal
    assert reference in refusal
    assert people_held(product) == "[1, 4, 2, 2] ['in_force']"

    # the contract ends; the limitation period passes; the clock erases the person, and the record stays
    end(page, product)
    clock.write_text(str(5 * 366))
    wait_for(lambda: people_held(product) == "[0, 0, 0, 0] ['ended']", seconds=60)
    assert page.goto(own_page).status == 404
    told = product.manage("verify_agreement", str(copy))
    assert "erased" in told


def test_a_hungarian_customer_of_a_known_domain_signs_elsewhere_and_uploads(
    product: Product, mails: Sink, page: Page, tmp_path: Path
) -> None:
    product.manage(
        "shell",
        "-c",
        "from registry.models import *; p = ServiceProfile.load(); p.unreviewed = 'known'; "
        "p.known_domains = 'arvizturo.example'; p.save()",
    )

    # issued at once, without anybody's look
    reference = ask(page, product, mails, "hu", "HU", HUNGARIAN)
    own_page = page.url
    expect(page.locator("ol.way")).to_have_attribute("data-state", "issued")
    issued = download(page, "#document a[download]")

    # what is no signed document is refused with a reason, and nothing typed is lost
    page.locator("#elsewhere summary").click()
    form = page.locator("form[action$='upload/']")
    form.locator("[name=name]").fill(HUNGARIAN["name"])
    form.locator("[name=role]").fill(HUNGARIAN["role"])
    form.locator("[name=authority]").check()
    form.locator("[name=file]").set_input_files(
        {"name": "szerzodes.pdf", "mimeType": "application/pdf", "buffer": b"no PDF at all"}
    )
    form.locator("button[type=submit]").click()
    form = page.locator("form[action$='upload/']")
    expect(form.locator(".mistake")).not_to_have_count(0)
    expect(form.locator("[name=name]")).to_have_value(HUNGARIAN["name"])

    # a signed copy: the document with something after it, as programs that sign append it
    signed = issued + b"\n% signed\n"
    form.locator("[name=file]").set_input_files(
        {"name": "szerzodes.pdf", "mimeType": "application/pdf", "buffer": signed}
    )
    form.locator("button[type=submit]").click()
    expect(page.locator("ol.way")).to_have_attribute("data-state", "accepted")

    sign_in(page, product)
    countersign(page, product, mails, 2)
    page.goto(own_page)
    expect(page.locator("[data-agreement]")).to_have_attribute("data-state", "in_force")
    assert download(page, "a[href$='signed.pdf']") == signed
    final = pypdf.PdfReader(io.BytesIO(download(page, "a[href$='final.pdf']")))
    inside = sorted(content for contents in final.attachments.values() for content in contents)
    assert inside == sorted([issued, signed])

    # the contract ends, nothing has to be kept, and staff erases who asks for it
    product.manage(
        "shell", "-c", "from registry.models import *; p = ServiceProfile.load(); p.limitation_years = 0; p.save()"
    )
    end(page, product)
    page.goto(f"{product.url}/admin/registry/dparequest/")
    page.get_by_role("link", name=reference).click()
    page.get_by_role("link", name=re.compile("erase", re.IGNORECASE)).first.click()
    page.locator("[name=ground]").select_option("request")
    page.get_by_role("button", name="Yes, erase").click()
    expect(page.get_by_text("The personal data of this request has been erased.")).to_be_visible()
    assert people_held(product) == "[0, 0, 0, 0] ['ended']"
    assert f"{reference}" in product.manage("erasure_log")
    assert HUNGARIAN["name"] not in page.content()


def test_a_customer_is_declined_and_reads_why(product: Product, mails: Sink, page: Page) -> None:
    reference = ask(page, product, mails, "da", "DK", DANE)
    own_page = page.url

    sign_in(page, product)
    page.goto(f"{product.url}/admin/registry/dparequest/")
    page.get_by_role("link", name=reference).click()
    page.locator("summary", has_text="Decline the request").click()
    page.locator("#case-reason").fill("Denne konto findes ikke.\nSkriv til os fra kontoens adresse.")
    page.get_by_role("button", name="Decline and send the reason").click()

    assert "Denne konto findes ikke." in text_of(mail_to(mails, DANE["email"], 3))
    page.goto(own_page)
    expect(page.locator("ol.way")).to_have_attribute("data-state", "declined")
    expect(page.locator("ol.way blockquote")).to_contain_text("Skriv til os fra kontoens adresse.")
    assert people_held(product) == "[1, 0, 0, 2] []"
