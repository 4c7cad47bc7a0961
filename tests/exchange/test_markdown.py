import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.exchange.markdown import absolute, html, plain
from registry.exchange.placeholders import Facts

SERVICE = {
    "provider": "A *b* <c> & [d](x)",
    "service": "Service",
    "service_address": "*.example.com",
    "contact": "x*y*z@example.com",
    "provider_address": "javascript:alert(1)",
}


def told(text, language="en"):
    return html(text, Facts(SERVICE, language))


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("One\n\nTwo", "<p>One</p>\n<p>Two</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("**a** *b*", "<p><strong>a</strong> <em>b</em></p>"),
        ("# a\n\n## b", "<h3>a</h3>\n<h4>b</h4>"),
        ("[form]({dpa})", '<p><a href="/en/dpa/" rel="noopener noreferrer">form</a></p>'),
        ("[us](mailto:{contact})", '<p><a href="mailto:x*y*z@example.com" rel="noopener noreferrer">us</a></p>'),
        (
            "<mailto:{contact}>",
            '<p><a href="mailto:x*y*z@example.com" rel="noopener noreferrer">mailto:x*y*z@example.com</a></p>',
        ),
        ("[x](/{{service}})", '<p><a href="/%7Bservice%7D" rel="noopener noreferrer">x</a></p>'),
        ("[x]({provider_address})", "<p>[x](javascript:alert%281%29)</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("[x](data:text/html,x)", "<p>[x](data:text/html,x)</p>"),
        (
            "![x](https://example.com/x.png)",
            '<p>!<a href="https://example.com/x.png" rel="noopener noreferrer">x</a></p>',
        ),
    ],
)
def test_markdown_becomes_safe_markup(text, markup):
    assert told(text) == markup


def test_facts_are_plain_text_whatever_signs_they_hold():
    assert told("{provider} at {service_address} and *.x") == (
        "<p>A *b* &lt;c&gt; &amp; [d](x) at *.example.com and *.x</p>"
    )
    assert plain("{provider}", Facts(SERVICE, "en")) == SERVICE["provider"]


def test_a_slot_that_a_text_brings_along_is_no_fact():
    assert told("{service} \U000f0000\U000f0001") == "<p>Service</p>"


def test_only_a_path_in_an_address_of_a_link_is_one_of_ours():
    text = '[form]({dpa}), [them](//example.com/x), [others](https://example.com/) `<a href="/x">` <mailto:{contact}>'
    before = told(text)

    after = absolute(before, "https://trust.example")

    assert after == before.replace('<a href="/en/dpa/"', '<a href="https://trust.example/en/dpa/"')
    assert before.count('href="/') == 3


@given(st.text())
def test_no_text_becomes_a_script_a_style_or_a_handler(text):
    tags = re.findall(r"<\s*([a-z0-9]+)([^>]*)", told(text))

    assert {name for name, _attributes in tags} <= {
        *("p", "br", "hr", "ul", "ol", "li", "strong", "em", "code", "blockquote", "a", "h3", "h4", "h5", "h6")
    }
    assert not [attributes for _name, attributes in tags if re.search(r"\s(on\w+|style)\s*=", attributes)]
