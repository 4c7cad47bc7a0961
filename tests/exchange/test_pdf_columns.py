from registry.exchange.pdf_tree import tree


def columns(rows: str) -> list[float]:
    (table,) = tree(f"<table>{rows}</table>")
    return table["columns"]


def test_columns_with_little_to_say_get_what_they_ask_and_the_others_share_the_rest():
    first, second, third = columns(
        f"<tr><td>a</td><td>{'word ' * 100}</td><td>13 December 2024</td></tr>"
        f'<tr><td rowspan="2">bb</td><td colspan="2">{"word " * 100}</td></tr>'
        "<tr><td>e</td><td>twenty letters</td></tr>"
    )

    assert (first, third) == (14 + 2 * 4.8, 14 + 16 * 4.4)
    assert second == round(470 - first - third, 1)


def test_no_column_is_narrower_than_its_longest_word():
    words = ["f" * 40, "word " * 300, "word " * 300]

    first, second, third = columns("<tr>" + "".join(f"<td>{word}</td>" for word in words) + "</tr>")

    assert first == 14 + 40 * 4.8
    assert second == third
    assert round(first + second + third) == 470


def test_a_digest_fits_beside_labels():
    assert columns(f"<tr><th>Digest</th><td><code>{'0f' * 32}</code></td></tr>")[1] >= 14 + 64 * 4.56


def test_tables_of_labels_are_all_divided_alike():
    rows = f"<tr><th>a</th><td>b</td></tr><tr><th>{'label ' * 20}</th><td>c</td></tr>"

    assert columns(rows) == [150, 320]


def test_what_two_parties_say_beside_labels_stands_in_columns_of_one_width():
    heads = "<thead><tr><th>Party</th><th>Customer</th><th>Provider</th></tr></thead>"

    told = f"{heads}<tr><th>Company</th><td>{'word ' * 100}</td><td>one</td></tr>"

    assert columns(f"{told}<tr><th>Signature</th><td></td><td></td></tr>") == [110, 180, 180]
    assert columns(f"{told}<tr><td>no label</td><td></td><td></td></tr>") != [110, 180, 180]


def test_cells_that_reach_down_make_no_column_of_their_own():
    rows = '<tr><td>a</td><td rowspan="2">b</td></tr><tr><td>c</td></tr><tr><td>d</td><td>e</td></tr>'

    assert len(columns(rows)) == 2


def test_lines_of_a_cell_are_not_added_up():
    broken = columns("<tr><td>one two three<br>four</td><td>x</td></tr>")

    assert broken == columns("<tr><td><p>one two three</p><ul><li>four</li></ul></td><td>x</td></tr>")
    assert broken[0] == 14 + 13 * 4.4


def test_a_table_without_rows_has_no_columns():
    assert columns("") == []


def test_a_word_is_cut_only_where_it_is_wider_than_its_column():
    (table,) = tree(
        f"<table><tr><th>{'long label ' * 9}</th><td>b</td></tr><tr><th>{'w' * 40}</th><td>c</td></tr></table>"
    )

    assert [[cell["whole"] for cell in row["cells"]] for row in table["rows"]] == [[True, True], [False, True]]
