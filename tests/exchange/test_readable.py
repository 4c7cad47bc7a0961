from registry.exchange.readable import readable


def test_the_highest_headings_come_to_stand_below_those_of_the_page():
    shown = readable("<h1>Agreement</h1><h2>Parties</h2><p>1</p>", 3, "Table")

    assert shown == "<h3>Agreement</h3><h4>Parties</h4><p>1</p>"


def test_each_wide_table_can_be_moved_by_keyboard_and_facts_are_no_stop_on_the_way():
    facts, plain = "<table><tbody><tr><th>1</th></tr></tbody></table>", '<table class="x">\n<thead></thead></table>'
    captioned = "<table><caption>C</caption><thead></thead></table>"

    shown = readable(f"{facts}<p>2</p>{plain}{captioned}", 3, 'A "wide" one')

    opened = '<div class="wide-table" role="group" tabindex="0" aria-label="A &quot;wide&quot; one">'
    assert shown == f"{facts}<p>2</p>{opened}{plain}</div>{opened}{captioned}</div>"
