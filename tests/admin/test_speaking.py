import pytest
from django.conf import settings

from registry.admin.speaking import faults
from registry.exchange.placeholders import Facts
from registry.models import Language, PolicySection, ServiceProfile
from registry.translation import prose
from tests.admin.pages import MODELS, at, form_data, one_of, page, staff
from tests.reading import read


@pytest.fixture
def editor(db):
    return staff("editor", "anna")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_form_opens_with_all_28_languages_worked_on(db, model):
    for code, _name in settings.LANGUAGES:
        Language.objects.update_or_create(code=code, defaults={"worked_on": True})
    client, noun = staff(), one_of(model)
    fields = {"PolicySection": {"heading", "body"}, "Region": {"name", "customers"}}.get(model.__name__, set())

    for address in [at("change", noun), *([at("add", model=model)] if model is not ServiceProfile else [])]:
        names = {field["name"] for field in page(client, address).all(name_=None)}
        for field in fields:
            assert {f"{field}_{code.replace('-', '_')}" for code, _name in settings.LANGUAGES} <= names


def test_a_form_shows_the_public_languages_and_those_worked_on_the_source_first(editor):
    Language.objects.create(code="mt", worked_on=True)
    section = PolicySection.objects.get(key="definition")

    names = [field["name"] for field in page(editor, at("change", section)).all(name_=None)]

    assert [name for name in names if name.startswith("heading_")] == [
        "heading_en",
        "heading_da",
        "heading_et",
        "heading_hu",
        "heading_lv",
        "heading_mt",
        "heading_pt_br",
    ]


def test_a_save_leaves_the_languages_that_the_form_does_not_show_as_they_are(editor):
    section = PolicySection.objects.get(key="definition")
    section.heading_fr = "Un titre français"
    section.save()
    data = form_data(page(editor, at("change", section)))
    assert "heading_fr" not in data

    editor.post(at("change", section), data | {"heading_da": "Et dansk navn"})

    section.refresh_from_db()
    assert (section.heading_fr, section.heading_da) == ("Un titre français", "Et dansk navn")
    assert section.history.first().heading_fr == "Un titre français"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("See {nobody}.", "There is no fact for the placeholder {nobody}. To write a brace, double it."),
        ("A { alone", "There is no fact for the placeholder {. To write a brace, double it."),
        ("In {territory:ZZ9}.", "There is no fact for the placeholder {territory:ZZ9}. To write a brace, double it."),
        (
            "At {provider_address}.",
            "There is no fact for the placeholder {provider_address}. To write a brace, double it.",
        ),
        ("A <b>bold</b> word", "Write Markdown, not HTML: <b> would be shown as it stands."),
        ("<script>alert(1)</script>", "Write Markdown, not HTML: <script> would be shown as it stands."),
    ],
)
def test_a_passage_that_cannot_be_published_is_refused_beside_its_field_and_kept(editor, text, sentence):
    section = PolicySection.objects.get(key="definition")
    data = form_data(page(editor, at("change", section))) | {"body_da": text}

    response = editor.post(at("change", section), data)

    assert response.context["adminform"].form.errors == {"body_da": [sentence]}
    shown = read(response.content.decode()).one("textarea", name_="body_da")
    assert "".join(shown.children).strip() == text
    section.refresh_from_db()
    assert section.version == PolicySection.objects.get(pk=section.pk).version


@pytest.mark.parametrize(
    "text", ["<https://example.com>", "a < b and b > a", "<dpo@example.com>", "{{brace}} {service}"]
)
def test_links_and_signs_of_markdown_are_no_html(editor, text):
    section = PolicySection.objects.get(key="definition")

    editor.post(at("change", section), form_data(page(editor, at("change", section))) | {"body_da": text})

    section.refresh_from_db()
    assert prose(section, "body")["da"] == text


def test_every_fault_of_a_passage_is_named_once():
    facts = Facts({}, "en")

    assert faults("{a} {a} {b}", facts) == [
        "There is no fact for the placeholder {a}. To write a brace, double it.",
        "There is no fact for the placeholder {b}. To write a brace, double it.",
    ]
    assert faults("plain", facts) == []
