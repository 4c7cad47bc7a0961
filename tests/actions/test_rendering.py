import pytest
from django.contrib.auth.models import User

from registry.actions import announcing, dpa, notifying, objecting, rendering
from registry.exchange import message_id
from registry.models import Delivery, ServiceProfile
from tests.objections import OBJECTOR, announce, verified
from tests.requests import PERSON, submit
from tests.subscribers import EMAIL, ask, subscribe


def mail(**wanted):
    return rendering.message(Delivery.objects.get(**wanted))


def test_the_receipt_goes_to_the_requester_and_the_notice_to_staff(db):
    request = submit()

    assert mail(kind="dpa-receipt").to == [PERSON["email"]]
    notice = mail(kind="dpa-notice")
    assert notice.to == [ServiceProfile.load().contact]
    assert f"/admin/registry/dparequest/{request.pk}/change/" in notice.body


def test_somebody_erased_gets_no_receipt_and_staff_keeps_its_notice(db):
    dpa.erase(submit())

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
    submit()
    objection = verified()
    objecting.answer(objection, objecting.version(objection), "Vastus", User.objects.create_user("officer"))

    deliveries = list(Delivery.objects.exclude(kind__in=("confirmation", "objection-check")))
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
