import pytest

from registry.exchange.placeholders import Facts
from registry.exchange.wording import faults, faults_beside, links

FACTS = Facts({"service": "Service", "provider": "Provider", "contact": "dpa@example.com"}, "en")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Uses {service}, {{braces}} and <https://example.com>.", []),
        ("Uses {nobody} and { and {nobody}.", ["{nobody}", "{"]),
    ],
)
def test_each_placeholder_without_a_fact_is_told_once(text, said):
    assert faults(text, FACTS) == [
        f"There is no fact for the placeholder {written}. To write a brace, double it." for written in said
    ]


@pytest.mark.parametrize("html", ["<b>", "</p>", "<!-- x -->", "<script src=x>"])
def test_html_is_told_and_an_address_in_angle_brackets_is_not(html):
    assert faults(f"a {html} <a@example.com>", FACTS) == [
        f"Write Markdown, not HTML: {html} would be shown as it stands."
    ]


def test_without_a_profile_placeholders_are_not_judged():
    assert faults("{nobody}", None) == []


def test_a_translation_names_what_its_source_names_as_often():
    assert faults_beside("{provider} {service}", "{service} by {provider}", FACTS) == []
    assert faults_beside("{service} {contact}", "{service} {service} {provider}", FACTS) == [
        "The source has placeholders that are missing here: {provider} {service}",
        "The source does not have these placeholders: {contact}",
    ]


@pytest.mark.parametrize("broken", ["[uns] (https://example.com)", "[uns](https://example.com", "uns"])
def test_a_link_that_is_broken_or_lost_is_told(broken):
    source = "Ask [us](https://example.com)."

    assert faults_beside("Fragen Sie [uns](https://example.com/de).", source, FACTS) == []
    assert faults_beside(f"Fragen Sie {broken}.", source, FACTS) == [
        "The source has 1 link. 0 were found here. Write a link as [text](address)."
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("none", 0),
        ("[a](mailto:{contact}) and [b](/en/dpa/)", 2),
        ("[a]({dpa})", 1),
        ("<https://example.com>", 1),
        ("- [a](https://example.com)\n- `[b](c)`", 1),
    ],
)
def test_links_are_counted_as_markdown_reads_them(text, count):
    assert links(text) == count
