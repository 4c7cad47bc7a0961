import pytest

from registry.exchange.oldpage_places import apart, named_in, places
from registry.exchange.oldpage_spellings import Spellings, spellings

NONE = Spellings()


@pytest.mark.parametrize(
    ("language", "text", "where", "customers"),
    [
        ("da", "(EU-kunder) – TysklandLiveAgent-servere er hostet", {"DE"}, {"EU"}),
        ("hu", "(US ügyfelek) – SzingapúrA LiveAgent szerverek", {"SG"}, {"US"}),
        ("et", "(ELi asukoht)", {"EU"}, set()),
        ("lv", "(atrašanās vieta Apvienotajā Karalistē)", {"GB"}, set()),
        ("lv", "(ES klienti)", set(), {"EU"}),
        ("lv", "Personas Datus", set(), set()),
        ("pt-br", "(Localizado nos EUA)", {"US"}, set()),
        ("pt-br", "(clientes dos EUA) – Norte da Califórnia", set(), {"US"}),
        ("en", "Ireland, for customers in the UK", {"IE"}, {"GB"}),
    ],
)
def test_places_are_told_from_the_customers_that_they_serve(language, text, where, customers):
    found = places(text, language, NONE)

    assert (found.where, found.customers, found.unclear) == (where, customers, ())


def test_a_part_that_speaks_of_customers_and_several_countries_stays_open():
    found = places("Germany for EU customers", "en", NONE)

    assert found == (frozenset(), frozenset(), ("Germany for EU customers",))


def test_the_user_adds_countries_and_words_for_customers():
    told = '[countries]\nGB = {et = ["Suurbritannia"]}\nSG = ["Cingapura"]\n[customers]\nwords = {et = ["tellija"]}'
    spelled = spellings("s.toml", told.encode())

    assert named_in("Suurbritannia, Cingapura", "et", spelled) == {"GB", "SG"}
    assert named_in("Suurbritannia, Cingapura", "da", spelled) == {"SG"}
    assert places("USA tellijad", "et", spelled).customers == {"US"}


def test_words_that_ran_together_are_parted():
    assert [apart(text) for text in ("TysklandLiveAgent", "USA", "", "ab")] == ["Tyskland Live Agent", "USA", "", "ab"]
