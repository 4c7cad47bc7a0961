from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from registry.models import Delivery, DpaRequest, DpaRequester, Erasure
from tests.admin.test_dpa import page_of, text
from tests.kept import agreement, enter
from tests.requests import PERSON, submit


@pytest.fixture
def officer(signed_in):
    return signed_in("DPA officer")


def running(state="in_force", **values):
    request = enter(submit(), "countersigned")
    return request, agreement(request, state, **values)


def test_the_page_says_that_the_person_is_kept_before_anything_is_pressed(officer):
    request, found = running()

    told = text(officer.get(page_of(request, "erase")))

    for part in (
        f"The personal data of {request.reference} has to be kept",
        "GDPR Art. 17(3)(b) and (e)",
        f"Agreements {found.reference} (in force)",
        "The personal data is kept while an agreement is in force and for 5 years after its end",
        "Refuse, and tell the person",
    ):
        assert part in told
    assert "Yes, erase" not in told


def test_refusing_is_an_event_and_a_mail_and_stands_in_the_admins_log(officer):
    request, _found = running()

    response = officer.post(page_of(request, "erase"), {"refuse": "yes"})

    assert response["Location"] == page_of(request)
    told = text(officer.get(page_of(request, "erase")))
    shown = text(officer.get(page_of(request)))
    assert "The erasure was refused, and the person told why." in shown
    assert "The erasure is refused, and a mail to the person is queued." in told
    assert request.events.filter(kind="erasure_refused").count() == 1
    assert request.deliveries.get(kind="dpa-kept").state == "queued"
    assert DpaRequester.objects.count() == 1
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.user.username) == (request.reference, "DPA-officer")
    assert not [value for value in PERSON.values() if value in entry.change_message]


def test_who_was_told_today_is_not_told_again_and_the_day_is_shown(officer):
    request, _found = running()
    officer.post(page_of(request, "erase"), {"refuse": "yes"})

    told = text(officer.get(page_of(request, "erase")))
    assert "The person was last told " in told
    assert "Refuse, and tell the person" not in told
    officer.post(page_of(request, "erase"), {"refuse": "yes"})
    assert Delivery.objects.filter(kind="dpa-kept").count() == 1

    yesterday = timezone.localdate() - timedelta(days=1)
    Delivery.objects.filter(kind="dpa-kept").update(event=yesterday.isoformat())
    told = text(officer.get(page_of(request, "erase")))
    assert f"The person was last told {yesterday.day} {yesterday:%B %Y}" in told
    assert "Refuse, and tell the person" in told


def test_an_agreement_that_came_into_force_after_the_page_was_made_refuses_the_erasure(officer):
    request, _found = running("accepted")
    assert "Yes, erase" in text(officer.get(page_of(request, "erase")))
    agreement(request)

    response = officer.post(page_of(request, "erase"), {"ground": "request"})

    assert response.status_code == 409
    assert "cannot be erased yet" in text(response)
    assert "Refuse, and tell the person" in text(response)
    assert DpaRequester.objects.count() == 1


def test_refusing_where_nothing_is_in_the_way_is_told_and_offers_to_erase(officer):
    request = submit()

    response = officer.post(page_of(request, "erase"), {"refuse": "yes"})

    assert response.status_code == 409
    assert "Nothing is in the way of this erasure" in text(response)
    assert "Yes, erase" in text(response)
    assert not request.deliveries.filter(kind="dpa-kept").exists()


def test_after_the_limitation_period_the_page_erases_as_ever(officer):
    request, _found = running("ended", ended_on=timezone.localdate() - timedelta(days=366 * 5 + 1))

    officer.post(page_of(request, "erase"), {"ground": "request"})

    assert DpaRequester.objects.count() == 0
    assert DpaRequest.objects.get().erased_at is not None


@pytest.mark.parametrize(
    ("posted", "ground"),
    [
        ({"ground": "request"}, "request"),
        ({"ground": "mistake"}, "mistake"),
        ({"ground": "other"}, "other"),
        # What staff cannot choose: the clock's, and nonsense.
        ({"ground": "retention"}, "other"),
        ({"ground": PERSON["name"]}, "other"),
        ({}, "request"),
    ],
)
def test_the_ground_that_staff_chooses_goes_into_the_erasure_log(officer, posted, ground):
    request = submit()
    page = officer.get(page_of(request, "erase")).content.decode()
    assert [value for value in ("request", "mistake", "other", "retention") if f'option value="{value}"' in page] == [
        "request",
        "mistake",
        "other",
    ]

    officer.post(page_of(request, "erase"), posted)

    assert Erasure.objects.get().ground == ground


@pytest.mark.parametrize("role", ["DPA signatory", "auditor", "publisher", "nobody"])
def test_others_neither_erase_nor_refuse(signed_in, role):
    request, _found = running()
    client = signed_in(role)

    assert client.get(page_of(request, "erase")).status_code == 403
    assert client.post(page_of(request, "erase"), {"refuse": "yes"}).status_code == 403
    assert not request.events.filter(kind="erasure_refused").exists()
