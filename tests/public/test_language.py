from datetime import date
from typing import Any

import pytest
from django.http import Http404
from django.test import RequestFactory

from registry.exchange.published import Site
from registry.public import language

PUBLIC = ("da", "en", "et", "hu", "lv", "nb", "pt-br")


@pytest.mark.parametrize(
    ("accepted", "code"),
    [
        ("", "en"),
        ("hu", "hu"),
        ("HU-hu,hu;q=0.9", "hu"),
        ("pt", "pt-br"),
        ("pt-PT,pt;q=0.9,en;q=0.8", "pt-br"),
        ("pt-BR", "pt-br"),
        ("no", "nb"),
        ("nn-NO,nn;q=0.9", "nb"),
        ("de,da;q=0.5,hu;q=0.7", "hu"),
        ("hu;q=0,da;q=0.1", "da"),
        ("hu;q=0", "en"),
        ("de", "en"),
        ("*", "en"),
        ("de,*;q=0.5", "en"),
        ("not a header ,;;", "en"),
        ("x" * 10_000, "en"),
    ],
)
def test_the_reader_gets_the_best_language_that_there_is(accepted: str, code: str) -> None:
    assert language.best(accepted, PUBLIC, "en") == code


def test_where_the_binding_language_is_not_public_the_first_one_serves() -> None:
    assert language.best("de", ("da", "hu"), "en") == "da"


@pytest.mark.parametrize(
    ("path", "code"),
    [("/hu/no-such-page/", "hu"), ("/pt-br/", "pt-br"), ("/de/", "da"), ("/", "da"), ("/EN/x/", "en"), ("*", "da")],
)
def test_the_address_comes_before_the_browser(rf: RequestFactory, path: str, code: str) -> None:
    site = Site((), PUBLIC, "", date(2026, 1, 1))
    request: Any = rf.get("/", headers={"accept-language": "da"})
    request.path_info = path

    assert language.of(request, site) == code


def test_before_any_language_is_public_the_programs_own_serve(rf: RequestFactory) -> None:
    site = Site((), (), "", date(2026, 1, 1))

    assert language.of(rf.get("/"), site) == "en"
    assert language.of(rf.get("/", headers={"accept-language": "tlh"}), site) == "en"


def test_a_link_in_a_mail_outlives_the_language_that_it_was_written_in() -> None:
    site = Site((), PUBLIC, "https://trust.example.com", date(2024, 12, 13))

    assert language.of_link("hu", site) == "hu"
    assert language.of_link("de", site) == "en"
    with pytest.raises(Http404):
        language.of_link("xx", site)
