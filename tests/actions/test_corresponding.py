from datetime import timedelta

import pytest
from django.utils import timezone

from registry.actions import dpa, keeping, linking, rendering, signing
from registry.models import Agreement, Delivery, DpaRequest, Release, ServiceProfile
from tests import agreements
from tests.objections import announce
from tests.releases import publish_at_once
from tests.requests import PERSON


def newest(kind):
    return Delivery.objects.filter(kind=kind).order_by("-pk").first()


def mail(kind):
    return rendering.message(newest(kind))


def to_the_page(request):
    return f"http://127.0.0.1:8000/{request.language}/dpa/status/{linking.token(request, 'page')}/"


def test_there_is_a_mail_for_every_kind_that_is_about_a_request(db):
    agreement = agreements.in_force(language="en")
    request = agreement.request
    signing.tell_changes(agreement, True)
    keeping.refuse(request, agreements.staff())
    announce()
    Delivery.objects.update(state="sent")
    dpa.send_link(request.reference, PERSON["email"])
    told = {delivery.kind for delivery in request.deliveries.all() if rendering.message(delivery)}

    assert told == {"dpa-receipt", "dpa-notice", "dpa-link", "dpa-accepted", "dpa-final", "dpa-kept", "dpa-change"}
    for kind in told - {"dpa-notice"}:
        assert mail(kind).to == [PERSON["email"]]
        assert (to_the_page(request) in mail(kind).body) == (kind != "dpa-kept")


def test_an_offer_and_its_reminder_are_told_while_it_can_be_accepted(db):
    agreement = agreements.issued()
    Delivery.objects.create(kind="dpa-reminder", request=agreement.request, event=f"{agreement.reference} 7")

    assert agreement.reference in mail("dpa-issued").body
    assert agreement.reference in mail("dpa-reminder").body

    Agreement.objects.update(open_until=timezone.now() - timedelta(seconds=1))
    assert mail("dpa-reminder") is None

    Agreement.objects.update(open_until=timezone.now() + timedelta(days=1))
    agreements.accept(agreement)
    assert (mail("dpa-issued"), mail("dpa-reminder")) == (None, None)


def test_a_document_that_was_replaced_before_its_mail_went_out_is_not_told(db):
    first = agreements.issued(language="en")
    second = agreements.issue(DpaRequest.objects.get(pk=first.request_id))
    of = Delivery.objects.filter(kind="dpa-issued")

    assert rendering.message(of.get(event=first.reference)) is None
    made = rendering.message(of.get(event=second.reference))
    assert "takes the place of the one that we sent you before" in made.body


def test_an_amendment_is_not_said_to_replace_what_lapsed_before_the_agreement_it_amends(db):
    first = agreements.issued(language="en")
    agreements.countersign(agreements.accept(agreements.issue(DpaRequest.objects.get(pk=first.request_id))))
    seen = dpa.move(DpaRequest.objects.get(pk=first.request_id), "in_review", agreements.staff())
    agreements.issue(seen)

    body = mail("dpa-issued").body

    assert "Until both parties have signed it, this agreement stays in force" in body
    assert "takes the place of" not in body


def test_staff_is_told_of_an_acceptance_until_it_is_countersigned(db):
    agreement = agreements.accepted()
    task = mail("dpa-task")

    assert task.to == [ServiceProfile.load().contact]
    assert f"http://127.0.0.1:8000/admin/registry/agreement/{agreement.pk}/change/" in task.body
    assert PERSON["company"] not in task.body

    agreements.countersign(agreement)
    assert mail("dpa-task") is None
    assert agreement.reference in mail("dpa-accepted").body


def test_the_final_document_is_attached_byte_for_byte(db):
    agreement = agreements.in_force()

    [(name, content, kind)] = mail("dpa-final").attachments
    assert (name, kind) == (f"{agreement.reference}-final.pdf", "application/pdf")
    assert content == bytes(agreement.files.get(kind="final").content)


def test_a_declined_request_is_told_with_the_newest_reason_and_until_when_its_data_is_kept(db):
    request = agreements.verified(language="en")
    request = dpa.decline(request, "The first reason.", agreements.staff())
    request = dpa.move(request, "in_review", agreements.staff(), "For staff alone.")
    dpa.decline(request, "The second reason.", agreements.staff())
    ServiceProfile.objects.update(declined_days=10)
    until = (timezone.now() + timedelta(days=10)).date()

    body = mail("dpa-ended").body
    assert "Our reason:\nThe second reason.\n" in body
    assert "first reason" not in body
    assert "For staff alone." not in body
    assert f"What you entered is erased after: {until.day} {until:%B %Y}" in body


def test_a_request_that_was_reopened_before_its_mail_went_out_is_not_told_to_have_ended(db):
    request = dpa.decline(agreements.verified(), "A reason.", agreements.staff())
    dpa.move(request, "in_review", agreements.staff())

    assert mail("dpa-ended") is None


def test_what_ends_beside_an_agreement_in_force_is_not_said_to_be_erased(db):
    agreement = agreements.in_force(language="en")
    request = dpa.move(DpaRequest.objects.get(pk=agreement.request_id), "in_review", agreements.staff())
    dpa.decline(request, "No amendment.", agreements.staff())

    assert "is erased after" not in mail("dpa-ended").body


def test_a_refused_erasure_is_told_in_the_customers_language_and_not_once_nothing_is_kept(db):
    agreement = agreements.in_force(language="en")
    keeping.refuse(agreement.request, agreements.staff())

    assert "for 5 years after its end" in mail("dpa-kept").body
    Agreement.objects.update(state="ended", ended_on=timezone.now().date() - timedelta(days=6 * 366))
    assert mail("dpa-kept") is None


def test_a_change_is_not_told_to_who_turned_it_off_or_whose_agreement_has_ended(db):
    agreement = agreements.in_force()
    signing.tell_changes(agreement, True)
    announce()
    assert "Example GmbH" in mail("dpa-change").body

    signing.tell_changes(agreement, False)
    assert mail("dpa-change") is None
    signing.tell_changes(agreement, True)
    signing.end(agreement, agreement.in_force_on, agreements.staff())
    assert mail("dpa-change") is None


@pytest.mark.parametrize("kind", ["dpa-link", "dpa-issued", "dpa-reminder", "dpa-accepted", "dpa-final", "dpa-ended"])
def test_somebody_erased_is_told_nothing(db, kind):
    agreement = agreements.issued()
    Delivery.objects.get_or_create(kind=kind, request=agreement.request, event=agreement.reference)
    request = dpa.decline(DpaRequest.objects.get(pk=agreement.request_id), "A reason.", agreements.staff())
    dpa.erase(request)

    assert mail(kind) is None


def test_a_mail_after_years_gives_the_mailbox_that_is_read_today(db):
    agreement = agreements.in_force()
    ServiceProfile.objects.update(contact="new@example.com")

    publish_at_once()

    assert Release.objects.count() == 4
    assert mail("dpa-final").reply_to == ["new@example.com"]
    assert mail("dpa-receipt").reply_to == ["dpa@example.com"]
    assert agreement.release_id == 3
