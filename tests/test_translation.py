import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.models import PolicySection, TranslationPin
from registry.translation import Pins, normal, noun_name, text_digest

TEXTS = {"en": "Source.", "da": "Tekst."}


def state(section, *, source="Source.", text="Tekst.", status="human", texts=TEXTS):
    pin = TranslationPin(
        source_digest=text_digest(source), text_digest=text_digest(text), status=status, noun="policysection"
    )
    return pin_state(section, pin, texts)


def pin_state(section, pin, texts):
    from registry.translation import Pinned

    key = ("policysection", section.pk, "body", "da")
    found = Pins({key: Pinned(pin.source_digest, pin.text_digest, pin.status)} if pin else {})
    return found.state(section, "body", "da", texts, "en")


@pytest.fixture
def section():
    return PolicySection(pk=7)


@pytest.mark.parametrize(
    ("status", "expected"), [("machine", "machine"), ("human", "current"), ("approved", "approved")]
)
def test_a_pin_to_the_source_and_the_text_says_how_the_translation_was_made(section, status, expected):
    assert state(section, status=status) == expected


@pytest.mark.parametrize("status", ["machine", "human", "approved"])
def test_a_pin_to_another_source_or_another_text_is_outdated(section, status):
    assert state(section, source="Older.", status=status) == "outdated"
    assert state(section, text="Anden.", status=status) == "outdated"


def test_a_text_without_a_pin_is_outdated_and_no_text_is_missing(section):
    assert pin_state(section, None, TEXTS) == "outdated"
    assert pin_state(section, None, {"en": "Source."}) == "missing"
    assert state(section, texts={"en": "Source."}) == "missing"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_a_release_freezes_alike_has_one_digest(text):
    assert text_digest(unicodedata.normalize("NFD", text)) == text_digest(text) == text_digest(normal(text))
    assert text_digest(text.replace("\r\n", "\n")) == text_digest(text)


def test_a_noun_is_named_by_its_model(section):
    assert noun_name(section) == noun_name(PolicySection) == "policysection"


def test_pins_are_asked_for_once_whatever_their_number(db, django_assert_num_queries):
    sections = list(PolicySection.objects.all())

    with django_assert_num_queries(1):
        pins = Pins.of(PolicySection, [section.pk for section in sections])
        states = {
            pins.state(section, "heading", "hu", {"en": section.heading_en, "hu": section.heading_hu}, "en")
            for section in sections
        }

    assert states == {"current"}
