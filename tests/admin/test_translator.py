import pytest
from django.contrib.auth.models import Group, User

from registry.actions.translators import languages_of
from registry.models import Language, Translator

ADDRESS = "/admin/registry/translator/"


@pytest.fixture
def anna(db):
    user = User.objects.create_user("anna", is_staff=True)
    user.groups.add(Group.objects.get(name="translator"))
    return user


def test_a_publisher_names_the_languages_of_a_translator_and_history_says_who_did(signed_in, anna):
    client = signed_in("publisher")
    latvian, danish = (Language.objects.get(code=code) for code in ("lv", "da"))

    client.post(f"{ADDRESS}add/", {"user": anna.pk, "languages": [latvian.pk]})
    first = languages_of(User.objects.get(pk=anna.pk))
    client.post(f"{ADDRESS}{anna.translator.pk}/change/", {"languages": [latvian.pk, danish.pk]})

    assert first == {"lv"}
    assert languages_of(User.objects.get(pk=anna.pk)) == {"da", "lv"}
    assert anna.translator.history.first().history_user.username == "publisher"


def test_those_who_may_translate_or_approve_and_are_not_named_yet_are_offered(signed_in, anna):
    client = signed_in("publisher")
    bela = User.objects.create_user("bela", is_staff=True)
    bela.groups.add(Group.objects.get(name="translation reviewer"))
    Translator.objects.create(user=bela)
    User.objects.create_user("cecil", is_staff=True)

    field = client.get(f"{ADDRESS}add/").context["adminform"].form["user"]

    assert sorted(str(label) for value, label in field.field.choices if value) == ["anna", "publisher"]


def test_the_list_names_translators_and_their_languages(signed_in, anna):
    Translator.objects.create(user=anna).languages.set(Language.objects.filter(code__in=["lv", "da"]))

    page = signed_in("publisher").get(ADDRESS).content.decode()

    assert "Danish and Latvian" in page
    assert "anna" in page


def test_an_auditor_reads_and_others_do_not_come_in(signed_in, anna):
    translator = Translator.objects.create(user=anna)
    auditor = signed_in("auditor")

    assert auditor.get(f"{ADDRESS}{translator.pk}/change/").status_code == 200
    assert auditor.post(f"{ADDRESS}{translator.pk}/change/", {"languages": []}).status_code == 403
    for role in ("editor", "DPA officer", "translation reviewer"):
        assert signed_in(role).get(ADDRESS).status_code == 403


@pytest.mark.parametrize("role", ["publisher", "superuser"])
def test_a_row_is_emptied_and_not_deleted_for_without_it_an_approver_would_be_bound_to_no_language(
    signed_in, anna, role
):
    translator = Translator.objects.create(user=anna)

    assert signed_in(role).post(f"{ADDRESS}{translator.pk}/delete/", {"post": "yes"}).status_code == 403
