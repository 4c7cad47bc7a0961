import pytest
from django.contrib.auth.models import Group, User

from registry.actions.translators import languages_for, may_approve, may_approve_pin, may_read, may_translate
from registry.models import Language, PolicySection, ServiceProfile, Subprocessor, TranslationPin, Translator


def member(*groups, languages=None, **more):
    user = User.objects.create_user("anna", is_staff=True, **more)
    user.groups.set(Group.objects.filter(name__in=groups))
    if languages is not None:
        Translator.objects.create(user=user).languages.set(Language.objects.filter(code__in=languages))
    return user


def test_a_translator_translates_the_languages_named_and_no_other(db):
    anna = member("translator", languages=["lv", "et"])

    assert [code for code in ("da", "et", "lv", "de") if may_translate(anna, code)] == ["et", "lv"]
    assert may_translate(anna, "lv", PolicySection)
    assert not may_approve(anna, "lv")
    assert languages_for(anna, "en") == ["et", "lv"]


def test_a_translator_for_whom_no_language_is_named_translates_nothing(db):
    anna = member("translator")

    assert not may_translate(anna, "lv")
    assert languages_for(anna, "en") == []


def test_languages_without_the_permission_allow_nothing(db):
    anna = member(languages=["lv"])

    assert not may_translate(anna, "lv")
    assert not may_read(anna, "lv")


def test_who_may_change_a_noun_translates_it_into_every_language(db):
    anna = member("editor")

    assert may_translate(anna, "lv")
    assert may_translate(anna, "da", Subprocessor)
    assert languages_for(anna, "en") == ["da", "et", "hu", "lv", "pt-br"]


def test_an_auditor_reads_every_language_and_translates_none(db):
    anna = member("auditor")

    assert may_read(anna, "da")
    assert not may_translate(anna, "da")
    assert not may_approve(anna, "da")


def test_a_reviewer_with_languages_approves_those_alone_and_a_publisher_all(db):
    anna = member("translation reviewer", languages=["lv"])

    assert [code for code in ("da", "lv") if may_approve(anna, code)] == ["lv"]

    anna = User.objects.get(pk=anna.pk)
    anna.translator.delete()
    anna = User.objects.get(pk=anna.pk)
    assert [code for code in ("da", "lv") if may_approve(anna, code)] == ["da", "lv"]


@pytest.mark.parametrize(("second_eyes", "own"), [(True, False), (False, True)])
def test_ones_own_text_is_for_somebody_else_to_approve_where_the_profile_says_so(db, second_eyes, own):
    anna = member("publisher")
    ServiceProfile.objects.update(second_eyes=second_eyes)
    pin = TranslationPin.objects.filter(language="lv").first()

    assert may_approve_pin(anna, pin, ServiceProfile.load())
    pin.by = anna
    assert may_approve_pin(anna, pin, ServiceProfile.load()) is own


def test_an_account_that_is_off_may_nothing(db):
    anna = member("publisher", is_active=False)

    assert not may_translate(anna, "lv")
    assert not may_approve(anna, "lv")
