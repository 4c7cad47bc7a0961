from registry.exchange.oldpage import text_lines
from registry.exchange.oldpage_html import html_lines
from registry.exchange.oldpage_names import Entity, Names
from registry.exchange.oldpage_rows import Reader, rows
from registry.exchange.oldpage_spellings import Spellings

COMPANIES = [Entity("Linode, LLC"), Entity("Twilio, Inc."), Entity("Intuit")]


def parted(lines, language="en"):
    return rows(lines, Reader(Names(COMPANIES, language, ["LiveAgent"]), Spellings(), ("SOC 2",)))


def told(found):
    return [(row.entity, sorted(row.where), sorted(row.customers), len(row.claims), row.unread) for row in found.rows]


def test_a_line_in_which_cells_ran_together_is_a_row_with_the_lines_below_it():
    text = (
        "ServersDetails\nServersLinode, LLC (Germany)\nLiveAgent is hosted with SOC 2.\n"
        "Servers Linode, LLC (EU customers) – Bavaria\nServers Twilio, Inc. LiveAgent is hosted there.\n\n"
        "Linode hosts us."
    )

    found = parted(text_lines(text))

    assert told(found) == [
        ("Linode, LLC", ["DE"], [], 1, ""),
        ("Linode, LLC", [], ["EU"], 0, "Bavaria"),
        ("Twilio, Inc.", [], [], 0, ""),
    ]
    assert found.strange == ["ServersDetails"]
    assert [line.text for line in found.rest] == ["ServersDetails", "Linode hosts us."]


def test_sentences_that_begin_with_a_company_are_no_rows():
    text = (
        "Linode, LLC hosts our servers in Germany.\n\nTwilio’s servers\n\nTwilio-t\n\nOur good old friend Twilio (USA)"
    )

    assert told(parted(text_lines(text))) == []


def test_items_of_a_list_are_rows_where_one_names_a_company():
    text = "- Linode runs in Ireland\n- Hetzner Online GmbH – Germany\n- a friend\n\n- be good\n- be kind"

    found = parted(text_lines(text))

    assert told(found) == [("Linode, LLC", ["IE"], [], 0, ""), (None, ["DE"], [], 0, "")]
    assert found.strange == ["a friend"]
    assert [line.text for line in found.rest] == ["a friend", "be good", "be kind"]


def test_in_a_table_the_company_is_the_one_that_a_cell_begins_with():
    html = (
        "<table><tr><th>What<th>Who<th>Where<tr><td>Calls, as Twilio did<td>Intuit<td>Ireland"
        "<tr><td>Hosts<td>Linode<td>Bavaria<tr><td>Calls<td>Twilio<td>–<tr><td>Sum<td>3<td></table>"
    )

    found = parted(html_lines(html))

    assert told(found) == [
        ("Intuit", ["IE"], [], 0, ""),
        ("Linode, LLC", [], [], 0, "Bavaria"),
        ("Twilio, Inc.", [], [], 0, ""),
        (None, [], [], 0, ""),
    ]
    assert [line.text for line in found.rest] == ["What | Who | Where"]


def test_bars_part_cells_in_text_and_sentences_between_are_no_rows():
    text = "Linode, LLC hosts.\nServers | Linode, LLC (USA) They run. |\nTwilio (Ireland)\nService | Intuit |"

    found = parted(text_lines(text))

    assert told(found) == [("Linode, LLC", ["US"], [], 0, ""), ("Intuit", [], [], 0, "")]
    assert [line.text for line in found.rest] == ["Linode, LLC hosts.", "Twilio (Ireland)"]
