import re

import pytest
from django.contrib.auth.models import Group, Permission, User

from registry.actions.translators import languages_of
from registry.models import Language, Translator

USERS, GROUPS = "/admin/auth/user/", "/admin/auth/group/"


def test_a_superuser_makes_an_account_that_can_sign_in_and_do_what_its_group_may(signed_in):
    client = signed_in("superuser")
    editor = Group.objects.get(name="editor")

    response = client.post(
        f"{USERS}add/",
        {
            "username": "anna",
            "password1": "a long phrase 7",
            "password2": "a long phrase 7",
            "groups": [editor.pk],
        },
    )

    anna = User.objects.get(username="anna")
    assert response.status_code == 302
    assert (anna.is_staff, anna.is_superuser, list(anna.groups.all())) == (True, False, [editor])
    assert anna.check_password("a long phrase 7")


def test_the_form_of_an_account_offers_groups_and_no_single_permissions(signed_in):
    client = signed_in("superuser")
    anna = User.objects.create_user("anna", is_staff=True)

    form = client.get(f"{USERS}{anna.pk}/change/").context["adminform"].form

    assert sorted(form.fields) == [
        "email",
        "first_name",
        "groups",
        "is_active",
        "is_superuser",
        "last_name",
        "password",
        "translator_languages",
        "username",
    ]


def test_a_superuser_names_the_languages_of_a_translator_on_the_page_of_the_account(signed_in):
    client = signed_in("superuser")
    anna = User.objects.create_user("anna", is_staff=True)
    translator = Group.objects.get(name="translator")
    danish, latvian = (Language.objects.get(code=code) for code in ("da", "lv"))
    address = f"{USERS}{anna.pk}/change/"
    data = {"username": "anna", "is_active": "on", "groups": [translator.pk]}

    field = client.get(address).context["adminform"].form["translator_languages"]
    client.post(address, {**data, "translator_languages": [latvian.pk, danish.pk]})
    both = languages_of(User.objects.get(username="anna"))
    client.post(address, {**data, "translator_languages": [latvian.pk]})

    assert [str(label) for _value, label in field.field.choices] == [
        "Danish",
        "Estonian",
        "Hungarian",
        "Latvian",
        "Portuguese (Brazil)",
    ]
    assert both == {"da", "lv"}
    assert languages_of(User.objects.get(username="anna")) == {"lv"}
    record = anna.translator.history.first()
    assert record.history_user.username == "superuser"


def test_an_account_to_which_no_language_was_named_is_bound_to_none(signed_in):
    client = signed_in("superuser")
    anna = User.objects.create_user("anna", is_staff=True)

    client.post(f"{USERS}{anna.pk}/change/", {"username": "anna", "is_active": "on"})

    assert not Translator.objects.exists()


def test_an_account_is_deleted_with_the_languages_that_were_named_for_it(signed_in):
    client = signed_in("superuser")
    anna = User.objects.create_user("anna", is_staff=True)
    Translator.objects.create(user=anna).languages.set(Language.objects.filter(code="lv"))

    asked = client.get(f"{USERS}{anna.pk}/delete/")
    response = client.post(f"{USERS}{anna.pk}/delete/", {"post": "yes"})

    assert asked.context["perms_lacking"] == set()
    assert response.status_code == 302
    assert not User.objects.filter(username="anna").exists()
    assert not Translator.objects.exists()


def test_an_auditor_reads_the_languages_of_a_translator(signed_in):
    client = signed_in("auditor")
    anna = User.objects.create_user("anna", is_staff=True)
    Translator.objects.create(user=anna).languages.set(Language.objects.filter(code="lv"))

    page = client.get(f"{USERS}{anna.pk}/change/").content.decode()

    assert '<div class="readonly">Latvian</div>' in page


def test_the_lists_tell_who_is_in_which_group(signed_in, django_assert_max_num_queries):
    client = signed_in("superuser")
    for name in ("anna", "bela", "cecil"):
        User.objects.create_user(name, is_staff=True).groups.add(*Group.objects.filter(name__in=["editor", "auditor"]))

    with django_assert_max_num_queries(10):
        users = client.get(USERS).content.decode()
    groups = client.get(GROUPS).content.decode()

    assert re.findall(r'<td class="field-in_groups[^>]*>([^<]*)</td>', users) == [*["auditor, editor"] * 3, "–"]
    assert sorted(re.findall(r'<td class="field-members[^>]*>([^<]*)</td>', groups)) == [*"00000", "3", "3"]


def test_an_auditor_reads_who_may_do_what_and_changes_nothing_of_it(signed_in):
    client = signed_in("auditor")
    own = User.objects.get().pk

    assert [client.get(address).status_code for address in (USERS, GROUPS, f"{USERS}{own}/change/")] == [200] * 3
    assert [client.get(address).status_code for address in (f"{USERS}add/", f"{GROUPS}add/")] == [403] * 2
    assert client.get(f"{USERS}{own}/password/").status_code == 403
    assert client.post(f"{USERS}{own}/change/", {"username": "other"}).status_code == 403
    assert User.objects.get().username != "other"


@pytest.mark.parametrize("role", ["publisher", "editor", "DPA officer", "nobody"])
def test_no_group_reaches_accounts_or_groups(signed_in, role):
    client = signed_in(role)
    own = User.objects.get().pk

    addresses = [USERS, f"{USERS}add/", f"{USERS}{own}/change/", f"{USERS}{own}/password/", GROUPS, f"{GROUPS}add/"]

    assert [client.get(address).status_code for address in addresses] == [403] * 6


def test_whoever_was_given_the_permissions_one_by_one_still_makes_no_superuser(signed_in):
    client = signed_in("editor")
    user = User.objects.get(username="editor")
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="auth"))

    assert client.post(f"{USERS}{user.pk}/change/", {"username": "editor", "is_superuser": "on"}).status_code == 403
    assert client.post(f"{USERS}add/", {"username": "x"}).status_code == 403
    assert not User.objects.filter(is_superuser=True).exists()


def test_a_group_is_given_what_the_registry_permits_in_words_and_keeps_what_it_has(signed_in):
    client = signed_in("superuser")
    auditor = Group.objects.get(name="auditor")
    before = set(auditor.permissions.all())
    address = f"{GROUPS}{auditor.pk}/change/"

    field = client.get(address).context["adminform"].form["permissions"]
    labels = [str(label) for _value, label in field.field.choices]
    client.post(address, {"name": "auditor", "permissions": [permission.pk for permission in before]})

    assert "Release: Can publish a release" in labels
    assert "Subprocessor: may change" in labels
    assert "Release: may change" not in labels
    assert not [label for label in labels if "istorical" in label and not label.endswith(": may view")]
    assert set(auditor.permissions.all()) == before


@pytest.mark.parametrize(
    "name", ["editor", "publisher", "DPA officer", "auditor", "translator", "translation reviewer"]
)
def test_saving_a_group_as_it_stands_takes_nothing_from_it(signed_in, name):
    client = signed_in("superuser")
    group = Group.objects.get(name=name)
    before = set(group.permissions.all())
    address = f"{GROUPS}{group.pk}/change/"

    page = client.get(address).content.decode()
    ticked = re.findall(r'name="permissions" value="(\d+)"[^>]*checked', page)
    response = client.post(address, {"name": name, "permissions": ticked})

    assert response.status_code == 302
    assert set(group.permissions.all()) == before
