import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from registry.models import (
    ProcessingLocation,
    Subprocessor,
)
from tests.admin.pages import MODELS, NOUNS, at, form_data, one_of, page, staff


@pytest.fixture
def editor(db):
    return staff("editor")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_save_that_changes_nothing_makes_no_version_and_no_history(db, model):
    client, noun = staff(), one_of(model)
    before = (noun.version, noun.history.count())

    response = client.post(at("change", noun), form_data(page(client, at("change", noun))))

    assert response.status_code == 302
    noun.refresh_from_db()
    assert (noun.version, noun.history.count()) == before


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
