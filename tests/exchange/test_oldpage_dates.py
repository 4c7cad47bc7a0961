from datetime import date, timedelta

import pytest
from babel.dates import format_date
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from registry.exchange.localized import locale
from registry.exchange.oldpage_dates import dateline, dates, month_of
from registry.exchange.oldpage_spellings import Spellings, spellings

NONE = Spellings()
CODES = [code for code, _name in settings.LANGUAGES]


def read(text, language, spelled=NONE):
    return [(found.written, found.day.isoformat() if found.day else None) for found in dates(text, language, spelled)]


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("form", ["long", "full"])
def test_every_day_is_read_in_every_languages_own_form(language, form):
    days = [date(2024, 1, 13) + timedelta(days=9 * number) for number in range(40)]

    told = [f"x {format_date(day, form, locale=locale(language))} x" for day in days]

    assert [[found.day for found in dates(text, language, NONE)] for text in told] == [[day] for day in days]


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("da", "Senest opdateret: 13. december 2024", "2024-12-13"),
        ("hu", "Utolsó frissítés: 2024. december 13.", "2024-12-13"),
        ("hu", "Hatályos: 2024. december 13-án", "2024-12-13"),
        ("lv", "Pēdējo reizi atjaunināts: 2023.gada 2.oktobrī", "2023-10-02"),
        ("et", "Viimati uuendatud: 2. oktoobril 2023", "2023-10-02"),
        ("pt-br", "Última atualização: 28 de Outubro de 2019", "2019-10-28"),
        ("lt", "Atnaujinta 2024 m. gruodžio 13 d.", "2024-12-13"),
        ("bg", "Обновено: 13 декември 2024 г.", "2024-12-13"),
        ("en", "Last updated on December 13th, 2024", "2024-12-13"),
        ("cs", "Platí od 1. červenec 2024", "2024-07-01"),
        ("cs", "Platí od 1. června 2024.", "2024-06-01"),
        ("ga", "Nuashonraithe: 2 Deireadh Fómhair 2023", "2023-10-02"),
        ("fr", "Mise à jour : 1er août 2024", "2024-08-01"),
        ("de", "Stand: 13.12.2024", "2024-12-13"),
    ],
)
def test_a_page_dates_itself_in_the_cases_of_its_language(language, text, day):
    found = dates(text, language, NONE)

    assert [one.day.isoformat() for one in found] == [day]
    assert dateline(text, found) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    [
        "14 May 2024 - 13 March 2026",
        "Section 4 of 13 December 2024",
        "On 13 December 2024 we moved our servers.",
        "13 December 2024",
        "This is a sentence that goes on for long and ends with 13 December 2024",
    ],
)
def test_a_date_within_text_is_not_the_pages_own(text):
    assert dateline(text, dates(text, "en", NONE)) is None


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "02/03/2024 and 13/03/2024, 03/13/2024", [None, "2024-03-13", "2024-03-13"]),
        ("en", "5/5/2024", ["2024-05-05"]),
        ("da", "02.03.2024 but 02/03/2024", ["2024-03-02", None]),
        ("da", "2024-02-30, 1.2.24, 2024-02-29", [None, None, "2024-02-29"]),
        ("da", "14.Feb - 13.Mar 2026", [None, "2026-03-13"]),
        ("hu", "14.Feb - 13.Mar 2026", [None]),
        ("en", "December 2024, 1 May 2020", [None, "2020-05-01"]),
        ("en", "192.168.1.10, v1.2.3, 1.200, 24/7, 100 customers", []),
        ("pt-br", "mais de 1.000 tickets", []),
        ("et", "2019. ja 2020. aastal", []),
        ("en", "31 February 2024", [None]),
    ],
)
def test_what_cannot_be_read_for_certain_is_told_and_not_guessed(language, text, found):
    assert [day for _written, day in read(text, language)] == found


def test_the_user_adds_dates_and_months():
    told = b'[dates]\n2024-12-13 = {hu = ["2024 tel\xc3\xa9n"]}\n[months]\n12 = {hu = ["karacsony"]}\n'
    spelled = spellings("s.toml", told)

    assert read("2024 telén, 2024. karacsony 24.", "hu", spelled) == [
        ("2024 telén", "2024-12-13"),
        ("2024. karacsony 24", "2024-12-24"),
    ]
    assert read("2024 telén", "da", spelled) == []


def test_a_word_that_could_be_two_months_is_none():
    assert [month_of(word, "cs") for word in ("červen", "červnu", "červenci", "pátek")] == [6, 6, 7, None]
    assert [month_of(word, "da") for word in ("december", "Decembers", "decembr")] == [12, None, None]


@given(st.text(), st.sampled_from(CODES))
def test_no_text_stops_the_reading(text, language):
    for found in dates(text, language, NONE):
        assert 0 <= found.start < found.end <= len(text)
