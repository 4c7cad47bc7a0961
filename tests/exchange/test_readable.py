from registry.exchange.readable import readable


def test_the_highest_headings_come_to_stand_below_those_of_the_page():
    shown = readable("<h1>Agreement</h1><h2>Parties</h2><p>1</p>", 3, "Table")

    assert shown == "<h3>Agreement</h3><h4>Parties</h4><p>1</p>"


def test_each_table_is_a_region_that_a_keyboard_can_move():
    shown = readable('<table><tr><td>1</td></tr></table><p>2</p><table class="x"></table>', 3, 'A "wide" one')

    opened = '<div class="wide-table" role="region" tabindex="0" aria-label="A &quot;wide&quot; one">'
    assert shown == (f'{opened}<table><tr><td>1</td></tr></table></div><p>2</p>{opened}<table class="x"></table></div>')
