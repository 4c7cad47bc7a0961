import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from registry.exchange import conventions
from registry.exchange.published import Site
from registry.public.known import from_database

DAY = date(2026, 3, 1)
EMPTY = Site((), (), "https://trust.example.com", DAY)
XML = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


@pytest.fixture
def site(db: None) -> Site:
    return replace(from_database().on(DAY), public_url="https://trust.example.com")


def test_robots_keep_out_of_the_admin_and_find_the_map() -> None:
    assert conventions.robots(EMPTY) == (
        "User-agent: *\nDisallow: /admin/\n\nSitemap: https://trust.example.com/sitemap.xml\n"
    )


def test_security_txt_has_the_fields_of_rfc_9116(site: Site) -> None:
    service = site.current.content["service"]

    lines = dict(line.split(": ", 1) for line in conventions.security(site).splitlines())

    assert lines == {
        "Contact": f"mailto:{service['security_contact'] or service['contact']}",
        "Expires": "2026-08-28T00:00:00Z",
        "Preferred-Languages": "da, en, et, hu, lv, pt-BR",
        "Canonical": "https://trust.example.com/.well-known/security.txt",
    }
    assert datetime.fromisoformat(lines["Expires"]).date() - DAY < timedelta(days=365)


def test_there_is_no_security_txt_before_the_first_release() -> None:
    assert conventions.security(EMPTY) is None


def test_the_map_names_every_page_in_every_language_with_its_alternates(site: Site) -> None:
    regions = [f"regions/{region['key']}/" for region in site.current.content["regions"]]
    codes = ["da", "en", "et", "hu", "lv", "pt-br"]

    tree = ET.fromstring(conventions.sitemap(site))

    found = [url.findtext("s:loc", namespaces=XML) for url in tree.findall("s:url", XML)]
    assert sorted(found) == sorted(
        f"https://trust.example.com/{code}/{rest}" for rest in ["", *regions, "releases/", "dpa/"] for code in codes
    )
    home = next(url for url in tree if url.findtext("s:loc", namespaces=XML) == "https://trust.example.com/hu/")
    assert {(link.get("hreflang"), link.get("href")) for link in home.findall("x:link", XML)} == {
        ("x-default", "https://trust.example.com/"),
        ("pt-BR", "https://trust.example.com/pt-br/"),
        *((code, f"https://trust.example.com/{code}/") for code in codes[:-1]),
    }
    assert home.findtext("s:lastmod", namespaces=XML) == "2024-12-13"


def test_an_empty_map_is_still_a_map() -> None:
    assert list(ET.fromstring(conventions.sitemap(EMPTY))) == []
