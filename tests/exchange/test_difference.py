from hypothesis import given
from hypothesis import strategies as st

from registry.exchange.difference import ADDED, REMOVED, SAME, Effort, difference, words


def test_words_are_compared_not_letters():
    assert difference("The service in Germany.", "The service in Ireland, too.") == [
        (SAME, "The service in "),
        (REMOVED, "Germany"),
        (ADDED, "Ireland, too"),
        (SAME, "."),
    ]


def test_equal_texts_are_one_piece_and_nothing_is_none():
    assert difference("as it was", "as it was") == [(SAME, "as it was")]
    assert difference("", "") == []


def test_long_texts_are_compared_line_by_line():
    before = "one two three\n" * 1000

    assert difference(before, f"{before}four\n") == [(SAME, before), (ADDED, "four\n")]


@given(st.text(), st.text())
def test_the_pieces_are_both_texts_and_nothing_else(before, after):
    pieces = difference(before, after)

    assert "".join(text for action, text in pieces if action != ADDED) == before
    assert "".join(text for action, text in pieces if action != REMOVED) == after


def test_a_page_searches_no_more_than_its_effort_allows_and_then_tells_the_whole():
    effort = Effort(most=5)

    first, second = (effort.pieces(words("one two three"), words("one five three")) for _time in range(2))

    assert [action for action, _part in first] == [SAME, REMOVED, ADDED, SAME]
    assert effort.left == 1
    assert second == first
    assert effort.pieces(words("a b a b a c"), words("b a b a d")) == [
        (REMOVED, words("a b a b a c")),
        (ADDED, words("b a b a d")),
    ]
    assert effort.left == 0


def test_words_signs_and_blanks_are_the_text():
    assert words("In  Germany, too.") == ["In", "  ", "Germany", ",", " ", "too", "."]
