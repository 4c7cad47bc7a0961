import re

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from registry.models import (
    Language,
    PolicySection,
    ProcessingLocation,
    Region,
    SafeguardSet,
    ServiceProfile,
    Subprocessor,
)
from registry.translation import prose
from tests.admin.pages import MODELS, NOUNS, at, form_data, one_of, staff
from tests.reading import read


@pytest.fixture
def editor(db):
    return staff("editor")


def page(client, address, **headers):
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return read(response.content.decode())


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


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_save_that_changes_nothing_makes_no_version_and_no_history(db, model):
    client, noun = staff(), one_of(model)
    before = (noun.version, noun.history.count())

    response = client.post(at("change", noun), form_data(page(client, at("change", noun))))

    assert response.status_code == 302
    noun.refresh_from_db()
    assert (noun.version, noun.history.count()) == before


def test_a_key_is_made_from_the_name_and_never_changes(editor):
    data = form_data(page(editor, at("add", model=Region)))
    for _time in range(2):
        editor.post(at("add", model=Region), data | {"name_en": "South America", "key": ""})
    assert sorted(Region.objects.filter(name_en="South America").values_list("key", flat=True)) == [
        "south-america",
        "south-america-2",
    ]

    region = Region.objects.get(key="south-america")
    editor.post(at("change", region), form_data(page(editor, at("change", region))) | {"key": "x", "name_en": "North"})

    region.refresh_from_db()
    assert (region.key, region.name_en) == ("south-america", "North")


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


def test_what_a_release_names_is_not_deleted_but_left_out(editor):
    aws = Subprocessor.objects.get(key="aws")

    for method in (editor.get, editor.post):
        response = method(at("delete", aws), {"post": "yes"}, follow=True)
        assert response.redirect_chain == [(at("change", aws), 302)]
        assert str(next(iter(response.context["messages"]))).startswith("A release names this entry")
    response = editor.post(
        at("changelist", model=Subprocessor),
        {"action": "delete_selected", "_selected_action": [aws.pk], "post": "yes", "index": 0},
    )

    assert Subprocessor.objects.filter(pk=aws.pk).exists()
    assert "aws" in str(response.context["protected"]) or "Amazon Web Services, LLC" in str(
        response.context["protected"]
    )
    editor.post(at("changelist", model=Subprocessor), {"action": "leave_out", "_selected_action": [aws.pk], "index": 0})
    aws.refresh_from_db()
    assert aws.listed is False
    assert aws.history.first().listed is False
    assert LogEntry.objects.filter(object_id=str(aws.pk)).count() == 1


def test_what_no_release_names_is_deleted_with_its_rows(editor):
    example = Subprocessor.objects.create(key="example", legal_name="Example GmbH", kind="service")
    ProcessingLocation.objects.create(key="example-de", subprocessor=example, territory="DE")

    response = editor.post(at("delete", example), {"post": "yes"})

    assert response.status_code == 302
    assert not Subprocessor.objects.filter(key="example").exists()
    assert ProcessingLocation.history.filter(key="example-de", history_type="-").count() == 1


def test_a_set_that_a_location_names_is_not_deleted(editor):
    unreleased = SafeguardSet.objects.create(key="new", match="all")
    ProcessingLocation.objects.get(key="aws-eu-germany").safeguard_sets.add(unreleased)

    response = editor.get(at("delete", unreleased))

    assert "The processing location aws-eu-germany names it." in response.context["protected"]


def test_lists_cost_the_same_queries_for_one_row_and_for_many(db):
    client = staff()
    for model in NOUNS:
        address = at("changelist", model=model)
        client.get(address)
        counts = []
        for rows in (1, 100):
            keep = list(model.objects.values_list("pk", flat=True)[:rows])
            if model is Subprocessor and rows == 1:
                keep = [Subprocessor.objects.get(key="aws").pk]
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(address, {"pk__in": ",".join(map(str, keep))})
            counts.append(len(queries))
        assert counts[0] == counts[1], model


