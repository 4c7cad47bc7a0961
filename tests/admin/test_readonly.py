import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import RequestFactory

from registry.models import DpaRequest, TranslationPin


@pytest.mark.parametrize(
    ("model", "allowed"),
    [(TranslationPin, {"view"}), (DpaRequest, {"view", "change"})],
)
def test_not_even_a_superuser_adds_changes_or_deletes_by_a_form_what_verbs_move(db, model, allowed):
    request = RequestFactory().get("/")
    request.user = User.objects.create_superuser("root")

    permissions = admin.site._registry[model].get_model_perms(request)

    assert {name for name, granted in permissions.items() if granted} == allowed
