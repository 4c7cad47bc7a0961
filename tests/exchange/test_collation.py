import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from registry.exchange.collation import in_order, key
from registry.models.territories import countries


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ["Åland Islands", "Albania", "Côte d’Ivoire", "Croatia", "Türkiye", "Turkmenistan"]),
        ("da", ["Albanien", "Zimbabwe", "Ækvatorialguinea", "Østrig", "Åland"]),
        ("hu", ["Ciprus", "Cuba", "Csád", "Dánia", "Olaszország", "Óman", "Örményország", "Zambia", "Zöld-foki"]),
        ("et", ["Slovakkia", "Suriname", "Šveits", "Zambia", "Türgi", "Ukraina", "Ühendkuningriik"]),
        ("lv", ["Camēroun", "Čehija", "Dānija", "Krievija", "Ķīna", "Laosa", "Zambija"]),
        ("pt-br", ["Áustria", "Azerbaijão", "Zâmbia", "Zimbábue"]),
        ("sv", ["Zambia", "Åland", "Ägypten", "Österrike"]),
        ("uk", ["Гана", "Естонія", "Єгипет", "Ємен", "Замбія", "Ізраїль", "Йорданія", "Канада"]),
    ],
)
def test_names_stand_as_readers_of_the_language_expect_them(language, names):
    assert in_order(sorted(names), language) == names
    assert in_order(names[::-1], language) == names


@given(st.lists(st.text(max_size=12), max_size=8), st.sampled_from(["en", "hu", "da", "lv", "ar", "uk"]))
def test_any_text_has_its_place_and_the_order_does_not_depend_on_where_it_began(texts, language):
    assert in_order(texts, language) == in_order(texts[::-1], language)


def test_every_country_has_a_place_in_every_language():
    for language in ("bg", "cs", "el", "ga", "mt", "ar", "nb", "pl"):
        names = Locale.parse(language).territories
        assert all(key(language)(names[code])[0] for code in countries())