def test_the_form_of_a_subprocessor_costs_the_same_queries_for_one_location_and_for_many(db):
    client = staff()
    example = Subprocessor.objects.create(key="example", legal_name="Example GmbH", kind="service", country="DE")
    counts = []
    for rows in (1, 3):
        while example.locations.count() < rows:
            number = example.locations.count()
            row = ProcessingLocation.objects.create(
                key=f"example-{number}", subprocessor=example, territory="DE", region=Region.objects.get(key="eu")
            )
            row.safeguard_sets.set(SafeguardSet.objects.all())
        client.get(at("change", example))
        with CaptureQueriesContext(connection) as queries:
            client.get(at("change", example))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_countries_are_chosen_by_name_in_the_staffs_language_and_in_its_order(editor):
    options = (
        page(editor, at("add", model=Subprocessor), accept_language="hu").one("select", name_="country").all("option")
    )

    names = [option.text for option in options]
    assert names[:1] == ["not stated"] or len(names[0]) > 0
    assert {option["value"]: option.text for option in options}["DE"] == "Németország"
    assert names.index("Ausztria") < names.index("Csehország") < names.index("Dánia")


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


MATRIX = {
    "editor": {"view": 200, "add": 200, "import": 200},
    "publisher": {"view": 200, "add": 200, "import": 200},
    "DPA officer": {"view": 200, "add": 403, "import": 403},
    "auditor": {"view": 200, "add": 403, "import": 403},
}


@pytest.mark.parametrize("group", MATRIX)
@pytest.mark.parametrize("model", NOUNS, ids=lambda model: model.__name__)
def test_each_group_reaches_the_pages_of_nouns_that_it_may(db, group, model):
    client, noun, may = staff(group), one_of(model), MATRIX[group]
    pages = {
        at("changelist", model=model): may["view"],
        at("export", model=model): may["view"],
        at("deleted", model=model): may["view"],
        at("add", model=model): may["add"],
        at("import", model=model): may["import"],
    }
    then = noun.history.first().history_date.isoformat()
    pages |= {
        at("change", noun): may["view"],
        at("history", noun): may["view"],
        at("compare", noun) + "?before=2000-01-01T00:00:00Z&after=now": may["view"],
        at("bring_back", noun) + f"?to={then.replace('+', '%2B')}": may["import"],
    }

    assert {address: client.get(address).status_code for address in pages} == pages


@pytest.mark.parametrize("group", ["auditor", "DPA officer"])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_who_only_reads_changes_nothing_by_any_post(db, group, model):
    client, noun = staff(group), one_of(model)
    shown = page(client, at("changelist", model=model)) if model.__name__ != "ServiceProfile" else None
    posts = [(at("add", model=model), {})]
    if model in NOUNS:
        posts += [(at("import", model=model), {"carried": "x"})]
    posts += [
        (at("change", noun), {"seen_version": noun.version, "listed": ""}),
        (at("delete", noun), {"post": "yes"}),
        (at("bring_back", noun), {"to": noun.history.first().history_date.isoformat()}),
    ]

    assert {address: client.post(address, data).status_code for address, data in posts} == {
        address: 403 for address, _data in posts
    }
    assert shown is None or shown.all("select", name_="action") == []
    client.post(at("changelist", model=model), {"action": "leave_out", "_selected_action": [1], "index": 0})
    assert model.objects.get(pk=noun.pk).version == noun.version


def test_nobody_sees_a_page_without_signing_in(db):
    for model in MODELS:
        response = Client().get(at("changelist", model=model))
        assert response.status_code == 302
        assert response.url.startswith("/admin/login/")


def test_who_only_reads_sees_names_instead_of_codes(db):
    aws = Subprocessor.objects.get(key="aws")
    aws.country, aws.data_categories = "US", ["contact"]
    aws.save()

    text = page(staff("auditor"), at("change", aws)).text

    assert re.search(r"Country of establishment:\s+United States", text)
    assert re.search(r"Categories of personal data:.{0,80} contact data", text)
    assert "European Union" in text
