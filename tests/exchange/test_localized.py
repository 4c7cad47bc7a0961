import datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from registry.exchange.localized import (
    autonym,
    day,
    instant,
    language_name,
    listing,
    moment,
    percent,
    tag,
    territory,
    text_direction,
)

DAY = datetime.date(2024, 12, 13)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "13 December 2024"),
        ("da", "13. december 2024"),
        ("hu", "2024. december 13."),
        ("lv", "2024. gada 13. decembris"),
        ("et", "13. detsember 2024"),
        ("pt-br", "13 de dezembro de 2024"),
    ],
)
def test_a_day_is_told_in_the_languages_own_form(language, told):
    assert day(DAY, language) == told
    assert moment(DAY, language) == moment("2024-12-13", language) == f'<time datetime="2024-12-13">{told}</time>'


@pytest.mark.parametrize(
    ("language", "zone", "told"),
    [
        ("en", "UTC", "13 December 2024, 23:05 UTC"),
        ("en", "Europe/Copenhagen", "14 December 2024, 00:05 GMT+01:00"),
        ("da", "Europe/Copenhagen", "14. december 2024 00.05 GMT+01:00"),
        ("hu", "America/New_York", "2024. december 13. 18:05 GMT-05:00"),
        ("pt-br", "America/Sao_Paulo", "13 de dezembro de 2024 20:05 GMT-03:00"),
    ],
)
def test_an_instant_is_told_to_the_minute_with_its_distance_from_utc(language, zone, told):
    at = datetime.datetime(2024, 12, 13, 23, 5, 59, tzinfo=datetime.UTC)

    assert instant(at, ZoneInfo(zone), language) == told


def test_lists_join_all_or_any():
    assert listing(["A", "B", "C"], "en") == "A, B and C"
    assert listing(["A", "B", "C"], "en", "or") == "A, B or C"
    assert listing(["A", "B"], "hu", "or") == "A vagy B"
    assert listing([], "en") == ""


def test_territories_have_names_and_unknown_codes_none():
    assert [territory(code, "da") for code in ("DE", "EU", "150", "QQ")] == [
        "Tyskland",
        "Den Europæiske Union",
        "Europa",
        None,
    ]


def test_languages_name_themselves_and_each_other():
    assert (autonym("pt-br"), autonym("lv"), language_name("en", "hu")) == ("Português (Brasil)", "Latviešu", "angol")
    assert (tag("pt-br"), tag("hu")) == ("pt-BR", "hu")
    assert (text_direction("ar"), text_direction("en")) == ("rtl", "ltr")


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_every_shipped_language_has_dates_lists_and_names(language):
    assert "2024" in day(DAY, language)
    assert listing(["A", "B"], language, "or") != listing(["A", "B"], language)
    assert territory("DE", language)
    assert autonym(language)


def test_a_share_is_told_as_its_language_writes_it():
    assert [percent(95, code) for code in ("en", "hu", "da", "fr")] == [
        "95%",
        "95%",
        "95\xa0%",
        "95\xa0%",
    ]
    assert [percent(value, "en") for value in range(101)] == [f"{value}%" for value in range(101)]
