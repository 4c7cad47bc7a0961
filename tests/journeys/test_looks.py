"""The public pages as eyes, fingers and screen readers meet them: on every width, in both colour schemes."""

import re
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .product import Product

pytestmark = [pytest.mark.browser, pytest.mark.looks]

PAGES = ("", "releases/", "releases/1/", "compare/1/3/", "regions/eu/", "no-such-page/", "dpa/privacy/")
# Also those around a DPA request that need no request; test_requesting_looks.py has the others.
PAGES += ("dpa/link/sent/", "dpa/thanks/DPA-7K2M-X4QD/", "dpa/verify/no-such-link/")
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def breaches(page: Page) -> list[tuple[str, list[str]]]:
    found = Axe().run(page, options=WCAG).response["violations"]
    return [(breach["id"], [node["html"] for node in breach["nodes"]]) for breach in found]


# Where the first and the last letter of an element's text stand from the left.
ENDS = """element => {
    const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode(), range = document.createRange();
    const said = text.data, from = said.search(/\\S/), to = said.search(/:|[.]\\s*$/);
    const left = at => {
        range.setStart(text, at);
        range.setEnd(text, at + 1);
        return range.getBoundingClientRect().left;
    };
    return {first: left(from), last: left(to)};
}"""


def show_arabic(product: Product) -> None:
    product.manage(
        "shell", "-c", "from registry.models import Language; Language.objects.create(code='ar', public=True)"
    )


def leave_hungarian_behind(product: Product) -> None:
    """A release with a heading, a body, whom a region serves and a safeguard that have moved on since."""
    product.manage(
        "shell",
        "-c",
        """
from tests.releases import publish_at_once
from registry.models import Language, PolicySection, Region, Safeguard
Language.objects.update(when_incomplete="notice")
for model, key, fields in [
    (PolicySection, "introduction", ("heading_en", "body_en")),
    (Region, "us", ("customers_en",)),
    (Safeguard, "ups", ("text_en",)),
]:
    row = model.objects.get(key=key)
    for field in fields:
        setattr(row, field, getattr(row, field) + " now")
    row.save()
publish_at_once()
""",
    )


def wait_for(page: Page, address: str) -> None:
    deadline = time.monotonic() + 10
    while page.goto(address).status != 200:
        assert time.monotonic() < deadline, f"{address} did not come"
        time.sleep(0.1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_breach_no_rule_of_accessibility(trust_page: Product, page: Page, scheme):
    page.emulate_media(color_scheme=scheme)

    for language in ("en", "hu"):
        for rest in PAGES:
            page.goto(f"{trust_page.url}/{language}/{rest}")
            assert breaches(page) == [], f"/{language}/{rest}"


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_shows_cards_that_fit_with_targets_for_a_thumb(trust_page: Product, page: Page, width):
    page.set_viewport_size({"width": width, "height": 800})

    for language in ("hu", "et", "lv", "pt-br"):
        for rest in PAGES:
            page.goto(f"{trust_page.url}/{language}/{rest}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"/{language}/{rest}"
    page.goto(f"{trust_page.url}/hu/")
    heights = page.locator(".site a, summary:visible, .strip a, .glance .inline a, .bottom a").evaluate_all(
        "all => all.map(element => element.getBoundingClientRect().height)"
    )
    assert min(heights) >= 44
    assert breaches(page) == []


@pytest.mark.parametrize("width", [768, 1024, 1280])
def test_a_table_breaks_no_word_of_our_own_lists(trust_page: Product, page: Page, width):
    page.set_viewport_size({"width": width, "height": 800})

    for language in ("da", "et", "hu", "lv", "pt-br"):
        page.goto(f"{trust_page.url}/{language}/")
        uses = page.locator(".locations td:nth-child(3) .cap")
        assert set(uses.evaluate_all("all => all.map(use => use.getClientRects().length)")) == {1}, language
        assert page.evaluate("document.documentElement.scrollWidth") <= width, language


def test_arabic_mirrors_with_the_source_passages_left_to_right(product: Product, page: Page):
    show_arabic(product)
    wait_for(page, f"{product.url}/ar/")

    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("[data-section=introduction] .prose").get_attribute("dir") == "ltr"
    name, languages = (page.locator(part).bounding_box() for part in (".home", ".languages"))
    assert languages["x"] < name["x"]
    # English sentences keep their order: the count, "48 passages …", stands first, and the full stop last.
    for sentence in ("[data-untranslated] strong", "[data-section=definition] p.tongue"):
        ends = page.locator(sentence).evaluate(ENDS)
        assert ends["first"] < ends["last"], sentence
    assert breaches(page) == []


def test_a_mark_opens_the_current_source_by_keyboard_on_every_width_and_stays_on_paper(product: Product, page: Page):
    leave_hungarian_behind(product)
    wait_for(page, f"{product.url}/hu/releases/4/")

    for scheme, width in (("light", 1280), ("dark", 390)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{product.url}/hu/")
        for opened in ("[data-section=introduction]", "[data-location=aws-us-northern-california] [data-match=all]"):
            current = page.locator(f"{opened} .current").first
            expect(current).to_be_hidden()
            page.locator(f"{opened} .mark").first.focus()
            page.keyboard.press("Enter")
            expect(current).to_be_visible()
            expect(current.locator("[lang=en]")).to_contain_text("now")
            box = current.bounding_box()
            assert 0 <= box["x"] <= box["x"] + box["width"] <= width
            assert breaches(page) == []
            page.keyboard.press("Escape")
            expect(current).to_be_hidden()
        page.locator("details.current-block summary").press("Enter")
        expect(page.locator("details.current-block [lang=en]")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator("details.languages summary").press("Enter")
        expect(page.get_by_role("link", name="Magyar", exact=True)).to_have_accessible_description(re.compile(r"9\d%$"))
        for rest in ("", "regions/us/", "dpa/privacy/"):
            page.goto(f"{product.url}/hu/{rest}")
            assert breaches(page) == [], rest
    page.goto(f"{product.url}/hu/")
    page.emulate_media(media="print")
    expect(page.locator("[data-outdated]")).to_be_visible()
    expect(page.locator("[data-section=introduction] .mark")).to_be_visible()
    expect(page.locator("details.current-block")).to_be_hidden()


def test_paper_has_the_whole_policy_and_none_of_the_navigation(trust_page: Product, page: Page):
    page.goto(f"{trust_page.url}/en/")
    page.emulate_media(media="print", color_scheme="dark")

    for part in (".site", ".languages", ".contents", ".contents-menu", ".turn"):
        expect(page.locator(part)).to_be_hidden()
    for part in ("h1", "table.locations thead", "[data-question] .prose >> nth=4", ".printed"):
        expect(page.locator(part)).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_nothing_is_fetched_from_elsewhere(trust_page: Product, page: Page):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    for rest in PAGES:
        page.goto(f"{trust_page.url}/da/{rest}")

    assert [url for url in asked if not url.startswith(trust_page.url)] == []
    assert page.context.cookies() == []
