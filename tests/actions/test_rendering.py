import pytest
from django.contrib.auth.models import User

from registry.actions import announcing, dpa, linking, notifying, objecting, rendering
from registry.exchange import message_id
from registry.models import Delivery, ServiceProfile
from tests.objections import OBJECTOR, announce, verified
from tests.requests import PERSON, submit
from tests.subscribers import EMAIL, ask, subscribe


def verified_request():
    request = submit()
    return dpa.verify(linking.token(request, "verify"))


def mail(**wanted):
    return rendering.message(Delivery.objects.get(**wanted))


def test_the_first_mail_leads_to_the_page_that_verifies_the_address_and_is_not_sent_after_that(db):
    request = submit()

    made = mail(kind="dpa-check")
    assert made.to == [PERSON["email"]]
    link = linking.token(request, "verify")
    assert f"http://127.0.0.1:8000/hu/dpa/verify/{link}/" in made.body
    dpa.verify(link)
    assert mail(kind="dpa-check") is None


def test_the_first_mail_is_not_sent_once_its_link_is_revoked_or_the_request_has_ended(db):
    linking.revoke(submit("one form"), "verify")
    ended = submit("another")
    dpa.decline(ended, "Double.", User.objects.create_user("officer"))

    assert [rendering.message(found) for found in Delivery.objects.filter(kind="dpa-check")] == [None, None]


def test_the_receipt_leads_the_requester_to_their_page_and_the_notice_staff_into_the_admin(db):
    request = verified_request()

    receipt, notice = mail(kind="dpa-receipt"), mail(kind="dpa-notice")

    assert receipt.to == [PERSON["email"]]
    assert f"http://127.0.0.1:8000/hu/dpa/status/{linking.token(request, 'page')}/" in receipt.body
    assert notice.to == [ServiceProfile.load().contact]
    assert f"/admin/registry/dparequest/{request.pk}/change/" in notice.body


def test_the_receipt_has_a_link_that_is_good_also_where_the_first_has_been_revoked(db):
    request = verified_request()
    linking.revoke(request, "page")

    made = mail(kind="dpa-receipt")

    assert linking.opened(linking.token(request, "page"), "page").request == request
    assert f"/status/{linking.token(request, 'page')}/" in made.body


def test_somebody_erased_gets_no_mail_and_staff_keeps_its_notice(db):
    dpa.erase(verified_request())

    assert mail(kind="dpa-check") is None
    assert mail(kind="dpa-receipt") is None
    assert mail(kind="dpa-notice").to == [ServiceProfile.load().contact]


def test_a_mail_about_an_objection_goes_to_the_objector(db):
    verified()

    assert mail(kind="objection-receipt").to == [OBJECTOR["email"]]


def test_a_mail_that_a_form_asked_for_goes_to_the_subscriber(db):
    ask()

    assert mail(kind="confirmation").to == [EMAIL]


def test_an_announcement_goes_to_the_subscriber_until_they_unsubscribe(db):
    subscriber = subscribe()
    announce()

    assert mail(kind="announcement").to == [EMAIL]
    notifying.unsubscribe(subscriber)
    assert mail(kind="announcement") is None


def test_an_announcement_that_staff_have_paused_is_held(db):
    subscribe()
    release = announce()
    announcing.pause(release.number)

    with pytest.raises(rendering.Held):
        mail(kind="announcement")


def test_whatever_comes_back_of_any_mail_is_known_as_ours_and_every_mail_names_its_reference(db):
    subscribe()
    ask()
    verified_request()
    objection = verified()
    objecting.answer(objection, objecting.version(objection), "Vastus", User.objects.create_user("officer"))

    deliveries = list(Delivery.objects.exclude(kind__in=("confirmation", "objection-check", "dpa-check")))
    mails = {delivery: rendering.message(delivery) for delivery in deliveries}

    assert {delivery.kind for delivery in deliveries} == {
        "dpa-receipt",
        "dpa-notice",
        "objection-receipt",
        "objection-notice",
        "objection-answer",
        "preferences",
        "announcement",
    }
    for delivery, made in mails.items():
        own, about = made.message()["Message-ID"], delivery.request or delivery.objection or delivery.subscriber
        assert message_id.read(own) == delivery.pk
        assert made.metadata == {"message_id": own}
        assert made.message()["X-Reference"] == about.reference
