import gzip

import brotli
import pytest

from registry.public.answer import answers, encoding, matches
from registry.public.pages import Page

PAGE = Page("text/html; charset=utf-8", "pt-BR", {"identity": b"a" * 100, "gzip": b"zipped", "br": b"br"})


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("", "identity"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP;Q=0.9, BR;q=0.1", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, gzip;q=0", "identity"),
        ("identity, gzip;q=0.5", "identity"),
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("*", "br"),
        ("*;q=0", "identity"),
        ("*;q=0.5, br;q=0", "gzip"),
        ("gzip;q=0.001", "gzip"),
        ("deflate", "identity"),
        ("br;q=nonsense", "identity"),
        ("br;q=nan, gzip;q=2", "identity"),
        (";;,,=,q=1", "identity"),
    ],
)
def test_the_encoding_is_the_best_that_the_visitor_accepts(accepted: str, chosen: str) -> None:
    assert encoding(accepted) == chosen


def test_every_encoding_has_its_own_strong_tag() -> None:
    tags = [answer.etag for answer in answers(PAGE).values()]

    assert len(set(tags)) == 3
    assert all(tag.startswith('"') and tag.endswith('"') and len(tag) == 34 for tag in tags)


def test_a_page_says_all_that_a_cache_needs() -> None:
    answer = answers(PAGE, [("X-More", "1")])["br"]

    assert dict(answer.headers) == {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Length": "2",
        "Content-Language": "pt-BR",
        "Content-Encoding": "br",
        "Cache-Control": "public, max-age=1, must-revalidate",
        "ETag": answer.etag,
        "Vary": "Accept-Encoding",
        "X-More": "1",
    }
    assert dict(answer.not_modified) == {
        "Cache-Control": "public, max-age=1, must-revalidate",
        "ETag": answer.etag,
        "Vary": "Accept-Encoding",
        "X-More": "1",
    }


def test_a_body_that_compression_would_not_shorten_goes_as_it_is() -> None:
    found = answers(Page("text/plain", "", {"identity": b"short"}))

    assert found["br"] == found["gzip"] == found["identity"]
    assert "Content-Encoding" not in dict(found["br"].headers)


@pytest.mark.parametrize(
    ("header", "matched"),
    [
        ('"abc"', True),
        ('W/"abc"', True),
        ('"x", "abc"', True),
        ('"x",W/"abc" , "y"', True),
        ("*", True),
        ('"abcd"', False),
        ("abc", False),
        ("", False),
    ],
)
def test_a_tag_is_found_in_any_form_of_if_none_match(header: str, matched: bool) -> None:
    assert matches(header, '"abc"') is matched


@pytest.mark.django_db
def test_compressed_bodies_hold_the_page() -> None:
    from registry.public import site

    page = site.page("/hu/")

    assert page is not None
    assert brotli.decompress(page.bodies["br"]) == gzip.decompress(page.bodies["gzip"]) == page.bodies["identity"]
