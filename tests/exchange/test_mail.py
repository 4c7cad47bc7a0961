from email import message_from_bytes, policy

import pytest
from django.utils import timezone

from registry.exchange import mail
from registry.exchange.content import decode
from tests.requests import submit


@pytest.fixture
def request_(db):
    return submit()


def content(request):
    return decode(request.release.content)


def sent(message):
    """As it goes over the wire."""
    return message_from_bytes(message.message(policy=policy.SMTP).as_bytes(), policy=policy.default)


def made(service, **values):
    values = {"to": "a@example.com", "subject": "A subject", "context": {"reference": "DPA-X"}, **values}
    return mail.message("dpa-notice", "DPA-X", service, language="pt-br", **values)


def test_a_mail_says_from_whom_in_which_language_and_about_what_it_is(request_):
    headers = sent(made(content(request_)["service"]))

    assert headers["From"] == "LiveAgent <trust@example.com>"
    assert headers["Reply-To"] == "dpa@example.com"
    assert headers["Content-Language"] == "pt-BR"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["X-Reference"] == "DPA-X"


def test_the_same_mail_has_the_same_message_id_and_another_mail_another(request_):
    service = content(request_)["service"]
    first, again = (sent(made(service))["Message-ID"] for _i in range(2))

    assert first == again == "<dpa-notice.DPA-X@127.0.0.1>"
    assert sent(made(service, event="2"))["Message-ID"] == "<dpa-notice.DPA-X.2@127.0.0.1>"


def test_a_service_name_with_marks_of_its_own_stays_one_name_in_the_sender(request_):
    service = {**content(request_)["service"], "service": 'Ágent, "Live"\r\nBcc: x@example.com'}

    message = made(service)

    assert sent(message)["From"].addresses[0].addr_spec == "trust@example.com"
    assert sent(message)["From"].addresses[0].display_name == 'Ágent, "Live" Bcc: x@example.com'
    assert sent(message)["Bcc"] is None


def test_a_region_that_the_release_does_not_know_is_told_by_its_key(request_):
    assert mail.region_name(content(request_), "eu", "hu") == "Európai Unió"
    assert mail.region_name(content(request_), "eu", "ar") == "European Union"
    assert mail.region_name(content(request_), "moon", "hu") == "moon"


def test_the_day_of_receipt_is_that_of_the_releases_time_zone(request_):
    zone = {**content(request_), "time_zone": "Pacific/Kiritimati"}
    at = timezone.now().replace(year=2024, month=12, day=13, hour=23)

    assert mail.received_on(at, zone, "hu") == "2024. december 14."
