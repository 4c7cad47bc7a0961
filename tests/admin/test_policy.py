import pytest

from registry.models import PolicySection, Question
from tests.admin.pages import at, staff
from tests.reading import read


@pytest.fixture
def editor(db):
    return staff("editor", "anna")


@pytest.mark.parametrize(("model", "field"), [(PolicySection, "heading"), (Question, "question")])
def test_a_list_names_its_rows_in_the_staffs_language(editor, model, field):
    response = editor.get(at("changelist", model=model), headers={"accept-language": "hu"})

    titles = [cell.text for cell in read(response.content.decode()).all("th", class_="field-title")]
    assert titles == list(model.objects.values_list(f"{field}_hu", flat=True))
