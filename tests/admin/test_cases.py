import pytest
from django.contrib import admin
from django.test import RequestFactory

from registry.admin.cases import numbers
from registry.admin.objection import ObjectionAdmin
from registry.models import Delivery, Objection
from tests.objections import verified
from tests.requests import submit


@pytest.mark.parametrize(
    ("written", "found"),
    [("7", [7]), ("", []), ("-1", []), ("x", []), ("٣", []), ("1" * 15, [int("1" * 15)]), ("1" * 16, [])],
)
def test_a_number_of_a_form_is_one_or_none(written, found):
    assert numbers(written) == found


def test_a_mail_is_sent_again_from_the_page_of_what_it_is_about_alone(signed_in):
    client, request, objection = signed_in("superuser"), submit(), verified()
    Delivery.objects.update(state="failed")
    mail = objection.deliveries.get(kind="objection-receipt")

    of_another = client.post(f"/admin/registry/dparequest/{request.pk}/resend/", {"delivery": mail.pk})
    assert (of_another.status_code, Delivery.objects.filter(state="queued").count()) == (404, 0)
    client.post(f"/admin/registry/objection/{objection.pk}/resend/", {"delivery": mail.pk})
    assert Delivery.objects.get(state="queued") == mail


def test_the_history_address_leads_to_the_page_that_tells_it(signed_in):
    client, record = signed_in("superuser"), verified()

    where = f"/admin/registry/objection/{record.pk}/"
    assert client.get(f"{where}history/")["Location"] == f"{where}change/#history"


def test_what_was_typed_is_read_from_those_alone_who_may_write_it(admin_user, django_user_model):
    shown = ObjectionAdmin(Objection, admin.site)
    posted = RequestFactory().post("/", {"note": "a\0b" + "x" * 5000})

    posted.user = admin_user
    assert (shown.note(posted)[:3], len(shown.note(posted))) == ("abx", 4000)
    posted.user = django_user_model.objects.create_user("nobody", is_staff=True)
    assert shown.note(posted) == ""
