from django.utils.safestring import SafeString

from registry.exchange.headings import under
from registry.exchange.markdown import html
from registry.exchange.placeholders import Facts


def test_headings_move_below_those_of_the_document():
    assert under(html("# A\n\n### B", Facts({}, "en")), 3) == "<h3>A</h3>\n<h4>B</h4>"
    assert under(html("## A\n\n# B", Facts({}, "en")), 4) == "<h5>A</h5>\n<h4>B</h4>"


def test_no_heading_goes_deeper_than_there_are():
    assert under(html("# A\n\n## B\n\n### C", Facts({}, "en")), 5) == "<h5>A</h5>\n<h6>B</h6>\n<h6>C</h6>"


def test_what_only_looks_like_a_heading_stays():
    told = under(html("<h1>A</h1> &lt;h1>\n\n---", Facts({}, "en")), 3)

    assert told == "<p>&lt;h1&gt;A&lt;/h1&gt; &lt;h1&gt;</p>\n<hr>"
    assert isinstance(told, SafeString)
