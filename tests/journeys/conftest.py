from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.smtp import Sink, sink

from .browsing import ARGUMENTS, chromium_path
from .product import Product, running

CLOCK = Path(__file__).parent / "clock"


@pytest.fixture(scope="session")
def trust_page(product_at_rest: Product, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """For those who only read: one product for all of them."""
    with running(product_at_rest, tmp_path_factory.mktemp("reading")) as served:
        yield served


@pytest.fixture
def product(product_at_rest: Product, tmp_path: Path) -> Iterator[Product]:
    """For those who change something: a product of their own."""
    with running(product_at_rest, tmp_path) as served:
        yield served


@pytest.fixture
def mails() -> Iterator[Sink]:
    with sink() as found:
        yield found


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """How many days ahead the product lives; whoever writes it moves the product's clock."""
    file = tmp_path / "clock"
    file.write_text("0")
    return file


@pytest.fixture
def product_in_time(product_at_rest: Product, tmp_path: Path, mails: Sink, clock: Path) -> Iterator[Product]:
    """A product of one's own that sends its mails and follows a clock."""
    environment = {
        "EMAIL_URL": f"smtp://127.0.0.1:{mails.port}",
        "CLOCK_FILE": str(clock),
        "PYTHONPATH": str(CLOCK),
    }
    with running(product_at_rest, tmp_path, **environment) as served:
        yield served


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A visitor's browser. The test fails on any breach of the Content-Security-Policy and on any script's error."""
    context = chromium.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(10_000)
    complaints: list[str] = []
    context.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    context.close()
    # A page that answers 4xx on purpose is logged as a failed resource, which is no complaint of the page's.
    assert [text for text in complaints if not text.startswith("Failed to load resource")] == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
