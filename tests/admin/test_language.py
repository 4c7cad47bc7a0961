import pytest

from registry.admin.language import has_catalogue
from registry.models import Language
from tests.admin.pages import at, form_data, staff
from tests.reading import read


@pytest.fixture
def publisher(db):
    return staff("publisher")


def opened(client, address):
    return form_data(read(client.get(address).content.decode()))


def test_a_language_is_added_and_turned_on_without_a_migration(publisher):
    data = opened(publisher, at("add", model=Language))

    publisher.post(at("add", model=Language), data | {"code": "fr", "worked_on": "on"})

    assert Language.objects.filter(code="fr", public=False, worked_on=True).exists()


def test_a_language_that_is_there_is_not_offered_again(publisher):
    offered = read(publisher.get(at("add", model=Language)).content.decode()).one("select", name_="code").all("option")

    codes = {option["value"] for option in offered}
    assert codes & {"en", "da", "hu", "lv", "et", "pt-br"} == set()
    assert "fr" in codes


def test_the_source_language_stays_public(publisher):
    english = Language.objects.get(code="en")
    data = opened(publisher, at("change", english))
    del data["public"]

    response = publisher.post(at("change", english), data)

    assert response.context["adminform"].form.errors == {"public": ["The source language binds: it stays public."]}
    assert Language.objects.get(code="en").public


def test_a_language_without_words_for_the_pages_says_so(publisher):
    maltese = Language.objects.create(code="mt", worked_on=True)

    assert not has_catalogue("mt")
    assert has_catalogue("en")
    assert "would stand in English" in publisher.get(at("change", maltese)).content.decode()


def test_a_public_language_is_listed_as_worked_on_whatever_its_tick_says(publisher):
    Language.objects.create(code="fr", worked_on=True)
    Language.objects.create(code="mt")

    page = read(publisher.get(at("changelist", model=Language)).content.decode())

    told = {
        row.one("th", class_="field-name").text: row.one("td", class_="field-in_work").one("img")["alt"]
        for row in page.one("table", id="result_list").all("tr")[1:]
    }
    assert (told["Danish"], told["French"], told["Maltese"]) == ("True", "True", "False")


def test_a_language_is_turned_off_not_deleted(db):
    danish = Language.objects.get(code="da")

    assert staff().post(at("delete", danish), {"post": "yes"}).status_code == 403
    assert Language.objects.filter(code="da").exists()
