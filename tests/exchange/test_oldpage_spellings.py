import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.exchange import oldpage_spellings
from registry.exchange.oldpage import Unreadable
from registry.exchange.oldpage_spellings import Spellings, spellings


def test_the_example_of_the_help_is_read():
    example = oldpage_spellings.__doc__.partition("\n\n")[2]

    found = spellings("s.toml", "\n".join(line.strip() for line in example.splitlines()).encode())

    assert found.companies == ("MailChimp", "Quality Unit Ukraine")
    assert found.of("countries", "et") == [("Suurbritannia", "GB"), ("Cingapura", "SG")]
    assert found.of("countries", "da") == [("Cingapura", "SG")]
    assert found.of("ignore", "da") == [("VoIP", "words")]
    assert found.of("dates", "hu") == [("2024 telén", "2024-12-13")]


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("x = [", "s.toml is no TOML: "),
        ("[colours]", "s.toml: [colours] is not known. Known: entities, countries, certifications, dates, months, "),
        ("entities = 1", "s.toml: entities is no table. Write [entities]."),
        ('[countries]\nXX = ["X"]', "s.toml: [countries] XX is not known there."),
        ('[dates]\nsoon = ["X"]', "s.toml: [dates] soon is not known there."),
        ('[months]\n13 = ["X"]', "s.toml: [months] 13 is not known there."),
        ('[ignore]\nthis = ["X"]', "s.toml: [ignore] this is not known there."),
        ('[countries]\nGB = {xx = ["X"]}', "s.toml: [countries] GB: xx is no language that is known."),
        ('[countries]\nGB = "X"', "s.toml: [countries] GB wants a list of spellings, such as "),
        ('[countries]\nGB = [" "]', "s.toml: [countries] GB wants a list of spellings, such as "),
    ],
)
def test_a_mistake_is_told_with_its_place(told, message):
    with pytest.raises(Unreadable) as refused:
        spellings("s.toml", told.encode())

    assert str(refused.value).startswith(message)


@given(st.binary())
def test_any_bytes_are_spellings_or_refused(data):
    try:
        found = spellings("s.toml", data)
    except Unreadable as refused:
        found = str(refused)

    assert isinstance(found, Spellings) or found.startswith("s.toml")
