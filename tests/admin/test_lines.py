import pytest

from registry.models import Region, Subprocessor
from tests.admin.pages import staff
from tests.admin.test_importing import send, told


@pytest.fixture
def editor(db):
    return staff("editor", "anna")


def test_every_line_and_field_has_its_own_error_and_nothing_is_imported(editor):
    rows = [
        {"key": "aws", "country": "Germany", "website": "no address", "last_review": "13.12.2024", "listed": "perhaps",
         "data_categories": "contact, secrets", "purpose_en": "See {nobody}.", "parent": "nobody"},
        {"key": "intuit", "country": "US", "website": "", "last_review": "", "listed": "yes",
         "data_categories": "contact", "purpose_en": "", "parent": ""},
        {"key": "", "country": "US", "website": "", "last_review": "", "listed": "yes", "data_categories": "",
         "purpose_en": "", "parent": ""},
    ]  # fmt: skip

    response = send(editor, Subprocessor, rows)

    assert response.context["wrong"] == 2
    assert response.context["carried"] == ""
    errors = {line[1]: dict(line[4]) for line in told(response)}
    assert set(errors["aws"]) == {
        "Country of establishment",
        "Website",
        "Last review",
        "Listed",
        "Categories of personal data",
        "What it does · English",
        "Engaged by",
    }
    assert errors["aws"]["Last review"] == "Write the day as YYYY-MM-DD."
    assert errors["aws"]["Engaged by"] == "There is no entry with this key: nobody"
    assert errors[""] == {"key": "The key is missing."}
    assert Subprocessor.objects.get(key="intuit").country == ""


def test_a_renamed_key_is_refused(editor):
    rows = [{"key": "amazon", "legal_name": "Amazon Web Services, LLC", "kind": "infrastructure"}]

    response = send(editor, Subprocessor, rows)

    assert told(response)[0][4] == [
        ("key", "The entry “aws” has this name. A key never changes: give the line its key.")
    ]


def test_a_key_on_two_lines_is_refused(editor):
    response = send(editor, Region, [{"key": "eu", "name_en": "A"}, {"key": "eu", "name_en": "B"}])

    assert [line[4] for line in told(response)] == [[("key", "Several lines have this key.")]] * 2
