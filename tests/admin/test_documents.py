import pytest

from registry.admin.documents import document


@pytest.mark.parametrize(("inline", "disposition"), [(False, "attachment"), (True, "inline")])
def test_a_document_is_in_no_cache_and_is_taken_for_nothing_else(inline, disposition):
    response = document(b"%PDF-1.7", "a.pdf", inline=inline)

    assert response.content == b"%PDF-1.7"
    assert dict(response.headers) == {
        "Content-Type": "application/pdf",
        "Content-Disposition": f'{disposition}; filename="a.pdf"',
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
    }
