from registry.exchange.oldpage_report import Disagreement, Presence, Report, Unrecognised, as_csv, as_html, as_text

REPORT = Report(
    labels=("da", "hu"),
    files=("da.txt", "<hu>.html"),
    with_registry=True,
    table=(Presence("Linode, LLC", (("2 rows", "Germany, Ireland"), ()), ("listed",)),),
    disagreements=(
        Disagreement("company", "Linode, LLC", ("listed", ""), "listed"),
        Disagreement("country", "=1+1", ("in a row", "in the text")),
    ),
    unrecognised=(Unrecognised("da", "da.txt", (("date", "14.Feb", 2),)), Unrecognised("hu", "<hu>.html", ())),
)


def test_the_terminal_shows_the_table_then_each_disagreement_then_what_was_not_recognised():
    assert [line for line, _heading in as_text(REPORT, 60)] == [
        "Companies by page",
        "             da              hu              registry",
        "Linode, LLC  2 rows          —               listed",
        "             Germany,",
        "               Ireland",
        "",
        "2 disagreements",
        "  company",
        "    Linode, LLC: listed (da); — (hu). Registry: listed",
        "  country",
        "    =1+1: in a row (da); in the text (hu). Registry: —",
        "",
        "Not recognised (add spellings, or ignore it, in the file of --spellings)",
        "  da.txt (da)",
        "    date: 14.Feb (×2)",
        "  <hu>.html (hu)",
        "    nothing",
    ]


def test_the_csv_has_a_column_for_each_page_and_no_formula():
    assert as_csv(REPORT).decode("utf-8-sig").splitlines() == [
        "kind,subject,da,hu,registry",
        'company,"Linode, LLC",listed,,listed',
        "country,'=1+1,in a row,in the text,",
    ]


def test_without_a_registry_nothing_stands_in_its_place():
    alone = Report(("da",), ("da.txt",), False, disagreements=(Disagreement("country", "Germany", ("in a row",)),))

    assert as_csv(alone).decode("utf-8-sig").splitlines() == ["kind,subject,da", "country,Germany,in a row"]
    assert "    Germany: in a row (da)" in [line for line, _heading in as_text(alone, 80)]
    assert "There was no registry to compare with." in as_html(alone)


def test_the_html_is_whole_escaped_and_asks_nobody():
    html = as_html(REPORT)

    assert html.startswith("<!DOCTYPE html>")
    assert "&lt;hu&gt;.html" in html
    assert "<hu>" not in html
    assert [
        mark for mark in ("http:", "https:", "//", "src=", "<script", "<link", "url(", "@import") if mark in html
    ] == []
    assert html.count('<th scope="row">') == 3
