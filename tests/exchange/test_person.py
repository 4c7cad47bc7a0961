import json
from datetime import UTC, date, datetime

from registry.exchange.person import media_type, written


def test_times_are_in_iso_form_documents_in_base64_and_letters_as_they_are():
    text = written(
        {
            "at": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
            "on": date(2026, 1, 2),
            "content": b"%PDF",
            "name": "Őszirózsa",
            "none": None,
        }
    )

    assert json.loads(text) == {
        "schema": 1,
        "at": "2026-01-02T03:04:00+00:00",
        "on": "2026-01-02",
        "content": "JVBERg==",
        "name": "Őszirózsa",
        "none": None,
    }
    assert "Őszirózsa" in text
    assert text.endswith("}\n")


def test_a_document_is_a_pdf_or_the_page_that_it_was_made_from():
    assert media_type(b"%PDF-1.7") == "application/pdf"
    assert media_type(b"<section>") == "text/html"
