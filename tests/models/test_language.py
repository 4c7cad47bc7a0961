import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from registry.models import Language, PolicySection
from registry.translation import prose, set_prose

EU = set("bg cs da de el en es et fi fr ga hr hu it lt lv mt nl pl pt ro sk sl sv".split())


def test_the_shipped_languages_are_the_unions_and_four_more():
    assert {code for code, _name in settings.LANGUAGES} == EU | {"nb", "uk", "pt-br", "ar"}


def test_a_language_that_is_not_shipped_is_refused_by_the_database(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        Language.objects.create(code="tlh")


def test_a_language_switched_off_and_on_keeps_its_text(db):
    section = PolicySection.objects.get(key="definition")
    text = prose(section, "body")["lv"]

    Language.objects.filter(code="lv").update(public=False)
    section.save()
    Language.objects.filter(code="lv").update(public=True)

    assert prose(PolicySection.objects.get(key="definition"), "body")["lv"] == text


def test_a_language_not_public_has_text_and_history_all_the_same(db):
    section = PolicySection.objects.get(key="definition")
    set_prose(section, "heading", {"mt": "X’inhu subproċessur", "ar": "ما هو"})
    section.save()

    assert prose(PolicySection.objects.get(key="definition"), "heading")["mt"] == "X’inhu subproċessur"
    assert section.history.first().heading_ar == "ما هو"


def test_forms_show_public_languages_and_those_worked_on(db):
    Language.objects.create(code="mt", worked_on=True)
    Language.objects.create(code="ga")

    assert Language.objects.worked_on().codes() == ["da", "en", "et", "hu", "lv", "mt", "pt-br"]
    assert Language.objects.public().codes() == ["da", "en", "et", "hu", "lv", "pt-br"]
