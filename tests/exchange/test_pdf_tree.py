import pytest

from registry.exchange.pdf_tree import tree


def test_text_and_inline_elements_keep_their_order_and_lose_the_space_that_html_ignores():
    found = tree("<p>\n  One <strong> two</strong>\n  <em>three</em> &amp; four.<br>\n  Five </p>")

    assert found == [
        {
            "t": "p",
            "c": [
                "One ",
                {"t": "strong", "c": ["two"]},
                " ",
                {"t": "em", "c": ["three"]},
                " & four.",
                {"t": "br"},
                "Five",
            ],
        }
    ]


def test_a_no_break_space_is_kept():
    assert tree("<p>10&nbsp;MB \u202f!</p>") == [{"t": "p", "c": ["10\xa0MB \u202f!"]}]


def test_text_between_blocks_becomes_a_paragraph_and_white_space_nothing():
    found = tree("<section> Loose <em>text</em> <p>kept</p> \n </section>")

    assert found == [
        {
            "t": "div",
            "c": [{"t": "p", "c": ["Loose ", {"t": "em", "c": ["text"]}]}, {"t": "p", "c": ["kept"]}],
        }
    ]


def test_headings_begin_at_the_first_level_and_skip_none():
    found = tree("<h1></h1><h3>a</h3><h5>b</h5><h6>c</h6><h2>d</h2><h1>e</h1>")

    assert [(block["level"], block["c"]) for block in found] == [
        (1, ["a"]),
        (2, ["b"]),
        (3, ["c"]),
        (2, ["d"]),
        (1, ["e"]),
    ]


def test_a_language_is_told_with_its_region_and_without_its_script():
    found = tree('<p lang="pt-BR">a</p><p lang="da">b</p><p lang="sr-Latn-RS">c</p><p>d</p>')

    assert found == [
        {"t": "p", "c": ["a"], "lang": "pt", "region": "BR"},
        {"t": "p", "c": ["b"], "lang": "da", "region": None},
        {"t": "p", "c": ["c"], "lang": "sr", "region": "RS"},
        {"t": "p", "c": ["d"]},
    ]


def test_classes_without_a_meaning_on_paper_are_left_out():
    assert tree('<p class="page-break wide small">a</p><p class="wide">b</p>') == [
        {"t": "p", "c": ["a"], "class": ["page-break", "small"]},
        {"t": "p", "c": ["b"]},
    ]


@pytest.mark.parametrize(
    ("href", "whole"),
    [
        ("https://example.com/a?b=c#d", "https://example.com/a?b=c#d"),
        ("mailto:us@example.com", "mailto:us@example.com"),
        ("/hu/", "https://trust.example.com/hu/"),
    ],
)
def test_a_link_leads_to_a_whole_address(href, whole):
    found = tree(f'<p><a href="{href}">there</a></p>', "https://trust.example.com/en/")

    assert found == [{"t": "p", "c": [{"t": "a", "c": ["there"], "href": whole}]}]


@pytest.mark.parametrize(
    "href", ["/hu/", "javascript:alert(1)", "file:///etc/passwd", "", "http://[", f"https://example.com/{'x' * 2000}"]
)
def test_a_link_that_leads_nowhere_is_plain_text(href):
    assert tree(f'<p><a href="{href}">there</a></p>') == [{"t": "p", "c": [{"t": "span", "c": ["there"]}]}]


def test_list_items_hold_text_or_blocks():
    found = tree('<ol start="3"><li>one</li><li><p>two</p><ul><li>three</li></ul></li></ol>')

    assert found == [
        {
            "t": "ol",
            "start": 3,
            "items": [
                {"t": "div", "c": [{"t": "run", "c": ["one"]}]},
                {
                    "t": "div",
                    "c": [
                        {"t": "p", "c": ["two"]},
                        {
                            "t": "ul",
                            "start": 1,
                            "items": [{"t": "div", "c": [{"t": "run", "c": ["three"]}]}],
                        },
                    ],
                },
            ],
        }
    ]


def test_terms_take_all_that_is_said_of_them_with_or_without_a_box_around():
    (found,) = tree("<dl><div><dt>a</dt><dd>1</dd></div><dt>b</dt><dd>2</dd><dd>3</dd></dl>")

    assert [(item["term"]["c"], [said["c"][0]["c"] for said in item["said"]["c"]]) for item in found["items"]] == [
        (["a"], [["1"]]),
        (["b"], [["2"], ["3"]]),
    ]


def test_a_table_has_its_head_and_its_rows_apart():
    (found,) = tree(
        "<table><caption>All</caption><thead><tr><th>Name</th></tr></thead>"
        '<tbody><tr><td colspan="2">x</td><th>y</th></tr></tbody></table>'
    )

    assert found["caption"] == {"t": "span", "c": ["All"]}
    assert [[(cell["head"], cell["colspan"], cell["c"]) for cell in row] for row in found["head"]] == [
        [(True, 1, [{"t": "run", "c": ["Name"]}])]
    ]
    assert [[(cell["head"], cell["colspan"], cell["c"]) for cell in row["cells"]] for row in found["rows"]] == [
        [(False, 2, [{"t": "run", "c": ["x"]}]), (True, 1, [{"t": "run", "c": ["y"]}])]
    ]
    assert len(found["columns"]) == 3


def test_a_short_row_stays_on_one_page_and_a_long_one_may_go_on_on_the_next():
    (found,) = tree(f"<table><tr><td>a</td><td>b</td></tr><tr><td>{'word ' * 300}</td><td>b</td></tr></table>")

    assert [[cell["breakable"] for cell in row["cells"]] for row in found["rows"]] == [[False, False], [True, True]]


def test_a_row_that_leads_others_is_told_apart():
    rows = ['<td class="group">a</td>', "<td>b</td>", "<td>c</td>", '<td class="below">d</td>', "<td>e</td>"]
    (found,) = tree("<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>")

    assert [row["leads"] for row in found["rows"]] == [True, False, True, False, False]
    assert [row["cells"][0]["open"] for row in found["rows"]] == [False, False, True, False, False]


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<p>a", "<p> is not closed."),
        ("<p><em>a</p></em>", "</p> closes <em>."),
        ("<script>a</script>", "<script> cannot be set in a PDF."),
        ('<img src="a">', "<img> cannot be set in a PDF."),
        ("<p><ul></ul></p>", "<ul> stands in a line of text."),
        ("<li>a</li>", "<li> stands where it has no meaning."),
        ("<ul>a</ul>", "Text stands in <ul> outside its parts."),
        ("<table><tr><li>a</li></tr></table>", "<li> stands in <tr>."),
        ("<dl><dd>a</dd></dl>", "<dd> stands before any <dt>."),
    ],
)
def test_nothing_is_lost_in_silence(html, said):
    with pytest.raises(ValueError, match=r".") as caught:
        tree(html)

    assert str(caught.value) == said
