import pytest

from registry.exchange.rewritten import rewritten

SERVICE = {"service": "Desk"}
SITE = "https://trust.example"


def content(**values):
    return {"source_language": "en", "service": SERVICE, **values}


def passage(en, da=None, state="current"):
    text = {"en": en} if da is None else {"en": en, "da": da}
    return {"text": text, "state": {"en": "source", "da": "missing" if da is None else state}}


def compared(before, after, language="en", *, block=True):
    return rewritten((content(), before), (content(), after), language, key="sections/a/body", block=block)


def test_words_that_left_and_joined_are_marked_and_what_stayed_between_is_left_out():
    found = compared(
        passage("Kept as it is.\n\nStored in **Germany** for a year.\n\nGone altogether, without a trace."),
        passage("Kept as it is.\n\nStored in **Ireland** for a year.\n\nSomething else stands here now."),
    )

    assert found.html() == (
        "<p>[…]</p>"
        "<p>Stored in <del><strong>Germany</strong></del><ins><strong>Ireland</strong></ins> for a year.</p>"
        "<p><del>Gone altogether, without a trace.</del></p>"
        "<p><ins>Something else stands here now.</ins></p>"
    )
    assert found.text() == [
        "[…]",
        "Before: Stored in Germany for a year.",
        "Now: Stored in Ireland for a year.",
        "Removed: Gone altogether, without a trace.",
        "Added: Something else stands here now.",
    ]


def test_a_screen_reader_is_told_each_mark_by_a_word():
    found = compared(passage("In Germany."), passage("In Ireland."))

    assert found.html(spoken=True) == (
        '<p>In <del><span class="sr">removed: </span>Germany</del>'
        '<ins><span class="sr">added: </span>Ireland</ins>.</p>'
    )


def test_items_stand_in_a_list_and_headings_stand_out():
    found = compared(passage("# Why\n\n- one\n- two"), passage("# How\n\n- one more\n- two more"))

    assert found.html() == (
        "<p><strong><del>Why</del></strong></p><p><strong><ins>How</ins></strong></p>"
        "<ul><li>one<ins> more</ins></li><li>two<ins> more</ins></li></ul>"
    )


def test_another_address_behind_the_same_words_is_a_change():
    found = compared(passage("[Ask](/en/dpa/) us"), passage("[Ask](https://example.com/) us"))

    assert found.html(SITE) == (
        '<p><del><a href="https://trust.example/en/dpa/" rel="noopener noreferrer">Ask</a></del>'
        '<ins><a href="https://example.com/" rel="noopener noreferrer">Ask</a></ins> us</p>'
    )
    assert found.text(SITE) == [
        "Before: Ask (https://trust.example/en/dpa/) us",
        "Now: Ask (https://example.com/) us",
    ]


def test_text_is_escaped():
    found = compared(passage("a"), passage("a <script>alert(1)</script> & b"), block=False)

    assert found.html() == "<p>a<ins> &lt;script&gt;alert(1)&lt;/script&gt; &amp; b</ins></p>"


def test_a_new_passage_is_added_as_a_whole_and_a_lost_one_removed():
    new, lost = compared(None, passage("One.\n\n- two")), compared(passage("One."), None)

    assert new.html() == "<p><ins>One.</ins></p><ul><li><ins>two</ins></li></ul>"
    assert new.text() == ["One.", "- two"]
    assert lost.html() == "<p><del>One.</del></p>"
    assert lost.text() == ["Removed: One."]


def test_words_are_compared_in_the_readers_language():
    found = compared(passage("In Germany.", "I Tyskland."), passage("In Ireland.", "I Irland."), "da")

    assert (found.language, found.foreign, found.outdated) == ("da", False, False)
    assert found.html() == "<p>I <del>Tyskland</del><ins>Irland</ins>.</p>"


@pytest.mark.parametrize("now", [passage("In Ireland."), passage("In Ireland.", "I Tyskland.", "outdated")])
def test_without_a_new_translation_the_source_is_compared_and_named(now):
    found = compared(passage("In Germany.", "I Tyskland."), now, "da")

    assert (found.language, found.tag, found.foreign) == ("en", "en", True)
    assert found.html() == "<p>In <del>Germany</del><ins>Ireland</ins>.</p>"


def test_a_translation_that_changed_and_is_outdated_says_so():
    found = compared(passage("A.", "Et."), passage("B.", "To.", "outdated"), "da")

    assert (found.language, found.outdated) == ("da", True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (passage("Same."), passage("Same.")),
        (passage("Same.", "Ens."), passage("Same.", "Ens.", "approved")),
        (passage("Same.\n"), passage("Same.")),
        (passage("Same.", "En."), passage("Same.")),
    ],
)
def test_what_says_the_same_to_a_reader_is_no_change(before, after):
    assert compared(before, after, "da" if "da" in before["text"] else "en") is None


def test_facts_are_those_of_each_release():
    before = {**content(), "service": {"service": "Desk"}}
    after = {**content(), "service": {"service": "Agent"}}

    found = rewritten((before, passage("{service} runs")), (after, passage("{service} ran")), "en", key="k", block=True)

    assert found.html() == "<p><del>Desk runs</del><ins>Agent ran</ins></p>"


def test_many_paragraphs_are_compared_each_with_the_one_in_its_place():
    numbers = [f"Paragraph {number} about data and its places." for number in range(40)]

    found = compared(passage("\n\n".join(numbers)), passage("\n\n".join(text + " More." for text in numbers)))

    assert len(found.lines) == 40
    assert all([action for action, _words in line.runs] == ["same", "added"] for line in found.lines)
