from hypothesis import given
from hypothesis import strategies as st

from registry.exchange.oldpage_html import html_lines


def said(html):
    return [line.cells or line.text for line in html_lines(html)]


def test_paragraphs_items_and_headings_are_lines():
    lines = html_lines("<h1>Hosts</h1><p>We <b>use</b>&nbsp;two:<ul><li><p>Linode<li>Twilio</ul>")

    assert [(line.text, line.item, line.heading) for line in lines] == [
        ("Hosts", False, True),
        ("We use two:", False, False),
        ("Linode", True, False),
        ("Twilio", True, False),
    ]


def test_a_table_is_rows_of_cells_with_their_lines_joined():
    html = (
        "<table><caption>Hosts</caption><thead><tr><th>Who<th>Where<tbody><tr><td><p>Linode,</p><p>LLC</p><td>EU<br>US"
    )

    lines = html_lines(html)

    assert [(line.text, line.cells, line.heading) for line in lines] == [
        ("Hosts", (), True),
        ("Who | Where", ("Who", "Where"), True),
        ("Linode, LLC | EU US", ("Linode, LLC", "EU US"), False),
    ]


def test_a_cell_that_spans_rows_stands_in_each_of_them():
    html = (
        "<table><tr><td rowspan=3>AWS<td>Germany<td rowspan=2>SOC 2<tr><td>Ireland<tr><td>Singapore<td>SOC 1"
        "<tr><td>Twilio<td>US<td></table>"
    )

    assert said(html) == [
        ("AWS", "Germany", "SOC 2"),
        ("AWS", "Ireland", "SOC 2"),
        ("AWS", "Singapore", "SOC 1"),
        ("Twilio", "US", ""),
    ]


def test_a_table_that_lays_out_a_page_gives_its_inner_tables_rows():
    html = "<table><tr><td>Before<table><tr><td>Linode<td>EU</table></td></tr></table><p>After"

    assert said(html) == ["Before", ("Linode", "EU"), "After"]


def test_terms_and_what_stands_under_them_are_rows():
    assert said("<dl><dt>Linode<dd>EU<dt>Twilio<dd>US</dl>") == [("Linode", "EU"), ("Twilio", "US")]


def test_only_the_main_text_is_read_where_the_page_marks_it():
    html = (
        "<title>T</title><script>var a</script><nav>Menu</nav><div>Sale</div><main><p>Policy</main><footer>End</footer>"
    )

    assert said(html) == ["Policy"]
    assert said(html.replace("main", "div")) == ["Sale", "Policy"]


@given(
    st.lists(
        st.sampled_from(
            "<table> </table> <tr> <td> <td\u00a0rowspan=99999999999999999999> <th> </td> </tr> <dl> <dt> <dd> <li> "
            "<main> </main> <p> <![x <!-- <? &# &amp </ <br> Linode <caption> </caption> <select>".split()
        )
    )
    | st.text()
)
def test_no_markup_however_broken_stops_the_reading(parts):
    html = "".join(parts)

    assert all(line.text for line in html_lines(html))
