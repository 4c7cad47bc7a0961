import pytest

from registry.models import DpaTemplate
from tests.reading import read

from .pages import at, form_data, page, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return staff("DPA officer", "anna")


@pytest.fixture
def template():
    return DpaTemplate.objects.get(key="standard")


def test_the_list_names_templates_with_their_versions(officer, template):
    found = page(officer, at("changelist", model=DpaTemplate))

    (row,) = found.one("table", id="result_list").one("tbody").all("tr")
    cells = {cell.get("class"): cell.text for cell in row.all("td") + row.all("th")}
    assert cells["field-title"] == template.title_en
    assert (cells["field-versions_told"], cells["field-on_page"]) == ("1", "offered")


def test_the_form_says_what_placeholders_of_agreements_stand_for(officer, template):
    found = page(officer, at("change", template))

    hint = found.one("details", class_="placeholders")
    told = {row.one("dt").text: row.one("dd").text for row in hint.one("dl").all("div")}
    assert (told["{provider}"], told["{customer}"]) == ("Quality Unit, s. r. o.", "Sample Customer Ltd.")
    assert "{retention_days}" not in told
    assert told["{service}"] == "LiveAgent"


def test_a_template_is_saved_with_placeholders_of_agreements_alone(officer, template):
    data = form_data(page(officer, at("change", template)))

    officer.post(at("change", template), data | {"title_en": "For {customer}"})
    refused = officer.post(
        at("change", template), form_data(page(officer, at("change", template))) | {"title_en": "{x}"}
    )

    template.refresh_from_db()
    assert template.title_en == "For {customer}"
    assert "There is no fact for the placeholder {x}." in refused.content.decode()


def test_a_template_with_a_version_is_not_deleted(officer, template):
    assert template.released

    response = officer.post(at("delete", template), {"post": "yes"}, follow=True)

    assert DpaTemplate.objects.filter(pk=template.pk).exists()
    assert "A version of this template was published, so it is kept." in response.content.decode()


def test_a_template_without_a_version_is_deleted(officer):
    draft = DpaTemplate.objects.create(key="draft", title_en="Draft", body_en="Text")

    officer.post(at("delete", draft), {"post": "yes"})

    assert not DpaTemplate.objects.filter(key="draft").exists()


def test_templates_are_offered_and_left_out(officer, template):
    chosen = {"action": "leave_out", "_selected_action": [template.pk]}

    officer.post(at("changelist", model=DpaTemplate), chosen)

    template.refresh_from_db()
    assert not template.listed
    options = read(officer.get(at("changelist", model=DpaTemplate)).content.decode()).all("option")
    assert "Offer for new agreements" in [option.text for option in options]


def test_an_editor_reads_templates_and_changes_none(template):
    editor = staff("editor", "eva")

    response = editor.get(at("change", template))

    assert response.status_code == 200
    assert editor.post(at("change", template), {"title_en": "x"}).status_code == 403
