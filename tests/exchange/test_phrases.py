import pytest
from django.utils.translation import override

from registry.exchange import phrases
from registry.exchange.comparison import ADDED, CHANGED, NOUNS, REMOVED


@pytest.mark.parametrize("action", [ADDED, REMOVED, CHANGED])
def test_every_noun_has_a_sentence_for_one_and_one_for_many(action):
    assert set(phrases.LINES[action]) == {*NOUNS, "contractual"}
    with override("en"):
        for noun in phrases.LINES[action]:
            one, many = phrases.line(action, noun, "a", 1), phrases.line(action, noun, "a and b", 21)
            assert (one.endswith(": a"), many.endswith(": a and b"), "21" in many) == (True, True, True), (
                noun,
                one,
                many,
            )


@pytest.mark.parametrize(
    ("phrase", "one", "many"),
    [
        (phrases.places, "processing location: x", "2 processing locations: x"),
        (phrases.mechanisms, "transfer mechanism: x", "2 transfer mechanisms: x"),
        (phrases.newly_named, "newly named safeguard: x", "newly named safeguards: x"),
        (phrases.no_longer_named, "safeguard no longer named: x", "safeguards no longer named: x"),
        (
            phrases.not_named_here,
            "safeguard not named, unlike at its earlier locations: x",
            "safeguards not named, unlike at its earlier locations: x",
        ),
        (phrases.languages_added, "new language: x", "new languages: x"),
        (phrases.languages_removed, "language no longer published: x", "languages no longer published: x"),
    ],
)
def test_a_detail_counts_what_it_names(phrase, one, many):
    assert (phrase("x", 1), phrase("x", 2)) == (one, many)


@pytest.mark.parametrize(
    ("phrase", "one", "many"),
    [
        (phrases.reworded, "reworded: Body (language: x)", "reworded: Body (languages: x)"),
        (
            phrases.outdated,
            "translation now outdated: Body (language: x)",
            "translations now outdated: Body (languages: x)",
        ),
        (
            phrases.no_longer_outdated,
            "translation no longer outdated: Body (language: x)",
            "translations no longer outdated: Body (languages: x)",
        ),
    ],
)
def test_a_wording_counts_its_languages(phrase, one, many):
    assert (phrase("Body", "x", 1), phrase("Body", "x", 2)) == (one, many)


def test_details_follow_their_sentence():
    assert phrases.detailed("Changed: x", []) == "Changed: x"
    assert phrases.detailed("Changed: x", ["a", "b"]) == "Changed: x — a; b"
