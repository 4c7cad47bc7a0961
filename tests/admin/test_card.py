from registry.admin.card import MOST, Card, Item


def card(count, **values):
    return Card("key", "Title", "All is well.", count, [Item("one")] * min(count, MOST), **values)


def test_a_card_is_urgent_where_one_of_its_entries_is():
    assert card(2).urgent is False
    assert Card("key", "Title", "All is well.", 2, [Item("one"), Item("two", urgent=True)]).urgent is True


def test_a_card_tells_how_many_entries_it_does_not_show():
    assert (card(MOST).more, card(MOST + 3).more) == ("", "And 3 more.")


def test_a_card_of_languages_shows_them_all():
    assert card(MOST + 3, languages=[{"code": "da"}]).more == ""
