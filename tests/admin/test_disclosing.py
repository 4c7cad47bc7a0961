import json

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User

from registry.actions import dpa
from tests import objections, subscribers
from tests.requests import PERSON, submit


def page_of(record, step="change"):
    return f"/admin/registry/{record._meta.model_name}/{record.pk}/{step}/"


@pytest.mark.parametrize("role", ["DPA officer", "auditor", "superuser"])
@pytest.mark.parametrize("made", [submit, objections.verified, lambda: subscribers.subscribe(PERSON["email"])])
def test_who_may_see_all_of_it_takes_it_as_a_file_and_the_admins_log_tells(signed_in, role, made):
    client, record = signed_in(role), made()
    assert "Export the person’s data (JSON)" in client.get(page_of(record)).content.decode()

    response = client.post(page_of(record, "export"))

    part = {"dparequest": "dpa_requests", "objection": "objections", "subscriber": "subscriptions"}
    assert json.loads(response.content)[part[record._meta.model_name]][0]["reference"] == record.reference
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="{record.reference}.json"'
    assert response["Cache-Control"] == "private, no-store, max-age=0, no-cache, must-revalidate"
    entry = LogEntry.objects.get()
    assert (entry.object_repr, PERSON["email"] in entry.change_message) == (record.reference, False)


@pytest.mark.parametrize(
    ("made", "lacking"),
    [
        (submit, "view_dparequester"),
        (submit, "view_agreementfile"),
        (submit, "view_signature"),
        (submit, "view_dpanote"),
        (objections.verified, "view_objector"),
        (lambda: subscribers.subscribe(PERSON["email"]), "view_subscriberidentity"),
    ],
)
def test_who_may_not_see_some_of_it_may_not_take_it(signed_in, made, lacking):
    client, record = signed_in("DPA officer"), made()
    User.objects.get().groups.get().permissions.remove(Permission.objects.get(codename=lacking))

    assert "Export the person’s data" not in client.get(page_of(record)).content.decode()
    assert client.post(page_of(record, "export")).status_code == 403


def test_what_they_may_not_see_of_other_parts_is_left_out_and_named(signed_in):
    client, request = signed_in("DPA officer"), submit()
    subscribers.subscribe(PERSON["email"])
    User.objects.get().groups.get().permissions.remove(Permission.objects.get(codename="view_subscriberidentity"))

    found = json.loads(client.post(page_of(request, "export")).content)

    assert (found["left_out"], "subscriptions" in found) == (["subscriptions"], False)


def test_of_an_erased_person_there_is_nothing_to_take_and_get_takes_nothing(signed_in):
    client, request = signed_in("DPA officer"), submit()
    assert client.get(page_of(request, "export"))["Location"] == page_of(request)
    dpa.erase(request)

    assert "Export the person’s data" not in client.get(page_of(request)).content.decode()
    assert client.post(page_of(request, "export")).status_code == 403
    assert LogEntry.objects.count() == 0
