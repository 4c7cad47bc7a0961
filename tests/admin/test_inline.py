import pytest

from registry.models import ProcessingLocation, Subprocessor
from tests.admin.pages import at, form_data, page, staff


@pytest.fixture
def editor(db):
    return staff("editor", "anna")


def test_rows_below_a_subprocessor_get_keys_from_it_and_their_territory(editor):
    openai = Subprocessor.objects.get(key="openai")
    data = form_data(page(editor, at("change", openai)))
    row = {"territory": "DE", "use": "hosting", "position": "0", "listed": "on"}
    data |= {"locations-TOTAL_FORMS": "2"}
    data |= {f"locations-{n}-{name}": value for n in range(2) for name, value in row.items()}
    data |= {"transfer_mechanisms-TOTAL_FORMS": "1", "transfer_mechanisms-0-regime": "eu"}
    data |= {"transfer_mechanisms-0-mechanism": "dpf", "transfer_mechanisms-0-listed": "on"}

    response = editor.post(at("change", openai), data)

    assert response.status_code == 302
    assert sorted(openai.locations.values_list("key", flat=True)) == ["openai-de", "openai-de-2"]
    assert list(openai.transfer_mechanisms.values_list("key", flat=True)) == ["openai-eu-dpf"]


def test_an_edit_of_a_row_below_makes_a_version_of_the_noun(editor):
    aws = Subprocessor.objects.get(key="aws")
    data = form_data(page(editor, at("change", aws)))

    editor.post(at("change", aws), data | {"locations-1-use": "backup"})

    assert Subprocessor.objects.get(pk=aws.pk).version == aws.version + 1


def test_a_row_that_a_release_names_cannot_be_deleted_on_the_form_of_its_noun(editor):
    aws = Subprocessor.objects.get(key="aws")
    data = form_data(page(editor, at("change", aws)))

    editor.post(at("change", aws), data | {"locations-1-DELETE": "on"})

    assert ProcessingLocation.objects.filter(key="aws-eu-germany").exists()
