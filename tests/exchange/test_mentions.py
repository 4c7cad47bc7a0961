import time

import pytest

from registry.exchange.mentions import named, unnamed

HOSTS = ["DE", "IE", "SG", "US"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "in Germany, Ireland’s towns, Singapore and the US"),
        ("da", "i Tyskland, Irland og Singapore samt USA’s centre"),
        ("hu", "Németországban, Írországban, Szingapúrban és az Egyesült Államokban"),
        ("lv", "Vācijā, Īrijā, Singapūrā un Amerikas Savienotajās Valstīs"),
        ("et", "Saksamaal, Iirimaal, Singapuris ja Ameerika Ühendriikides"),
        ("pt-br", "na Alemanha, na Irlanda, em Singapura e nos Estados Unidos"),
        ("de", "in Deutschland, Irland, Singapur und den Vereinigten Staaten"),
        ("fi", "Saksassa, Irlannissa, Singaporessa ja Yhdysvalloissa"),
        ("pl", "w Niemczech, Irlandii, Singapurze i Stanach Zjednoczonych"),
        ("uk", "у Німеччині, Ірландії, Сінгапурі та Сполучених Штатах"),
        ("ar", "في ألمانيا وأيرلندا وسنغافورة والولايات المتحدة"),
    ],
)
def test_typed_names_of_countries_are_read_in_the_cases_of_their_language(language, text):
    assert sorted(named(text, language)) == HOSTS
    assert unnamed(text, language, HOSTS) == []


@pytest.mark.parametrize(
    ("text", "language", "codes"),
    [
        ("Guinea-Bissau", "en", {"GW"}),
        ("Ausztráliában", "hu", {"AU"}),
        ("Ausztriában", "hu", {"AT"}),
        ("Northern Ireland and Nigeria", "en", {"IE", "NG"}),
        ("us and them, the who and the eu", "en", set()),
        ("{territories:US,150} and {provider_country}", "en", {"US", "150"}),
        ("{{territory:DE}}", "en", set()),
    ],
)
def test_the_longest_name_counts_and_common_words_do_not(text, language, codes):
    assert named(text, language) == codes


def test_a_place_counts_as_named_where_a_named_area_holds_it():
    assert unnamed("Hosts: {territories:US,150}.", "en", HOSTS) == ["SG"]
    assert unnamed("Hosts: {territories:US,EU}.", "en", ["DE", "EU", "GB", "US"]) == ["GB"]
    assert unnamed("Data is kept in the European Union alone.", "en", HOSTS) == ["SG", "US"]


def test_a_passage_that_speaks_of_other_things_names_no_place_too_few():
    assert unnamed("The service is provided to customers.", "en", HOSTS) == []
    assert unnamed("The courts of Slovakia decide.", "en", HOSTS) == []
    assert unnamed("Regulation (EU) 2016/679 applies.", "en", HOSTS) == []


def test_what_lies_in_an_area_that_we_do_not_know_is_not_judged():
    assert unnamed("Data is kept in the US and in Asia.", "en", HOSTS) == []


def test_a_short_name_keeps_its_consonants():
    assert named("Personas dati, Personal, Malware", "lv") == set()
    assert [named(text, "lv") for text in ("Peru", "Kubā", "Mali")] == [{"PE"}, {"CU"}, {"ML"}]
    assert named("Peruus ja Kuubal", "et") == {"PE", "CU"}


def test_many_pages_of_prose_are_read_in_a_moment():
    # Every form of a noun reads all prose in every language. With all names tried at each word this took 5 seconds.
    prose = "Adatait Németországban őrizzük, a Szolgáltatás feltételei szerint, amíg a szerződés tart. " * 17_500

    before = time.process_time()
    found = named(prose, "hu")

    assert found == {"DE"}
    assert time.process_time() - before < 2
