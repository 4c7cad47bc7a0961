import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from registry.exchange.oldpage import Unreadable
from registry.exchange.oldpage_names import Entity
from registry.exchange.oldpage_reading import Known, page_of, read

KNOWN = Known((Entity("Linode, LLC"), Entity("Twilio, Inc.")), ("SOC 2",), ("LiveAgent",))
CODES = [code for code, _name in settings.LANGUAGES]
PIECES = [
    *("Linode", ", LLC", "Twilio", " GmbH", " – ", "(", ")", "\n", "\n\n", "| ", "\t", "- ", "2024", "13. "),
    *("Tier III+", " or ", "ISO 27001", "<td>", "<tr>", "<table>", "Ireland", "customers ", "EU", "maj ", "é", "Ж"),
]


def test_a_page_says_its_days_companies_countries_and_certifications():
    prose = "Updated: 1 May 2024\n\nOn 2 May 2024 Twilio moved to France."
    text = f"{prose}\n\nLinode, LLC (US customers) – Ireland, SOC 2 type I"

    found = read(page_of("en.txt", text.encode()), "en", KNOWN)

    assert [day.isoformat() for day in found.own_days] == ["2024-05-01"]
    assert [day.isoformat() for day in found.days] == ["2024-05-01", "2024-05-02"]
    assert [found.presence(name) for name in ("Linode, LLC", "Twilio, Inc.", "Intuit")] == ["listed", "in the text", ""]
    assert found.countries == {"IE": "in a row", "US": "as customers", "FR": "in the text"}
    assert found.certifications == {"SOC 2": "named, type I"}
    assert dict(found.unrecognised) == {}


def test_what_is_not_recognised_is_counted_by_kind():
    items = "- Linode (Bavaria)\n- Twilio\n- Acme Ltd.\n- others"
    text = f"On 02/03/2024 MailChimp by Acme Ltd.\n\n{items}\n\nBS 10012, MailChimp"

    found = read(page_of("x.txt", text.encode(), "en"), "en", KNOWN)

    assert dict(found.unrecognised) == {
        ("date", "02/03/2024"): 1,
        ("capital inside a word", "MailChimp"): 2,
        ("row whose place is not recognised", "Linode: Bavaria"): 1,
        ("row without a place", "Twilio"): 1,
        ("company", "Acme Ltd."): 2,
        ("row without a known company", "Acme Ltd."): 1,
        ("row without a known company", "others"): 1,
        ("certification", "BS 10012"): 1,
    }


@given(st.binary())
def test_any_bytes_are_read_or_refused_with_a_sentence(data):
    page, sentence = None, ""
    try:
        page = page_of("da.txt", data)
    except Unreadable as refused:
        sentence = str(refused)

    assert read(page, "da", KNOWN).page is page if page else sentence.startswith("da.txt")


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5)).map("".join), st.sampled_from(CODES))
def test_any_text_is_read_in_any_language(text, language):
    if not text.replace("\ufeff", "").strip() or "\0" in text:
        with pytest.raises(Unreadable):
            page_of("page.txt", text.encode(), language)
        return

    assert read(page_of("page.txt", text.encode(), language), language, KNOWN).label == language
