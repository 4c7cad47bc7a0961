import pytest

from registry.exchange.agreement_paper import footer, surely_printable


def test_the_foot_of_a_page_names_the_agreement_the_text_the_release_and_the_version():
    assert footer(
        "en",
        reference="AGR-2222-2222",
        release=3,
        release_digest="r",
        version=4,
        version_digest="v",
        text_digest="t",
    ) == [
        "Agreement: AGR-2222-2222",
        "Text · SHA-256: t",
        "Release: 3 · SHA-256: r",
        "Version of the template: 4 · SHA-256: v",
    ]


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("Őszirózsa Ödön, Ørsted – “Łódź” & Ēriks Šķēle", True),
        ("Αθηνα, Москва", True),
        ("", True),
        ("日本", False),
        ("عربي", False),
        ("\U0001f600", False),
        ("a\u200bb", False),
        ("soft\u00adhyphen", False),
        ("\x00", False),
    ],
)
def test_common_letters_are_known_to_be_in_every_font(text, sure):
    assert surely_printable(text) is sure
