from registry.exchange.blocks import Block, Word, blocks, line, plain
from registry.exchange.markdown import html
from registry.exchange.placeholders import Facts


def read(markdown):
    return blocks(html(markdown, Facts({}, "en")))


def test_paragraphs_headings_and_items_are_blocks_however_they_are_nested():
    found = read("# Title\n\nOne\ntwo.\n\n- item\n\n  its second paragraph\n  1. inner\n\n> quoted")

    assert [(block.tag, plain(block)) for block in found] == [
        ("h3", "Title"),
        ("p", "One two."),
        ("li", "item"),
        ("li", "its second paragraph"),
        ("li", "inner"),
        ("p", "quoted"),
    ]


def test_a_word_carries_the_marks_around_it_and_a_link_its_address():
    (only,) = read("**Bold *and*** [us & them](https://example.com/?a=1&b=2)")

    assert only.words == (
        Word("Bold", (("strong", ""),)),
        Word(" ", (("strong", ""),)),
        Word("and", (("strong", ""), ("em", ""))),
        Word(" "),
        *(Word(word, (("a", "https://example.com/?a=1&b=2"),)) for word in ("us", " ", "&", " ", "them")),
    )


def test_a_break_and_a_rule_part_words_and_are_none():
    assert [plain(block) for block in read("one  \ntwo\n\n---\n\nthree")] == ["one two", "three"]


def test_a_line_is_one_block_of_plain_text_and_nothing_is_none():
    assert line("a < b") == [Block("p", tuple(Word(word) for word in ("a", " ", "<", " ", "b")))]
    assert line("") == []
